"""The one port of a xiaozhi device: it asks where to connect, connects, and posts its photos.

As at our own WebSocket link, whose manners these are, one is heard at a time: who comes with the
token takes the place of who came before. Where to connect is told to who asks at the address with
the secret; a photo is taken from who brings the token that was told for it. No page of a browser
may connect. What comes is handed on, and nothing of it is kept.
"""

import asyncio
import hmac
import secrets
import socket
import time
from typing import Final

from aiohttp import ClientError, WSMsgType, web

from firmware_bridge import websocket, xiaozhi
from firmware_bridge.links import Standing, Terms
from firmware_bridge.session import Gone, Pictured
from firmware_bridge.websocket import Door, accepted
from firmware_bridge.xiaozhi_camera import MOST_POST_BYTES, BadPost, Camera, posted

NAME: Final = "the xiaozhi device"
SEEN: Final = '{"success": true, "response": "seen"}'
"""What it asked about the photo cannot be answered here: that is for the chamber behind."""
KEEP_ALIVE_S: Final = 60.0
RENEW_EVERY_S: Final = 5.0
POSTED_WITHIN_S: Final = 15.0
MOST_ASKED_BYTES: Final = 16_384
"""Of what a device tells about itself when it asks where to connect: read, and let go."""
MOST_SENDING: Final = 16
"""Tasks that are to send: the first of one device's sends all."""
_BEARER: Final = "Bearer "


class Link(websocket.Link):
    """All connections to one listening socket. Nothing is read of any before `serve`."""

    def __init__(self, terms: Terms, listener: socket.socket | None = None) -> None:
        """Take who may come in; without a listener, see `adopt`."""
        super().__init__(terms, Door.for_devices(), listener)
        self._bootstrap = xiaozhi.bootstrap_path(terms.token)
        self._key = xiaozhi.key(terms.token)
        self._wants_words = terms.wants_words
        self._device: xiaozhi.Session | None = None
        """Of who is connected, or was last."""
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def standing(self) -> Standing | None:
        """How it stands; None before anybody came."""
        if not (device := self._device):
            return None
        name, lost = device.camera.name or NAME, device.speech.order.lost
        return Standing(name, self.is_connected, lost=lost, damaged=device.damaged)

    async def photo_done(self) -> None:
        """Have it take the next photo."""
        if self._socket and self._device:
            self._device.want_photo(self._now())
            await _sent(self._socket, self._device)

    def take_words(self, text: str, start: int, end: int, *, is_other: bool) -> None:
        """Have it show what was heard from one of our positions on, whoever said it."""
        del end, is_other  # its screen has room for words alone
        if self._socket and self._device:
            self._device.show(text, start)
            self._send_soon()

    def take_answer(self, text: str, *, goes_on: bool, was_cut: bool) -> None:
        """Have it show a part of an answer, unless empty; unless it goes on, that was all."""
        if self._socket and self._device:
            self._device.answer(text, goes_on=goes_on, was_cut=was_cut)
            self._send_soon()

    def take_voice(self, samples: bytes) -> None:
        """Have it play the next int16 samples."""
        if self._socket and self._device:
            self._device.play(samples)
            self._send_soon()

    def _send_soon(self) -> None:
        connected, device = self._socket, self._device
        if connected and device and not device.is_sent_to and len(self._sending) < MOST_SENDING:
            task = asyncio.get_running_loop().create_task(_sent(connected, device))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    # --- one connection ------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        if not transport or not self._is_meant(request, transport):
            return web.Response(status=403, text="No page may connect to this device.")
        if request.path == xiaozhi.PATH:
            return await self._connect(request, transport)
        if request.method == "POST" and request.path == xiaozhi.PHOTO_PATH:
            return await self._take_photo(request, transport)
        asked = request.path.rstrip("/").encode("utf-8", "replace")
        if request.method == "POST" and hmac.compare_digest(asked, self._bootstrap.encode()):
            return await self._tell_where(request, transport)
        return web.Response(status=404)

    async def _tell_where(
        self, request: web.BaseRequest, transport: asyncio.Transport
    ) -> web.Response:
        try:
            await _body(request, MOST_ASKED_BYTES)
        except BadPost:
            return web.Response(status=400)
        now_s = time.time()
        told = xiaozhi.bootstrap(
            f"ws://{_reached(transport)}{xiaozhi.PATH}",
            self._key,
            request.query.get("version", ""),
            now_s,
            (time.localtime(now_s).tm_gmtoff or 0) // 60,
        )
        return _answer(told)

    async def _take_photo(
        self, request: web.BaseRequest, transport: asyncio.Transport
    ) -> web.Response:
        device, at = self._device, self._now()
        if not device or not self._socket or not device.camera.opens(_bearer(request)):
            return web.Response(status=401)
        self._paired.add(transport)  # it may take longer than who has brought nothing
        try:
            async with asyncio.timeout(POSTED_WITHIN_S):
                body = await _body(request, MOST_POST_BYTES)
            jpeg = posted(request.headers.get("Content-Type", ""), body)
        except TimeoutError:
            return web.Response(status=408)
        except BadPost:
            return web.Response(status=400)
        finally:
            self._paired.discard(transport)
        device.camera.came()
        self._take(Pictured(jpeg, at))
        return _answer(SEEN)

    async def _connect(
        self, request: web.BaseRequest, transport: asyncio.Transport
    ) -> web.StreamResponse:
        brought = _bearer(request).encode("utf-8", "replace")
        is_known = hmac.compare_digest(brought, self._key.encode())
        self._greeted(transport, is_paired=is_known)
        if not is_known:
            return web.Response(status=401)
        connected = await accepted(request, xiaozhi.MOST_MESSAGE_BYTES)
        url = f"http://{_reached(transport)}{xiaozhi.PHOTO_PATH}"
        device = xiaozhi.Session(secrets.token_hex(8), Camera(url, secrets.token_urlsafe))
        attending = asyncio.create_task(self._attend(connected, device))
        try:
            await self._converse_with(connected, transport, device)
        finally:
            attending.cancel()
            self._paired.discard(transport)
            if self._socket is connected:
                self._socket = None
                self._take(Gone())
                self._wants_words("", 0)
        await connected.close()
        return connected

    async def _converse_with(
        self,
        connected: web.WebSocketResponse,
        transport: asyncio.Transport,
        device: xiaozhi.Session,
    ) -> None:
        async for message in connected:
            if transport in self._paired and self._socket is not connected:
                return
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                continue
            is_first = device.begin < 0
            try:
                take = device.say if message.type is WSMsgType.TEXT else device.hear
                for brought in take(message.data, self._now()):
                    self._take(brought)
            except xiaozhi.Refused as refusal:
                device.refuse(str(refusal))
                await _sent(connected, device)
                return
            if transport not in self._paired:
                self._paired.add(transport)
                await self._seat(connected, device)
            if is_first and device.begin >= 0:
                self._wants_words(NAME, device.begin)
            await _sent(connected, device)

    async def _seat(self, connected: web.WebSocketResponse, device: xiaozhi.Session) -> None:
        """Let it take the place of who was connected before."""
        before, self._socket, self._device = self._socket, connected, device
        if before:
            self._wants_words("", 0)
            await before.close(message=b"another device has connected")

    async def _attend(self, connected: web.WebSocketResponse, device: xiaozhi.Session) -> None:
        """Ask again for a photo that did not come, and say now and then that we are here."""
        told_s = time.monotonic()
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            if self._socket is not connected:
                continue
            device.renew(self._now())
            if time.monotonic() - told_s >= KEEP_ALIVE_S:
                told_s = time.monotonic()
                device.keep_alive()
            await _sent(connected, device)


async def _sent(connected: web.WebSocketResponse, device: xiaozhi.Session) -> None:
    """Send what there is, in its order: whoever sends already sends this, too."""
    if device.is_sent_to:
        return
    device.is_sent_to = True
    try:
        while device.replies:
            reply = device.replies.pop(0)
            if isinstance(reply, str):
                await connected.send_str(reply)
            else:
                await connected.send_bytes(reply)
    except ConnectionError:  # it has gone
        pass
    finally:
        device.is_sent_to = False


async def _body(request: web.BaseRequest, most_bytes: int) -> bytes:
    """Return what is posted; raise BadPost where it is too much, or cut off."""
    body = bytearray()
    try:
        while piece := await request.content.readany():
            body += piece
            if len(body) > most_bytes:
                raise BadPost(f"more than {most_bytes} bytes")
    except (ClientError, OSError):
        raise BadPost("what is posted is cut off") from None
    return bytes(body)


def _answer(told: str) -> web.Response:
    response = web.Response(text=told, content_type="application/json")
    response.force_close()  # a device has so few connections, and so have we
    return response


def _bearer(request: web.BaseRequest) -> str:
    return request.headers.get("Authorization", "").removeprefix(_BEARER)


def _reached(transport: asyncio.Transport) -> str:
    """Return HOST:PORT of ours by which it came: whoever listens everywhere has several."""
    host, port = (transport.get_extra_info("sockname") or ("", 0))[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
