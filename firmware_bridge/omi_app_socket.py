"""The Omi phone app's socket: its sound comes in, and the words in it go back.

As at our own WebSocket link, whose manners these are, one is heard at a time: who comes with the
secret of the address takes the place of who came before. No page of a browser may connect. Words
go to who sent the sound that they were said in, and to nobody who came later.
"""

import asyncio
import contextlib
import hmac
import socket
from typing import Final

from aiohttp import WSMsgType, web

from firmware_bridge import omi_app, websocket
from firmware_bridge.links import Standing, Terms
from firmware_bridge.omi import UnknownCodec
from firmware_bridge.session import Gone
from firmware_bridge.websocket import Door, accepted

NAME: Final = "the Omi app"
KEEP_ALIVE_S: Final = 30.0
"""The app gives up after 90 s in which it hears nothing."""
MOST_UNREAD: Final = 16
"""Answers that wait for an app that does not read; what is more is left out."""
ROUNDED: Final = 160
"""Samples, 10 ms: words are timed in whole milliseconds."""


class Link(websocket.Link):
    """All connections to one listening socket. Nothing is read of any before `serve`."""

    def __init__(self, terms: Terms, listener: socket.socket | None = None) -> None:
        """Take who may come in; without a listener, see `adopt`."""
        super().__init__(terms, Door.for_devices(), listener)
        self._word, self._wants_words = omi_app.word(terms.token), terms.wants_words
        self._app: omi_app.Session | None = None
        """Of who is connected, or was last."""
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def standing(self) -> Standing | None:
        """How it stands; None before anybody came."""
        if not (app := self._app):
            return None
        return Standing(NAME, self.is_connected, damaged=app.damaged)

    async def photo_done(self) -> None:
        """Do nothing: a pendant's photos do not come this way."""

    def take_words(self, text: str, start: int, end: int, *, is_other: bool) -> None:
        """Send back what was said from one position of our clock to another."""
        app = self._app
        if app and 0 <= app.begin <= start + ROUNDED:
            begin_s, end_s = app.seconds(start), app.seconds(end)
            self._say(omi_app.segments(text, begin_s, end_s, is_other=is_other))

    def _say(self, answer: str) -> None:
        if self._socket and len(self._sending) < MOST_UNREAD:
            task = asyncio.get_running_loop().create_task(_sent(self._socket, answer))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    # --- one connection ------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if not transport or not self._is_meant(request, transport):
            return web.Response(status=403, text="No page may connect to this device.")
        brought = request.query.get("token", "")
        is_known = hmac.compare_digest(brought.encode("utf-8", "replace"), self._word.encode())
        self._greeted(transport, is_paired=is_known)
        if request.path != omi_app.PATH or not is_known:
            return web.Response(status=404)
        try:
            session = omi_app.Session(omi_app.codec(request.query))
        except UnknownCodec as refusal:
            return web.Response(status=400, text=str(refusal))
        connected = await accepted(request, omi_app.MOST_MESSAGE_BYTES)
        self._paired.add(transport)
        try:
            await self._hear_app(connected, session)
        finally:
            self._paired.discard(transport)
        return connected

    async def _hear_app(self, connected: web.WebSocketResponse, session: omi_app.Session) -> None:
        before, self._socket, self._app = self._socket, connected, session
        if before:
            await before.close(message=b"another phone has connected")
        keeping = asyncio.create_task(self._keep_alive(connected))
        try:
            await self._listen(connected, session)
        finally:
            keeping.cancel()
            if self._socket is connected:
                self._socket = None
                self._end(session)
                self._wants_words("", 0)
        await connected.close()

    async def _listen(self, connected: web.WebSocketResponse, session: omi_app.Session) -> None:
        async for message in connected:
            if self._socket is not connected:
                return
            if message.type is WSMsgType.TEXT:
                if omi_app.is_over(message.data):
                    self._end(session)  # its last words still go back
            elif message.type is WSMsgType.BINARY:
                is_first = session.begin < 0
                for heard in session.take(message.data, self._now()):
                    self._take(heard)
                if is_first and session.begin >= 0:
                    self._wants_words(NAME, session.begin)

    def _end(self, session: omi_app.Session) -> None:
        """Let who was speaking have finished, once."""
        if not session.is_over:
            session.is_over = True
            self._take(Gone())

    async def _keep_alive(self, connected: web.WebSocketResponse) -> None:
        while self._socket is connected:
            await asyncio.sleep(KEEP_ALIVE_S)
            await _sent(connected, omi_app.KEEP_ALIVE)


async def _sent(connected: web.WebSocketResponse, answer: str) -> None:
    with contextlib.suppress(ConnectionError):  # it has gone
        await connected.send_str(answer)
