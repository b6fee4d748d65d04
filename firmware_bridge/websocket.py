"""The WebSocket link: a browser, a phone or a board connects, and its frames come in.

One wearable at a time: who brings the token takes the place of who came before. A page may only
connect from the origin that is named, and under the name of this machine. Bytes are handed to
`session`, what they bring to whoever made the link; nothing is kept here.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, Self

from aiohttp import WSMsgType, web

from firmware_bridge.frames import HEADER, MOST_PHOTO_BYTES, BadFrame
from firmware_bridge.links import Standing, Terms
from firmware_bridge.session import Gone, Session

PATH: Final = "/link"
AT_ONCE: Final = 4
"""Connections without a hello; the others are closed before they have said anything."""
HELLO_WITHIN_S: Final = 5.0
HEARTBEAT_S: Final = 10.0
TIME_EVERY_S: Final = 10.0
MOST_MESSAGE_BYTES: Final = HEADER.size + MOST_PHOTO_BYTES
LINE_BYTES: Final = 2048


class Greeted(Protocol):
    """Is told who has said hello."""

    def __call__(self, address: str, *, is_paired: bool) -> None:
        """Know that somebody at an address brought the token, or something else."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in."""

    is_meant: Callable[[str, tuple[str, int], str | None], bool]
    """By the Host that is asked for, the address that was reached, and the page's Origin."""
    may_connect: Callable[[str, int], bool] = lambda _address, waiting: waiting < AT_ONCE
    """By the address, and by how many have not said hello yet."""
    greeted: Greeted = lambda _address, *, is_paired: None  # noqa: ARG005 (as the protocol names it)
    secure: ssl.SSLContext | None = None
    """What speaks TLS; None where nobody outside this machine is reached."""

    @classmethod
    def named(cls, hosts: frozenset[str], origin: str = "") -> Self:
        """Return one for these names of this machine, and one page that may connect."""
        return cls(lambda host, _, page: host.lower() in hosts and page in {None, origin})

    @classmethod
    def for_devices(cls) -> Self:
        """Return one by which no page of a browser may connect."""
        return cls(lambda _host, _reached, page: page is None)


async def accepted(request: web.BaseRequest, most_bytes: int) -> web.WebSocketResponse:
    """Return the connection that is asked for; a longer message ends it, and so does silence."""
    connected = web.WebSocketResponse(
        max_msg_size=most_bytes,
        heartbeat=HEARTBEAT_S,
        compress=False,
        timeout=HELLO_WITHIN_S,
    )
    await connected.prepare(request)
    return connected


class Link:
    """All connections to one listening socket. Nothing is read of any before `serve`."""

    def __init__(self, terms: Terms, door: Door, listener: socket.socket | None = None) -> None:
        """Take who may come in; without a listener, see `adopt`."""
        self._token, self._door = terms.token, door
        self._now, self._take = terms.now, terms.take
        self._listener = listener
        self._adopting: set[asyncio.Task[None]] = set()
        self._paired: set[asyncio.BaseTransport | None] = set()
        """Connections whose wearable has said hello."""
        self._socket: web.WebSocketResponse | None = None
        self.session: Session | None = None
        """Of who is connected, or was last."""
        self._server = web.Server(
            self._handle,
            access_log=None,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
            auto_decompress=False,
            lingering_time=0.0,
        )

    @property
    def is_connected(self) -> bool:
        """Whether a wearable that has said hello is there."""
        return self._socket is not None

    @property
    def standing(self) -> Standing | None:
        """How it stands with who is connected, or was last; None before anybody came."""
        if not (session := self.session):
            return None
        order, battery = session.order, session.battery
        return Standing(
            session.hello.name if session.hello else "",
            self.is_connected,
            battery.percent if battery else -1,
            order.lost,
            order.late,
            order.twice,
        )

    async def serve(self) -> None:
        """Take connections for ever."""
        assert self._listener
        loop = asyncio.get_running_loop()
        while True:
            connection, address = await loop.sock_accept(self._listener)
            waiting = len(self._server.connections) - len(self._paired) + len(self._adopting)
            if not self._door.may_connect(address[0], waiting):
                connection.close()
                continue
            adopting = loop.create_task(self.adopt(connection))
            self._adopting.add(adopting)
            adopting.add_done_callback(self._adopting.discard)

    async def adopt(self, connection: socket.socket) -> None:
        """Take one connection; end it if no hello comes."""
        loop, secure = asyncio.get_running_loop(), self._door.secure
        within_s = HELLO_WITHIN_S if secure else None
        try:
            transport, _ = await loop.connect_accepted_socket(
                self._server, connection, ssl=secure, ssl_handshake_timeout=within_s
            )
        except OSError:  # it has gone already, or does not speak TLS
            connection.close()
            return
        loop.call_later(HELLO_WITHIN_S, self._end_stranger, transport)

    def _end_stranger(self, transport: asyncio.Transport) -> None:
        if transport not in self._paired:
            transport.abort()

    async def end(self) -> None:
        """Close every connection, also those that are just being taken."""
        if self._adopting:
            await asyncio.wait(self._adopting)
        await self._server.shutdown()

    async def photo_done(self) -> None:
        """Let the next photo come."""
        if self._socket and self.session:
            self.session.photo_done(self._now())
            await self._send(self._socket, self.session)

    # --- one connection ------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path != PATH:
            return web.Response(status=404)
        if not request.transport or not self._is_meant(request, request.transport):
            return web.Response(status=403, text="This page may not connect to this device.")
        connected = await accepted(request, MOST_MESSAGE_BYTES)
        transport = request.transport
        try:
            await self._converse(connected, transport)
        finally:
            self._paired.discard(transport)
            if self._socket is connected:
                self._socket = None
                self._take(Gone())
        return connected

    def _is_meant(self, request: web.BaseRequest, transport: asyncio.BaseTransport) -> bool:
        reached = transport.get_extra_info("sockname") or ("", 0)
        host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
        return self._door.is_meant(host, reached[:2], origin)

    def _greeted(self, transport: asyncio.BaseTransport | None, *, is_paired: bool) -> None:
        if transport and (address := transport.get_extra_info("peername")):
            self._door.greeted(address[0], is_paired=is_paired)

    async def _converse(
        self, connected: web.WebSocketResponse, transport: asyncio.Transport | None
    ) -> None:
        session = Session(self._token)
        asking = asyncio.create_task(self._ask_time(connected, session))
        try:
            async for message in connected:
                if message.type is not WSMsgType.BINARY:
                    session.refuse("frames are binary", self._now())
                    break
                if not self._feed(session, message.data):
                    if not session.hello:
                        self._greeted(transport, is_paired=False)
                    break
                if session.hello and transport not in self._paired:
                    self._paired.add(transport)
                    self._greeted(transport, is_paired=True)
                    await self._take_over(connected, session)
                await self._send(connected, session)
                if session.is_over:
                    break
        finally:
            asking.cancel()
        await self._send(connected, session)
        await connected.close()

    def _feed(self, session: Session, piece: bytes) -> bool:
        """Take bytes in; say whether the connection goes on."""
        # The error's words name no content, and are the only thing that is kept of it.
        try:
            for brought in session.feed(piece, self._now()):
                self._take(brought)
        except BadFrame as refusal:
            session.refuse(str(refusal), self._now())
            return False
        return True

    async def _take_over(self, connected: web.WebSocketResponse, session: Session) -> None:
        """Take the place of who was connected before."""
        before, self._socket, self.session = self._socket, connected, session
        if before:
            await before.close(message=b"another wearable has connected")

    async def _ask_time(self, connected: web.WebSocketResponse, session: Session) -> None:
        """Ask for its clock, time and again."""
        while True:
            await asyncio.sleep(TIME_EVERY_S)
            if session.hello:
                session.ask_time(self._now())
                await self._send(connected, session)

    async def _send(self, connected: web.WebSocketResponse, session: Session) -> None:
        replies, session.replies = session.replies, []
        with contextlib.suppress(ConnectionError):  # it has gone
            for reply in replies:
                await connected.send_bytes(reply)
