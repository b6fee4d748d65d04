"""The port that phones connect to: TLS 1.3, the app's files by GET, and one WebSocket.

Whoever floods it is turned away before the key exchange, and whoever has not said who it is within
seconds is gone: what strangers may cost is bounded in connections, in bytes and in time.
"""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from edge.companion import pages
from edge.companion.live import PING_EVERY_S, Room, meet
from edge.companion.wire import MOST_FRAME_BYTES
from edge.strangers import is_ours

logger = logging.getLogger(__name__)

WAITING: Final = 32
"""Connections that the kernel holds until we take them."""
AT_ONCE: Final = 8
"""Taken before anybody else has a turn."""
HANDSHAKE_WITHIN_S: Final = 5.0
STRANGER_S: Final = 20.0
"""Then a connection is closed that has not said whose it is."""
LINE_BYTES: Final = 2048
"""Of a request and of each of its headers."""
HEADERS: Final = 40
READ_BYTES: Final = 1 << 14
WRITE_BYTES: Final = 1 << 16


class PortTaken(OSError):
    """Another program listens there; one sentence."""


class _Counted(web.Server):
    """aiohttp's server, which knows how many connections there are and ends old ones."""

    def __init__(self, port: "Port") -> None:
        super().__init__(
            port.handle,
            access_log=None,
            logger=logger,
            keepalive_timeout=STRANGER_S,
            lingering_time=0.0,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
            max_headers=HEADERS,
            read_bufsize=READ_BYTES,
            auto_decompress=False,
        )
        self.strangers: dict[RequestHandler, asyncio.TimerHandle] = {}

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        transport.set_write_buffer_limits(high=WRITE_BYTES)
        loop = asyncio.get_running_loop()
        self.strangers[handler] = loop.call_later(STRANGER_S, transport.abort)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self.is_known(handler)

    def is_known(self, handler: RequestHandler) -> None:
        """Let a connection live: a phone has shown its token."""
        if timer := self.strangers.pop(handler, None):
            timer.cancel()


class Port:
    """It listens from `open` to `close`."""

    def __init__(self, room: Room, secure: ssl.SSLContext, names: Collection[str]) -> None:
        """Take what the phones share, the device's key, and this machine's names on the network."""
        self._room, self._secure, self._names = room, secure, names
        self._pages = pages.pages()
        self._listeners: list[socket.socket] = []
        self._shaking: set[asyncio.Task[None]] = set()
        self.number = 0

    def open(self, number: int) -> None:
        """Listen on a port of every address of this machine; 0 takes any. Raises PortTaken."""
        self._server = _Counted(self)
        try:
            self._listeners.append(_listening(socket.AF_INET, "0.0.0.0", number))  # noqa: S104
            self.number = self._listeners[0].getsockname()[1]
            with suppress(OSError):  # a machine without IPv6
                self._listeners.append(_listening(socket.AF_INET6, "::", self.number))
        except OSError as error:
            raise PortTaken(f"phones cannot connect: port {number}: {error.strerror}") from None
        for listener in self._listeners:
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    def stop(self) -> None:
        """Listen no more."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        self._listeners.clear()

    async def close(self) -> None:
        """Listen no more, and close every connection."""
        self.stop()
        for task in self._shaking:
            task.cancel()
        for handler in self._server.connections:
            if handler.transport:
                handler.transport.abort()
        await self._server.shutdown(1.0)

    # --- connections ---------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, address = listener.accept()
            except OSError:  # nobody waits any more, or it has gone again
                return
            strangers = len(self._server.strangers) + len(self._shaking)
            if not self._room.strangers.may_connect(address[0], time.monotonic(), strangers):
                connection.close()
                continue
            connection.setblocking(False)  # noqa: FBT003 (its only parameter)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WRITE_BYTES)
            task = asyncio.get_running_loop().create_task(self._shake_hands(connection))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)

    async def _shake_hands(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(
                self._server,
                connection,
                ssl=self._secure,
                ssl_handshake_timeout=HANDSHAKE_WITHIN_S,
                ssl_shutdown_timeout=1.0,
            )
        except (OSError, TimeoutError):  # ssl.SSLError too: junk, or somebody who expects no TLS
            connection.close()

    # --- requests ------------------------------------------------------------------------------

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        transport = request.transport
        if transport is None:
            return _nothing(400)
        host = request.headers.get("Host", "")
        reached = transport.get_extra_info("sockname")[:2]
        if not is_ours(host, reached, self._names):
            return _nothing(421)  # Misdirected Request
        if request.method != "GET" or request.can_read_body:
            return _nothing(405)
        if request.path == pages.LIVE:
            return await self._live(request, transport, host)
        page = self._pages.get(request.path)
        if page is None:
            return _nothing(404)
        link = self._room.does.phone_link
        headers = {**pages.headers(host, link.port if link else 0), "Content-Type": page.type}
        return web.Response(body=page.content, headers=headers)

    async def _live(
        self, request: web.BaseRequest, transport: asyncio.Transport, host: str
    ) -> web.StreamResponse:
        ws = web.WebSocketResponse(
            heartbeat=PING_EVERY_S,
            max_msg_size=MOST_FRAME_BYTES,
            compress=False,
            timeout=1.0,
        )
        is_asked = ws.can_prepare(request).ok
        if not is_asked or not pages.is_same_origin(request.headers.get("Origin"), host):
            return _nothing(403)
        address = transport.get_extra_info("peername")[0]
        with suppress(OSError, TimeoutError):
            await ws.prepare(request)
            met = await meet(self._room, ws, transport, address)
            if met:
                self._server.is_known(request.protocol)
                live, hello = met
                await live.go_on(hello)
        transport.close()
        return ws


def _nothing(status: int) -> web.Response:
    """Refuse: no word of what was asked, and the connection is over."""
    response = web.Response(status=status, headers=pages.HEADERS)
    response.force_close()
    return response


def _listening(family: socket.AddressFamily, address: str, number: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, number))
        made.listen(WAITING)
        made.setblocking(False)  # noqa: FBT003 (its only parameter)
    except OSError:
        made.close()
        raise
    return made
