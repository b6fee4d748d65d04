"""Both ends of a xiaozhi device's port: our link on loopback, and what came of it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp

from firmware_bridge import xiaozhi
from firmware_bridge.links import Brought, Terms
from firmware_bridge.xiaozhi_emulator import Device
from firmware_bridge.xiaozhi_socket import Link

TOKEN = bytes(range(32))
WITHIN_S = 20
Use = Callable[["Ends"], Awaitable[None]]


class Ends:
    """What a test needs of both."""

    host: str
    link: Link

    def __init__(self) -> None:
        self.brought: list[Brought] = []
        self.wanted: list[tuple[str, int]] = []
        self.now = 16_000

    @property
    def asks(self) -> str:
        return f"http://{self.host}{xiaozhi.bootstrap_path(TOKEN)}/"

    @property
    def address(self) -> str:
        return f"ws://{self.host}{xiaozhi.PATH}"

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {xiaozhi.key(TOKEN)}"}

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not is_so():  # noqa: ASYNC110 (of another task's making)
                await asyncio.sleep(0.005)

    @contextlib.asynccontextmanager
    async def connected(
        self, session: aiohttp.ClientSession, device: Device
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Connect, say hello, and answer until a photo is wanted."""
        async with session.ws_connect(self.address, headers=self.key) as connection:
            await connection.send_str(device.hello())
            async with asyncio.timeout(WITHIN_S):
                while not device.photos_wanted:
                    for answer in device.hear((await connection.receive()).data):
                        await connection.send_str(answer)
            yield connection


def linked(use: Use) -> Ends:
    """Let a test use a link that serves; return what came of it."""
    ends = Ends()

    async def live() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)  # noqa: FBT003 (its only parameter)
            ends.host = f"127.0.0.1:{listener.getsockname()[1]}"
            terms = Terms(
                lambda: ends.now,
                ends.brought.append,
                TOKEN,
                wants_words=lambda who, since: ends.wanted.append((who, since)),
            )
            ends.link = link = Link(terms, listener=listener)
            serving = asyncio.create_task(link.serve())
            await use(ends)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
            await link.end()

    asyncio.run(live())
    return ends
