"""Who may look at the simulator's page: our own page, by our own name, with a token, once."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from edge import scene
from edge.launcher.doorway import Doorway
from edge.messages import Asked, Mute, Notice, Reply
from edge.simulator.stage import Stage

TOKEN = bytes(range(32))
Page = aiohttp.ClientWebSocketResponse


def staged(use: Callable[[Stage, aiohttp.ClientSession], Awaitable[None]]) -> list[Asked]:
    """Run with a page that is served; return what was asked of the run."""
    asked: list[Asked] = []

    async def live() -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            socket.create_server(("127.0.0.1", 0)) as door,
        ):
            stage = Stage(listener, Doorway("websocket", TOKEN, door))
            stage.ask = asked.append
            server = await stage.open()
            async with aiohttp.ClientSession() as session:
                await use(stage, session)
            server.close()
            await stage.close()

    asyncio.run(live())
    return asked


async def met(stage: Stage, session: aiohttp.ClientSession, token: str) -> tuple[Page, Any]:
    """Return a page's connection and what it was told first; None where it was closed."""
    origin = f"http://{stage.host}"
    page = await session.ws_connect(f"{origin}/shown", origin=origin)
    await page.send_str(token)
    first = await page.receive()
    return page, json.loads(first.data) if first.type is aiohttp.WSMsgType.TEXT else None


def test_a_token_is_good_once_and_brings_the_next() -> None:
    async def use(stage: Stage, session: aiohttp.ClientSession) -> None:
        token = stage.address.partition("#")[2]
        page, told = await met(stage, session, token)
        assert told["token"] == TOKEN.hex()
        assert (await met(stage, session, token))[1] is None
        assert (await met(stage, session, "x"))[1] is None
        assert (await met(stage, session, told["next"]))[1]
        await page.close()

    staged(use)


def test_a_page_may_fetch_every_scene_that_comes_with_offrecord_and_is_told_where() -> None:
    async def use(stage: Stage, session: aiohttp.ClientSession) -> None:
        page, told = await met(stage, session, stage.address.partition("#")[2])
        assert [each["name"] for each in told["scenes"]] == scene.names()
        for file in (
            file for each in told["scenes"] for file in (each["sound"], *each["pictures"])
        ):
            async with session.get(f"http://{stage.host}{file}") as answer:
                assert answer.status == 200
                assert (await answer.read())[:4] in {b"OggS", b"\xff\xd8\xff\xe0"}
        await page.close()

    staged(use)


def test_a_page_is_told_what_is_shown_and_may_mute() -> None:
    async def use(stage: Stage, session: aiohttp.ClientSession) -> None:
        stage.show(Reply("In the bowl.", "recall", ()))
        page, _ = await met(stage, session, stage.address.partition("#")[2])
        assert json.loads((await page.receive()).data)["text"] == "In the bowl."
        stage.show(Notice("Something new."))
        assert json.loads((await page.receive()).data)["type"] == "Notice"
        for wish in ("mute", "anything else", "look"):
            await page.send_str(wish)
        stage.show(Notice("The end."))
        await page.receive()
        await page.close()

    assert Mute() in staged(use)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/shown", {"Origin": "http://elsewhere.example"}),
        ("/shown", {}),
        ("/", {"Host": "rebound.example"}),
    ],
)
def test_other_pages_and_other_names_are_refused(path: str, headers: dict[str, str]) -> None:
    async def use(stage: Stage, session: aiohttp.ClientSession) -> None:
        async with session.get(f"http://{stage.host}{path}", headers=headers) as answer:
            assert answer.status == 403

    staged(use)


def test_only_the_pages_own_files_are_served() -> None:
    async def use(stage: Stage, session: aiohttp.ClientSession) -> None:
        for path, status in (
            ("/", 200),
            ("/app.js", 200),
            ("/../stage.py", 404),
            ("/x", 404),
            ("/scenes/demo/audio.opus", 200),
            ("/scenes/demo/scene.toml", 404),
            ("/scenes/../scene.py", 404),
        ):
            async with session.get(f"http://{stage.host}{path}") as answer:
                assert answer.status == status
                assert TOKEN.hex().encode() not in await answer.read()
        async with session.get(f"http://{stage.host}/") as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    staged(use)
