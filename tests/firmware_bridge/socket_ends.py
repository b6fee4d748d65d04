"""Both ends of a socket by which words go back: our link on loopback, and what came of it."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, Self, TypeVar

import aiohttp

from firmware_bridge.links import Brought, TakesWords, Terms

TOKEN = bytes(range(32))
WITHIN_S = 20


class SocketLink(TakesWords, Protocol):
    """What each of our links with a port can do."""

    async def serve(self) -> None: ...

    async def end(self) -> None: ...


OneLink = TypeVar("OneLink", bound=SocketLink)


class SocketEnds(Generic[OneLink]):
    """What a test needs of both, whatever is spoken."""

    host: str
    link: OneLink

    def __init__(self, made: Callable[[Terms, socket.socket], OneLink], now: int) -> None:
        self._made = made
        self.now = now
        self.brought: list[Brought] = []
        self.wanted: list[tuple[str, int]] = []

    def used(self, use: Callable[[Self], Awaitable[None]]) -> Self:
        """Let a test use a link that serves."""
        asyncio.run(self._live(use))
        return self

    async def _live(self, use: Callable[[Self], Awaitable[None]]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)  # noqa: FBT003 (its only parameter)
            self.host = f"127.0.0.1:{listener.getsockname()[1]}"
            terms = Terms(
                lambda: self.now,
                self.brought.append,
                TOKEN,
                wants_words=lambda who, since: self.wanted.append((who, since)),
            )
            self.link = link = self._made(terms, listener)
            serving = asyncio.create_task(link.serve())
            await use(self)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
            await link.end()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not is_so():  # noqa: ASYNC110 (of another task's making)
                await asyncio.sleep(0.005)

    async def read_nothing(
        self, connection: aiohttp.ClientWebSocketResponse, most_bytes: int
    ) -> None:
        """Leave ten thousand answers unread, send too long a message, and be ended for that."""
        await self.until(lambda: len(self.wanted) == 1)
        for _ in range(10_000):
            self.link.take_words("x" * 800, 20_000, 30_000, is_other=False)
        await connection.send_bytes(bytes(most_bytes + 1))
        while (await connection.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert connection.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
