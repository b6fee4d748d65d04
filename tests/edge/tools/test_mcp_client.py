"""Real programs that speak the protocol, over real pipes and a real port."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from free_port import free_port

from edge.config import ToolServer
from edge.ledger import Leaving
from edge.messages import ChildDied, Notice, Shown, Started
from edge.tools import mcp_client
from edge.tools.offered import Offered, Rim, ServerFailed
from edge.tools.servers import Servers

PEER = Path(__file__).with_name("mcp_peer.py")
SOON_S = 60.0


class World:
    """What servers are given, and what they did with it."""

    def __init__(self, settings: ToolServer, command: Sequence[str]) -> None:
        self.shown: list[Shown] = []
        self.left: list[Leaving] = []
        self.command = command
        self.asks, self.answers = os.pipe(), os.pipe()
        pipes = {settings.name: (self.asks[1], self.answers[0])}
        self.servers = Servers([settings], Rim(self.shown.append, self.left.append, pipes))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.end()
        self.process = subprocess.Popen(
            self.command, stdin=self.asks[0], stdout=self.answers[1], stderr=subprocess.DEVNULL
        )
        self.servers.told(Started("tool.peer"))

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    async def until(self, count: int) -> tuple[Offered, ...]:
        """Return what is offered once it is so many."""
        async with asyncio.timeout(SOON_S):
            while len(self.servers.offered()) != count:  # noqa: ASYNC110 (nothing tells of it)
                await asyncio.sleep(0.01)
        return self.servers.offered()

    def has_told(self, words: str) -> bool:
        return any(isinstance(m, Notice) and words in m.text for m in self.shown)

    async def told(self, words: str) -> None:
        async with asyncio.timeout(SOON_S):
            while not self.has_told(words):  # noqa: ASYNC110 (shown to a list)
                await asyncio.sleep(0.01)

    async def call(self, name: str, **arguments: object) -> tuple[str, bool]:
        (offered,) = (o for o in self.servers.offered() if o.remote_name == name)
        return await self.servers.call(offered, arguments)


@asynccontextmanager
async def program(*command: str) -> AsyncIterator[World]:
    settings = ToolServer(name="peer", command=("peer",), reads_freely=True)
    world = World(settings, command)
    world.servers.begin()
    world.start()
    try:
        yield world
    finally:
        await world.servers.close()
        world.end()
        for end in (*world.asks, *world.answers):
            os.close(end)


def test_tools_are_listed_and_called_until_one_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with program(sys.executable, str(PEER), "stdio") as world:
            offered = {each.tool.name: each.tool for each in await world.until(7)}
            assert offered["peer__capital"].effect == "none"
            assert offered["peer__send"].effect == "outside"
            assert offered["peer__send"].description.startswith("(of peer) Send a message.")
            assert await world.call("capital", country="France") == ("Paris", False)
            assert (await world.call("fail"))[1]
            assert len((await world.call("long"))[0]) == 100_000  # the toolbox cuts it
            assert [leaving.what for leaving in world.left] == ["ToolServer"]
            monkeypatch.setattr(mcp_client, "CALLED_WITHIN_S", 0.3)
            with pytest.raises(ServerFailed, match="in time"):
                await world.call("hang")
            await world.until(0)
            assert any(isinstance(m, ChildDied) for m in world.shown)  # so the launcher ends it

    asyncio.run(run())


def test_a_program_that_dies_takes_its_tools_with_it_and_brings_them_back() -> None:
    async def run() -> None:
        async with program(sys.executable, str(PEER), "stdio") as world:
            await world.until(7)
            call = asyncio.create_task(world.call("die"))
            assert world.process
            await asyncio.to_thread(world.process.wait)
            world.servers.told(ChildDied("tool.peer", "ended"))  # as the launcher does
            with pytest.raises(ServerFailed):
                await call
            await world.until(0)
            await world.told("no tools of peer for now")
            world.start()
            await world.until(7)
            assert await world.call("capital", country="France") == ("Paris", False)

    asyncio.run(run())


GARBAGE = {
    "no JSON": "import sys; print('x' * 300, flush=True); sys.stdin.read()",
    "another JSON": "import sys; print('[1, 2]', flush=True); sys.stdin.read()",
    "nothing": "import sys; sys.stdin.read()",
    "no end": "import sys; sys.stdout.write('x' * (3 << 20)); sys.stdin.read()",
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_who_does_not_speak_the_protocol_offers_nothing(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp_client, "CONNECTED_WITHIN_S", 1.0)

    async def run() -> None:
        async with program(sys.executable, "-c", GARBAGE[kind]) as world:
            await world.told("no tools of peer for now")
            assert world.servers.offered() == ()
            assert sum(isinstance(m, Notice) for m in world.shown) == 1

    asyncio.run(run())


def test_a_server_at_an_address_comes_goes_and_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mcp_client, "BACK_OFF_S", (0.1,))
    port = free_port()
    settings = ToolServer(name="peer", url=f"http://127.0.0.1:{port}/mcp")

    async def run() -> None:
        world = World(settings, [sys.executable, str(PEER), "http", str(port)])
        world.servers.begin()
        try:
            await world.told("no tools of peer for now: it cannot be reached")
            world.start()
            await world.until(7)
            assert await world.call("capital", country="France") == ("Paris", False)
            world.end()
            with contextlib.suppress(ServerFailed):
                await world.call("capital", country="France")
                pytest.fail("the server was dead")
            await world.until(0)
        finally:
            await world.servers.close()
            world.end()
            for end in (*world.asks, *world.answers):
                os.close(end)

    asyncio.run(run())
