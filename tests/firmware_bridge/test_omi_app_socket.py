"""The app's socket by two libraries: who has no secret stays outside; words go where sound came."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from socket_ends import TOKEN, SocketEnds

from firmware_bridge import omi_app, omi_app_socket
from firmware_bridge.omi_app_emulator import CLOSE, PhoneApp, Segment
from firmware_bridge.omi_app_socket import NAME, Link
from firmware_bridge.session import Gone, Heard

FRAME = bytes(640)
Use = Callable[["Ends"], Awaitable[None]]


class Ends(SocketEnds[Link]):
    """Both ends of a socket, and what came of it."""

    def __init__(self) -> None:
        super().__init__(Link, now=1000)

    @property
    def address(self) -> str:
        return f"ws://{self.host}/omi?token={omi_app.word(TOKEN)}"

    async def until_brought(self, many: int) -> None:
        await self.until(lambda: len(self.brought) >= many)

    async def refusal(self, address: str, origin: str | None = None) -> int:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address, origin=origin)
            return refused.value.status


def linked(use: Use) -> Ends:
    return Ends().used(use)


def test_no_secret_no_page_and_no_strange_codec_comes_in() -> None:
    async def use(ends: Ends) -> None:
        assert await ends.refusal(ends.address[:-1]) == 404
        assert await ends.refusal(ends.address.partition("?")[0]) == 404
        assert await ends.refusal(ends.address.replace("/omi", "/link")) == 404
        assert await ends.refusal(ends.address, origin="http://127.0.0.1") == 403
        assert await ends.refusal(f"{ends.address}&codec=aac") == 400

    assert linked(use).brought == []


def test_sound_comes_in_and_its_words_go_back_timed_from_its_beginning() -> None:
    websockets = pytest.importorskip("websockets", reason="UNCHECKED: pip install websockets")
    app = PhoneApp()

    async def use(ends: Ends) -> None:
        async with websockets.connect(f"{ends.address}&language=en") as connection:
            await connection.send(app.sound(FRAME))
            await ends.until(lambda: len(ends.wanted) == 1)
            ends.link.take_words("said before it came", 0, 600, is_other=False)
            ends.link.take_words("hello", 680 + 8000, 680 + 16_000, is_other=False)
            app.hear(await connection.recv())
            for after in (CLOSE, CLOSE, app.sound(FRAME)):  # which ends it once
                await connection.send(after)
            await ends.until(lambda: Gone() in ends.brought)
            ends.link.take_words("the last", 17_000, 18_000, is_other=True)
            app.hear(await connection.recv())
            assert ends.link.standing
            assert ends.link.standing.is_connected
        await ends.until(lambda: not ends.link.is_connected)

    ends = linked(use)
    assert app.segments == [Segment("hello", 0.5, 1.0), Segment("the last", 1.02, 1.08)]
    assert ends.brought == [Heard(FRAME, 680), Gone()]
    assert ends.wanted == [(NAME, 680), ("", 0)]


def test_who_comes_later_takes_the_place_and_gets_no_words_of_who_was_there() -> None:
    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            older = await session.ws_connect(ends.address)
            await older.send_bytes(FRAME)
            await ends.until(lambda: len(ends.wanted) == 1)
            newer = await session.ws_connect(ends.address)
            assert (await older.receive()).type is aiohttp.WSMsgType.CLOSE
            ends.link.take_words("meant for the older", 5000, 6000, is_other=False)
            await newer.send_bytes(FRAME)
            await ends.until(lambda: len(ends.wanted) == 2)
            ends.link.take_words("meant for the newer", 5000, 6000, is_other=False)
            assert "newer" in (await newer.receive()).data
            await newer.close()
            await older.close()

    linked(use)


def test_an_app_that_hears_nothing_is_kept_and_one_hundred_disconnects_leave_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(omi_app_socket, "KEEP_ALIVE_S", 0.01)

    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            for times in range(1, 101):
                page = await session.ws_connect(ends.address)
                await page.send_bytes(FRAME)
                if times == 1:
                    assert (await page.receive()).data == omi_app.KEEP_ALIVE
                await ends.until_brought(2 * times - 1)
                await page.close()
                await ends.until_brought(2 * times)

    ends = linked(use)
    assert ends.brought == [Heard(FRAME, 680), Gone()] * 100


def test_an_app_that_reads_nothing_costs_little_and_a_long_message_ends_it() -> None:
    async def use(ends: Ends) -> None:
        async with aiohttp.ClientSession() as session:
            page = await session.ws_connect(ends.address)
            await page.send_bytes(FRAME)
            await ends.read_nothing(page, omi_app.MOST_MESSAGE_BYTES)

    linked(use)
