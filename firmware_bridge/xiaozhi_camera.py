"""How does a xiaozhi device take a photo? It is asked by MCP, and posts a form. No I/O.

We are the client of the MCP server in the device: `initialize` tells it where to post and with
which token, `tools/list` whether it has a camera, `tools/call` takes the photo. A token is for one
photo, so each photo has an `initialize` of its own. One photo is on its way at a time.
(`mcp_server.cc` and `esp32_camera.cc` of 78/xiaozhi-esp32, MIT.)
"""

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from firmware_bridge.frames import MOST_PHOTO_BYTES

REVISION: Final = "2024-11-05"
TOOLS: Final = ("self.camera.take_photo", "take_photo")
"""As the firmware calls it, and as a device written in Python does."""
QUESTION: Final = "What is there to see?"
"""The device wants one; what it is answered is not told here."""
MOST_PAGES: Final = 16
"""Of its list of tools."""
MOST_CURSOR: Final = 128
MOST_NAME: Final = 48
AGAIN_AFTER: Final = 320_000
"""Samples, 20 s: a photo that has not come by then is asked for again."""
MOST_POST_BYTES: Final = MOST_PHOTO_BYTES + 4096
MOST_PARTS: Final = 8
MOST_HEAD_BYTES: Final = 1024

_BOUNDARY: Final = re.compile(
    r'multipart/form-data\s*;.*?\bboundary="?([^",; ]{1,70})"?', re.IGNORECASE
)
_FILE: Final = re.compile(
    rb'^content-disposition:[^\r\n]*[; ]name="?file"?[;\r\s]', re.IGNORECASE | re.MULTILINE
)
_HEAD_ENDS: Final = b"\r\n\r\n"

Words = dict[str, Any]


class BadPost(ValueError):
    """It is no form with a photo."""


class Camera:
    """The eye of one device. `requests` are JSON-RPC; whoever sends them empties the list."""

    def __init__(self, url: str, new_token: Callable[[], str]) -> None:
        """Take where a photo is posted to, and what makes the token for each."""
        self.requests: list[Words] = []
        self.name = ""
        """As the device calls itself: a stranger's words."""
        self._url, self._new_token = url, new_token
        self._token = ""
        """Of the next photo; empty: it is used up."""
        self._tool = ""
        self._is_due = True
        self._asked_at: int | None = None
        """When the photo that is on its way was asked for."""
        self._number = self._pages = 0
        self._waiting: dict[str, int] = {}
        """Method -> the number of its newest request."""

    def begin(self) -> None:
        """Ask who it is."""
        self._initialize()

    def want(self, now: int) -> None:
        """Ask for a photo at our position `now`, or as soon as that can be done."""
        self._is_due = True
        self.renew(now)

    def renew(self, now: int) -> None:
        """Ask for what is due, and has not been asked for or has not come."""
        is_on_its_way = self._asked_at is not None and now - self._asked_at < AGAIN_AFTER
        if not self._tool or not self._is_due or is_on_its_way:
            return
        self._asked_at = now
        if not self._token:
            self._initialize()
        call = {"name": self._tool, "arguments": {"question": QUESTION}}
        self._request("tools/call", call)

    def alive(self) -> None:
        """Say something that means nothing: a device that hears nothing for 120 s hangs up."""
        self.requests.append({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def opens(self, token: str) -> bool:
        """Say whether a photo may come with this; it may not twice."""
        brought, meant = token.encode("utf-8", "replace"), self._token.encode()
        is_right = bool(meant) and hmac.compare_digest(brought, meant)
        if is_right:
            self._token = ""
        return is_right and self._asked_at is not None

    def came(self) -> None:
        """Know that the photo has come; the next one is asked for when it is wanted."""
        self._is_due, self._asked_at = False, None

    def take(self, answer: Mapping[str, Any], now: int) -> None:
        """Take what the device answers; what it asks or tells by itself means nothing here."""
        result, number = answer.get("result"), answer.get("id")
        method = next((each for each, asked in self._waiting.items() if asked == number), "")
        if not isinstance(number, int) or not method or not isinstance(result, dict):
            return
        del self._waiting[method]
        if method == "initialize" and not self._tool and not self._pages:
            self._know(result)
        elif method == "tools/list":
            self._look_for_camera(result, now)

    def _know(self, result: Words) -> None:
        told = result.get("serverInfo")
        name = told.get("name") if isinstance(told, dict) else None
        if isinstance(name, str):
            self.name = "".join(each for each in name[:MOST_NAME] if each.isprintable())
        self.alive()
        self._list({})

    def _look_for_camera(self, result: Words, now: int) -> None:
        tools = result.get("tools")
        for each in tools if isinstance(tools, list) else []:
            name = each.get("name") if isinstance(each, dict) else None
            if name in TOOLS:
                self._tool = str(name)
                self.renew(now)
                return
        cursor = result.get("nextCursor")
        if isinstance(cursor, str) and 0 < len(cursor) <= MOST_CURSOR and self._pages < MOST_PAGES:
            self._list({"cursor": cursor})

    def _list(self, params: Words) -> None:
        self._pages += 1
        self._request("tools/list", params)

    def _initialize(self) -> None:
        self._token = self._new_token()
        vision = {"url": self._url, "token": self._token}
        who = {"name": "Offrecord", "version": "1"}
        params = {"protocolVersion": REVISION, "capabilities": {"vision": vision}}
        self._request("initialize", {**params, "clientInfo": who})

    def _request(self, method: str, params: Words) -> None:
        self._number += 1
        self._waiting[method] = self._number
        made = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        self.requests.append(made)


def posted(content_type: str, body: bytes) -> bytes:
    """Return the file in a form; raise BadPost."""
    named = _BOUNDARY.search(content_type)
    if not named:
        raise BadPost("what is posted is no form")
    boundary = b"--" + named[1].encode("utf-8", "replace")
    place = body.find(boundary)
    for _ in range(MOST_PARTS):
        head = place + len(boundary)
        head_ends = body.find(_HEAD_ENDS, head, head + MOST_HEAD_BYTES)
        ends = body.find(b"\r\n" + boundary, head)
        if place < 0 or not head <= head_ends < ends:
            break
        if _FILE.search(body[head:head_ends] + b"\r\n"):
            return body[head_ends + len(_HEAD_ENDS) : ends]
        place = ends + 2
    raise BadPost("the form has no file")
