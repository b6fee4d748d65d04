"""How is one MCP server spoken to? Connected, listed, called; tried again when it fails.

Everything that it says is bounded before it is believed: how many tools, how long their
descriptions, how much an answer, how long anything takes. It is told our name and version, and what
a tool is called with; nothing else of the wearer. It may ask us nothing: no sampling, no questions
to the wearer, no folders.
"""

import asyncio
import logging
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

import anyio
import httpx2
import mcp_types
import msgspec
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from edge.airlock import visible
from edge.config import ToolServer
from edge.ledger import Leaving
from edge.messages import ChildDied
from edge.tools import Tool, pipes
from edge.tools.offered import PROCESS, Offered, Rim, ServerFailed, sentence

CONNECTED_WITHIN_S: Final = 20.0
CALLED_WITHIN_S: Final = 30.0
LEFT_WITHIN_S: Final = 2.0
BACK_OFF_S: Final = (1.0, 5.0, 30.0, 120.0, 600.0)
MOST_TOOLS: Final = 32
MOST_PAGES: Final = 4
MOST_DESCRIPTION: Final = 600
MOST_SCHEMA_BYTES: Final = 6_000
MOST_RESPONSE_BYTES: Final = 4 << 20
MOST_NAME: Final = 64
FAULTS: Final = (
    MCPError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    OSError,
    ValueError,  # pydantic's: what came is no message of the protocol
    TimeoutError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
)
"""What a server, or the way to it, may do to us. Anything else is our own fault, and ends us."""
for chatty in ("mcp", "httpx2", "httpcore2"):
    logging.getLogger(chatty).setLevel(logging.CRITICAL + 1)  # they log what servers say

Streams = AbstractAsyncContextManager[Any]


class Connection:
    """One server, from the runtime's birth to its end."""

    def __init__(self, settings: ToolServer, rim: Rim) -> None:
        self._settings, self._rim = settings, rim
        self.offered: tuple[Offered, ...] = ()
        """What it offers while it is there."""
        self._is_up, self._is_gone = asyncio.Event(), asyncio.Event()
        self._client: Client | None = None
        self._living: asyncio.Task[None] | None = None
        self._failures = 0
        self._is_told = False
        """Whether a person knows that it is not there."""
        if settings.url:
            self._is_up.set()

    def begin(self) -> None:
        """Connect to it from now on."""
        self._living = asyncio.get_running_loop().create_task(self._live())
        self._living.add_done_callback(_let_it_die)

    def started(self) -> None:
        """Know that its program was started."""
        self._is_up.set()

    def died(self) -> None:
        """Know that its program has died."""
        self._is_up.clear()
        self._is_gone.set()

    async def close(self) -> None:
        """Take leave of it."""
        if self._living:
            self._living.cancel()
            await asyncio.wait({self._living}, timeout=LEFT_WITHIN_S)

    async def call(self, offered: Offered, arguments: dict[str, object]) -> tuple[str, bool]:
        """Return what a tool says, and whether it calls that an error. Raises ServerFailed."""
        if not self._client or self._is_gone.is_set():
            raise ServerFailed(f"{self._settings.name} is not there")
        try:
            async with asyncio.timeout(CALLED_WITHIN_S):
                result = await self._client.call_tool(offered.remote_name, arguments)
        except FAULTS as fault:
            if not isinstance(fault, MCPError) or fault.code in _BROKEN:
                self._is_gone.set()
            raise ServerFailed(f"{self._settings.name} {_complaint(fault)}") from None
        return _text(result), bool(result.is_error)

    # --- its life ------------------------------------------------------------------------------

    async def _live(self) -> None:
        while True:
            await self._is_up.wait()
            self._is_gone.clear()
            complaint = "broke off"
            try:
                await self._meet()
            except FAULTS as fault:
                complaint = _complaint(fault)
            except ExceptionGroup as faults:
                ours = faults.split(FAULTS)[1]
                if ours:
                    raise
                complaint = _complaint(_first(faults))
            self._lose(complaint)
            self._failures += 1
            if self._settings.url:
                await asyncio.sleep(BACK_OFF_S[min(self._failures, len(BACK_OFF_S)) - 1])
            elif self._is_up.is_set():  # its program lives, and is to be started again
                self._is_up.clear()
                self._rim.show(ChildDied(f"{PROCESS}{self._settings.name}", complaint[:120]))

    async def _meet(self) -> None:
        """Connect, and stay until it has gone."""
        where = self._settings.url or self._settings.command[0]
        greeting = f"offrecord {version('offrecord')}"
        why = f"{self._settings.name} of [[tool_server]] is asked what it offers"
        self._rim.enter(Leaving("ToolServer", len(greeting), why, greeting, to=where))
        async with asyncio.timeout(CONNECTED_WITHIN_S) as limit, self._client_of() as client:
            offered = await self._listed(client, where)
            limit.reschedule(None)
            self._client, self.offered = client, offered
            self._failures, self._is_told = 0, False
            many = f"{len(offered)} tool{'s' * (len(offered) != 1)}"
            self._rim.show(sentence(f"{self._settings.name} offers {many}"))
            await self._is_gone.wait()

    def _lose(self, complaint: str) -> None:
        self._client, self.offered = None, ()
        if not self._is_told:
            self._is_told = True
            words = f"no tools of {self._settings.name} for now: it {complaint}"
            self._rim.show(sentence(words))

    @asynccontextmanager
    async def _client_of(self) -> AsyncGenerator[Client, None]:
        name, ours = "offrecord", version("offrecord")
        whom = mcp_types.Implementation(name=name, version=ours)
        async with Client(self._streams(), client_info=whom, cache=None) as client:
            yield client

    def _streams(self) -> Streams:
        settings = self._settings
        if settings.command:
            return pipes.client(*self._rim.pipes[settings.name])
        return _over_http(settings)

    async def _listed(self, client: Client, where: str) -> tuple[Offered, ...]:
        """Return the tools that a reasoner can be told of; the rest is left out."""
        found: dict[str, Offered] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            for each in page.tools:
                offered = self._offered(each, where)
                if offered and len(found) < MOST_TOOLS:
                    found.setdefault(offered.tool.name, offered)
            cursor = page.next_cursor
            if not cursor:
                break
        return tuple(found.values())

    def _offered(self, tool: mcp_types.Tool, where: str) -> Offered | None:
        server = self._settings.name
        name = f"{server}__{re.sub(r'[^A-Za-z0-9_-]', '_', tool.name)}"[:MOST_NAME]
        schema = msgspec.json.encode(tool.input_schema)
        if len(schema) > MOST_SCHEMA_BYTES:
            return None
        about = visible(tool.description or tool.title or tool.name)[:MOST_DESCRIPTION]
        reads = bool(tool.annotations and tool.annotations.read_only_hint)
        is_free = reads and self._settings.reads_freely
        told = Tool(
            name, f"(of {server}) {about}", schema.decode(), "none" if is_free else "outside"
        )
        return Offered(told, server, tool.name, where)


_BROKEN: Final = frozenset({mcp_types.CONNECTION_CLOSED, mcp_types.REQUEST_TIMEOUT})


def _text(result: mcp_types.CallToolResult) -> str:
    """Return a result as text; what is none is named."""
    parts = [
        block.text if isinstance(block, mcp_types.TextContent) else f"({block.type})"
        for block in result.content
    ]
    if not parts and result.structured_content is not None:
        return msgspec.json.encode(result.structured_content).decode()
    return "\n".join(parts)


def _complaint(fault: BaseException) -> str:
    match fault:
        case TimeoutError():
            return "did not answer in time"
        case MCPError() if fault.code in _BROKEN:
            return "did not answer"
        case MCPError():
            return f"refused: {visible(fault.error.message)[:200]}"
        case httpx2.HTTPError() | httpx2.InvalidURL():
            return "cannot be reached"
        case ValueError():
            return "does not speak as an MCP server does"
        case _:
            return "broke off"


def _first(faults: "ExceptionGroup[Exception]") -> Exception:
    first = faults.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


def _let_it_die(living: "asyncio.Task[None]") -> None:
    """Hand a fault of our own to the event loop's handler, which ends the process."""
    if not living.cancelled() and (error := living.exception()):
        raise error


# --- over a network ------------------------------------------------------------------------------


@asynccontextmanager
async def _over_http(settings: ToolServer) -> AsyncGenerator[Any, None]:
    """Speak with a server at an address: no proxies of the environment, no cookies kept."""
    headers = {"User-Agent": "offrecord"}
    if settings.env and (token := os.environ.get(settings.env[0])):
        headers["Authorization"] = f"Bearer {token}"
    limits = httpx2.Timeout(CONNECTED_WITHIN_S, read=CALLED_WITHIN_S * 10)
    async with (
        httpx2.AsyncClient(
            headers=headers, timeout=limits, trust_env=False, transport=_Bounded()
        ) as http,
        streamable_http_client(settings.url, http_client=http) as streams,
    ):
        yield streams


class _Bounded(httpx2.AsyncHTTPTransport):
    """Responses of a bounded length."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response to a request."""
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _BoundedStream(response.stream)
        return response


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left_bytes = MOST_RESPONSE_BYTES
        async for piece in self._inner:
            left_bytes -= len(piece)
            if left_bytes < 0:
                raise httpx2.ReadError("the response is too long")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
