"""The link's manners: strangers are gone soon, the newest wearable stays, the rest is refused."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from clock_ahead import put_forward

from firmware_bridge.emulator import Firmware
from firmware_bridge.frames import Decoder, Refused, Welcome
from firmware_bridge.links import Brought, Terms
from firmware_bridge.session import Gone, Heard
from firmware_bridge.websocket import HELLO_WITHIN_S, MOST_MESSAGE_BYTES, PATH, Door, Link

TOKEN = bytes(range(32))
Use = Callable[[str, Link], Awaitable[None]]


def linked(use: Use) -> list[Brought]:
    """Run with a link that serves; return what it brought."""
    brought: list[Brought] = []

    async def live() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)  # noqa: FBT003 (its only parameter)
            host = f"127.0.0.1:{listener.getsockname()[1]}"
            terms, door = Terms(lambda: 1000, brought.append, TOKEN), Door.named(frozenset({host}))
            link = Link(terms, door, listener)
            serving = asyncio.create_task(link.serve())
            await use(f"ws://{host}{PATH}", link)
            serving.cancel()
            await link.end()

    asyncio.run(live())
    return brought


async def answers(page: aiohttp.ClientWebSocketResponse) -> list[object]:
    """Return all that is still said, until the link is closed."""
    decoder = Decoder()
    return [
        frame.body
        async for message in page
        if message.type is aiohttp.WSMsgType.BINARY
        for frame in decoder.feed(message.data)
    ]


def test_who_says_nothing_is_gone_soon() -> None:
    async def use(address: str, _: Link) -> None:
        host, port = address.removeprefix("ws://").removesuffix(PATH).split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        async with aiohttp.ClientSession() as session:
            page = await session.ws_connect(address)
            put_forward(HELLO_WITHIN_S)
            assert await answers(page) == []
        assert await reader.read() == b""
        writer.close()

    assert linked(use) == []


def test_the_newest_wearable_takes_the_place() -> None:
    async def use(address: str, link: Link) -> None:
        async with aiohttp.ClientSession() as session:
            older, newer = [await session.ws_connect(address) for _ in range(2)]
            boards = Firmware(TOKEN), Firmware(TOKEN, name="newer")
            for page, board in zip((older, newer), boards, strict=True):
                await page.send_bytes(board.hello())
                await page.receive()
            await answers(older)
            put_forward(HELLO_WITHIN_S)
            await asyncio.sleep(0)
            boards[1].sounds = 1
            await newer.send_bytes(boards[1].sound(bytes(640), 0) or b"")
            await newer.close()
            assert link.session
            assert link.session.hello
            assert link.session.hello.name == "newer"

    assert linked(use) == [Heard(bytes(640), 1000), Gone()]


@pytest.mark.parametrize("token", [TOKEN, bytes(32)])
def test_words_and_wrong_tokens_are_refused_with_a_reason(token: bytes) -> None:
    async def use(address: str, _: Link) -> None:
        async with aiohttp.ClientSession() as session:
            page = await session.ws_connect(address)
            await page.send_bytes(Firmware(token).hello())
            await page.send_str("hello")
            said = await answers(page)
            assert isinstance(said[-1], Refused)
            assert (said[0] == Welcome(50, 1)) == (token == TOKEN)

    linked(use)


def test_a_message_that_is_too_long_ends_the_connection() -> None:
    async def use(address: str, _: Link) -> None:
        async with aiohttp.ClientSession() as session:
            page = await session.ws_connect(address)
            await page.send_bytes(bytes(MOST_MESSAGE_BYTES + 1))
            assert await answers(page) == []
            assert page.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG

    linked(use)
