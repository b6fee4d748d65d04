"""A real OpenAI-compatible server on the loopback, with the manners that a test asks for."""

import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from aiohttp import web

from edge.config import Reasoner

Manner = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """Where it is, and what it was asked."""

    url: str
    bodies: list[dict[str, object]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    def settings(self, **changes: object) -> Reasoner:
        named = {"url": self.url, "model": "small", "timeout_s": 5.0, **changes}
        return Reasoner(**named)  # type: ignore[arg-type]


@asynccontextmanager
async def serving(manner: Manner) -> AsyncIterator[Server]:
    server = Server("")

    async def handle(request: web.Request) -> web.StreamResponse:
        server.bodies.append(await request.json())
        server.headers.append(dict(request.headers))
        try:
            return await manner(request)
        except (asyncio.CancelledError, ConnectionResetError):
            server.hung_up.set()
            raise

    app = web.Application()
    app.router.add_post("/v1/chat/completions", handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


@contextmanager
def serving_beside(manner: Manner) -> Iterator[Server]:
    """Serve from a thread, for a client that is a process."""
    started: queue.Queue[tuple[Server, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def run() -> None:
        async with serving(manner) as server:
            done = asyncio.Event()
            started.put((server, asyncio.get_running_loop(), done))
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    server, loop, done = started.get(timeout=10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()


def event(word: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": word}}]}).encode() + b"\n\n"


def streams(*words: str, then_hang: bool = False) -> Manner:
    async def manner(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": a comment\n\n")
        for word in words:
            await response.write(event(word))
        if then_hang:
            await asyncio.sleep(60)
        await response.write(b"data: [DONE]\n\n")
        return response

    return manner


def answers(status: int, body: bytes = b"", kind: str = "text/plain") -> Manner:
    async def manner(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, content_type=kind)

    return manner


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise web.HTTPGatewayTimeout
