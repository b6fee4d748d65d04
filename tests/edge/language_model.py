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

    @property
    def asked(self) -> list[dict[str, object]]:
        """What it was asked but for what it can do."""
        return [body for body in self.bodies if len(body["messages"]) > 1]  # type: ignore[arg-type]

    def settings(self, **changes: object) -> Reasoner:
        named = {"url": self.url, "model": "small", "timeout_s": 5.0, **changes}
        return Reasoner(**named)  # type: ignore[arg-type]


@asynccontextmanager
async def serving(manner: Manner, described: object = None) -> AsyncIterator[Server]:
    """Serve; `described` is what it says of its models."""
    server = Server("")

    async def describe(_: web.Request) -> web.StreamResponse:
        return web.json_response(described)

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
    app.router.add_get("/v1/models", describe)
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
def serving_beside(manner: Manner, described: object = None) -> Iterator[Server]:
    """Serve from a thread, for a client that is a process."""
    started: queue.Queue[tuple[Server, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def run() -> None:
        async with serving(manner, described) as server:
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
    return _delta(content=word)


def _delta(**delta: object) -> bytes:
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


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


def answers(status: int, body: bytes = b"", kind: str = "text/plain", **headers: str) -> Manner:
    async def manner(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, content_type=kind, headers=headers)

    return manner


def calls(name: str, arguments: str) -> Manner:
    """Ask for a tool, its arguments a character at a time."""

    async def manner(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        head = {"index": 0, "id": "call_1", "type": "function"}
        await response.write(_delta(tool_calls=[{**head, "function": {"name": name}}]))
        for letter in arguments:
            more = {"index": 0, "function": {"arguments": letter}}
            await response.write(_delta(tool_calls=[more]))
        await response.write(b"data: [DONE]\n\n")
        return response

    return manner


def in_turn(*manners: Manner) -> Manner:
    """Behave otherwise each time; the last one stays."""
    left = list(manners)

    async def manner(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return manner


async def breaks_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(event("It is "))
    assert request.transport
    request.transport.abort()
    return response


def can_all(*words: str) -> Manner:
    """Do what a probe asks for; else say the words."""

    async def manner(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if "response_format" in body:
            return await streams('{"ready": true}')(request)
        if "image_url" in str(body["messages"]):
            return await streams("It is red.")(request)
        if "tools" in body and len(body["messages"]) == 1:
            return await calls("ready", '{"number": 7}')(request)
        return await streams(*words)(request)

    return manner


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise web.HTTPGatewayTimeout
