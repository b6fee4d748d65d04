"""What a xiaozhi device may send, fed to what takes it; and inputs that are right."""

import contextlib
from collections.abc import Iterable
from typing import Final

from firmware_bridge import xiaozhi, xiaozhi_camera, xiaozhi_frames

EVERY: Final = 480_000
"""Samples between two messages: a photo that was asked for has not come by then."""
WORDS: Final = (
    b'{"type":"hello","version":2,"features":{"mcp":true},"audio_params":{"frame_duration":60}}',
    b'{"type":"mcp","payload":{"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"name":"a"}}}}',
    b'{"type":"mcp","payload":{"id":2,"result":{"tools":[{"name":"b"}],"nextCursor":"c"}}}',
    b'{"type":"mcp","payload":{"id":3,"result":{"tools":[{"name":"self.camera.take_photo"}]}}}',
    b'{"type":"listen","state":"start","mode":"auto"}',
    b'{"type":"listen","state":"stop"}',
    b'{"type":"abort"}',
)
PACKET: Final = bytes.fromhex("000200000000000000000000000000010a")
_PART: Final = b'\r\n---b\r\nContent-Disposition: form-data; name="'
FORM: Final = (
    b"multipart/form-data; boundary=-b\n"
    + _PART.lstrip()
    + b'question"\r\n\r\nWhat?'
    + _PART
    + b'file"; filename="camera.jpg"\r\n\r\n\xff\xd8\xff\xe0\r\n---b--\r\n'
)


def say(messages: Iterable[bytes]) -> None:
    """Take words alone: libopus is not ours, and an extra. Raises Refused."""
    camera = xiaozhi_camera.Camera("http://box/photo", lambda: "token")
    device = xiaozhi.Session("1", camera)
    for n, message in enumerate(messages):
        for _ in device.say(message.decode("utf-8", "replace"), EVERY * n):
            pass
        device.want_photo(EVERY * n)


def unframe(data: bytes) -> None:
    """Take a message for one of each version."""
    for version in xiaozhi_frames.VERSIONS:
        with contextlib.suppress(xiaozhi_frames.BadPacket):
            xiaozhi_frames.unframed(version, data)


def post(data: bytes) -> None:
    """Take a line for the form's type, and the rest for the form. Raises BadPost."""
    kind, _, body = data.partition(b"\n")
    xiaozhi_camera.posted(kind.decode("utf-8", "replace"), body)
