"""The page's server: its files, and one WebSocket by which it is told what a person may see.

Only loopback, only under the name of this machine, only for our own page, and only for who brings
a token that is good once: each connection is given the one for the next. No media comes here.
"""

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import WSMsgType, web

from edge import scene
from edge.launcher.doorway import Doorway
from edge.messages import Asked, Look, Mute, Seen, Shown, Unmute
from edge.view.json_lines import JsonLines
from firmware_bridge import browser

APP: Final = Path(__file__).with_name("app")
TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".opus": "audio/ogg",
    ".jpg": "image/jpeg",
}
PAGE: Final = (".html", ".js", ".css")
ASKED: Final[dict[str, Asked]] = {"mute": Mute(), "unmute": Unmute(), "look": Look()}
MOST_WAITING: Final = 512
"""Messages for a page; one that does not take them is closed, and comes again by itself."""
MOST_MESSAGE_BYTES: Final = 256
TOKEN_WITHIN_S: Final = 5.0
AT_ONCE: Final = 4
HEARTBEAT_S: Final = 20.0
KEPT: Final = frozenset(
    {"Hello", "SealState", "MuteState", "Context", "Reply", "Transcript", "Seen", "Airlocked"}
)
"""Of these the newest is told to a page that comes later."""


class Stage:
    """Pages that look at one run."""

    def __init__(self, listener: socket.socket, doorway: Doorway) -> None:
        self._listener, self._doorway = listener, doorway
        self.ask: Callable[[Asked], None] = lambda _: None
        """Called with what a page wants; whoever runs puts it here."""
        self._lines = JsonLines()
        self._newest: dict[tuple[str, str], str] = {}
        self._pages: set[asyncio.Queue[str]] = set()
        self._token = secrets.token_urlsafe(32)
        self.host = f"127.0.0.1:{listener.getsockname()[1]}"
        files = (path for folder in (APP, browser.FOLDER) for path in folder.glob("*.*"))
        self._files = {f"/{path.name}": path for path in files if path.suffix in PAGE}
        self._files["/"] = self._files.pop("/index.html")
        self._scenes = _scenes(self._files)
        self._server: web.Server | None = None

    @property
    def address(self) -> str:
        """For the browser; what stands behind # is never sent to anybody."""
        return f"http://{self.host}/#{self._token}"

    async def open(self) -> asyncio.Server:
        """Take connections from now on."""
        self._server = web.Server(self._handle, access_log=None)
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._server, sock=self._listener)

    async def close(self) -> None:
        """Say goodbye to every page."""
        if self._server:
            await self._server.shutdown(1.0)

    def show(self, message: Shown) -> None:
        """Tell every page."""
        self._lines.note(message)
        fields = self._fields(message)
        text = json.dumps(fields)
        if fields["type"] in KEPT:
            self._newest[fields["type"], str(fields.get("process", ""))] = text
        for waiting in tuple(self._pages):
            if waiting.full():
                self._pages.discard(waiting)
                waiting.get_nowait()
                waiting.put_nowait("")
            else:
                waiting.put_nowait(text)

    def _fields(self, message: Shown) -> dict[str, Any]:
        fields = dict(self._lines.as_json(message))
        if isinstance(message, Seen):
            fields["lines"] = [
                {"text": line.text, "box": [side / 1000 for side in line.box]}
                for line in message.lines
            ]
        return fields

    # --- requests ------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.host != self.host:
            return web.Response(status=403, text="This page may not be reached by that name.")
        if request.path == "/shown":
            return await self._tell(request)
        file = self._files.get(request.path)
        if request.method != "GET" or file is None:
            return web.Response(status=404)
        content, kind = file.read_bytes(), TYPES[file.suffix]
        return web.Response(body=content, content_type=kind, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        way = self._doorway.address
        return {
            "Content-Security-Policy": (
                "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; "
                f"img-src data:; connect-src 'self' ws://{self.host} ws://{way}; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
            ),
            "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }

    async def _tell(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Origin") != f"http://{self.host}" or len(self._pages) >= AT_ONCE:
            return web.Response(status=403)
        page = web.WebSocketResponse(max_msg_size=MOST_MESSAGE_BYTES, heartbeat=HEARTBEAT_S)
        await page.prepare(request)
        if not await self._is_ours(page):
            await page.close(code=4003, message=b"this address was used; open the newest one")
            return page
        waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        await page.send_str(json.dumps(self._welcome()))
        for text in self._newest.values():
            waiting.put_nowait(text)
        self._pages.add(waiting)
        telling = asyncio.create_task(_send_all(page, waiting))
        try:
            async for message in page:
                if message.type is WSMsgType.TEXT and message.data in ASKED:
                    self.ask(ASKED[message.data])
        finally:
            telling.cancel()
            self._pages.discard(waiting)
        return page

    async def _is_ours(self, page: web.WebSocketResponse) -> bool:
        """Say whether the page brings the token; then it was good for the last time."""
        try:
            message = await page.receive(TOKEN_WITHIN_S)
        except TimeoutError:
            return False
        brought = message.data if message.type is WSMsgType.TEXT else ""
        if not hmac.compare_digest(brought.encode(), self._token.encode()):
            return False
        self._token = secrets.token_urlsafe(32)
        return True

    def _welcome(self) -> dict[str, Any]:
        return {
            "type": "Welcome",
            "link": f"ws://{self._doorway.address}/link",
            "token": self._doorway.token.hex(),
            "next": self._token,
            "scenes": self._scenes,
        }


def _scenes(files: dict[str, Path]) -> list[dict[str, Any]]:
    """Return what a page may play that comes with Offrecord, and have its files served.

    Nobody was recorded for it (`edge/scenes/CREDITS.md`).
    """
    found = []
    for name in scene.names():
        played = scene.load(scene.folder(name))
        pictures = sorted(played.pictures.glob("*.jpg")) if played.pictures else []
        ours = [path for path in (played.audio, *pictures) if path]
        paths = {path: f"/scenes/{path.relative_to(scene.SCENES).as_posix()}" for path in ours}
        files.update({address: path for path, address in paths.items()})
        found.append(
            {
                "name": played.name,
                "title": played.title,
                "sound": paths[played.audio] if played.audio else "",
                "pictures": [paths[path] for path in pictures],
                "picture_s": played.picture_s,
            }
        )
    return found


async def _send_all(page: web.WebSocketResponse, waiting: asyncio.Queue[str]) -> None:
    while text := await waiting.get():
        try:
            await page.send_str(text)
        except ConnectionError:
            return
    await page.close()
