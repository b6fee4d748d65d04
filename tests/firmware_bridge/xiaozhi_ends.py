"""Both ends of a xiaozhi device's port: our link on loopback, and what came of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
from socket_ends import TOKEN, WITHIN_S, SocketEnds

from firmware_bridge import xiaozhi
from firmware_bridge.xiaozhi_emulator import Device
from firmware_bridge.xiaozhi_socket import Link

Use = Callable[["Ends"], Awaitable[None]]


class Ends(SocketEnds[Link]):
    """What a test needs of both."""

    def __init__(self) -> None:
        super().__init__(Link, now=16_000)

    @property
    def asks(self) -> str:
        return f"http://{self.host}{xiaozhi.bootstrap_path(TOKEN)}/"

    @property
    def address(self) -> str:
        return f"ws://{self.host}{xiaozhi.PATH}"

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {xiaozhi.key(TOKEN)}"}

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
    return Ends().used(use)
