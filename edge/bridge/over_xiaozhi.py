"""A xiaozhi device: its one port, which listens already, and its rehearsal.

To rehearse, a device of our own, on the other ends of pairs of sockets in this process, asks where
to connect, connects, is heard and answered, posts a black picture, and goes.
"""

import asyncio
import json
import secrets
import socket
from typing import Final

import cv2
import numpy as np

from edge.bridge.intake import decoded
from edge.bridge.over_websocket import KEY, WITHIN_S, listening, masked
from firmware_bridge import xiaozhi
from firmware_bridge.frames import TOKEN_BYTES
from firmware_bridge.links import Brought, Terms
from firmware_bridge.session import Heard, Pictured
from firmware_bridge.xiaozhi_answer import FRAME_BYTES
from firmware_bridge.xiaozhi_emulator import FORM, FRAME_SAMPLES, Device
from firmware_bridge.xiaozhi_socket import Link

TEXT: Final = b"\x81"
HELLO: Final = '{"type":"hello","version":1,"features":{"mcp":true}}'
START: Final = '{"type":"listen","state":"start"}'
TOOLS: Final = {"tools": [{"name": "self.camera.take_photo"}]}


async def opened(terms: Terms, descriptor: int) -> Link:
    """Return the link on a listening socket."""
    return Link(terms, listening(descriptor))


async def rehearse() -> None:
    """Have a device do all that one may do; and one that brings the wrong token."""
    token = secrets.token_bytes(TOKEN_BYTES)
    heard, seen = asyncio.Event(), asyncio.Event()

    def take(brought: Brought) -> None:
        if isinstance(brought, Heard):
            heard.set()
        elif isinstance(brought, Pictured):
            seen.set()

    link = Link(Terms(lambda: 0, take, token))
    await _posted(link, xiaozhi.bootstrap_path(token), "", b"{}")
    await _connected(link, "none", heard)
    await _connected(link, xiaozhi.key(token), heard)
    assert seen.is_set()
    await link.end()


async def _connected(link: Link, key: str, heard: asyncio.Event) -> None:
    device = Device()
    reader, writer = await _adopted(link)
    writer.write(
        f"GET {xiaozhi.PATH} HTTP/1.1\r\nHost: rehearsal\r\nAuthorization: Bearer {key}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
    if b" 101 " in answer:
        for words in (HELLO, START):
            writer.write(_words(words))
        writer.write(masked(device.sound(bytes(2 * FRAME_SAMPLES))))
        await asyncio.wait_for(heard.wait(), WITHIN_S)
        link.take_words("rehearsal", 0, 1, is_other=False)
        link.take_voice(bytes(FRAME_BYTES))
        link.take_answer("rehearsal", goes_on=False, was_cut=False)
        for number, result in ((1, {}), (2, TOOLS)):
            payload = {"jsonrpc": "2.0", "id": number, "result": result}
            writer.write(_words(json.dumps({"type": "mcp", "payload": payload})))
        while not device.photos_wanted:
            is_text, told = await _told(reader)
            if is_text:
                device.hear(told.decode())
            else:
                device.play(told)
        assert device.said
        assert device.played
        black = cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1].tobytes()
        assert decoded(black) is not None
        await _posted(link, xiaozhi.PHOTO_PATH, device.vision["token"], device.posted(black))
    writer.close()
    await writer.wait_closed()


async def _posted(link: Link, path: str, token: str, body: bytes) -> None:
    reader, writer = await _adopted(link)
    head = f"POST {path} HTTP/1.1\r\nHost: rehearsal\r\nAuthorization: Bearer {token}\r\n"
    chunked = f"Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n"
    writer.write((head + chunked).encode() + body + b"\r\n0\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), WITHIN_S)
    assert b" 200 " in answer
    writer.close()
    await writer.wait_closed()


async def _adopted(link: Link) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 (its only parameter)
    adopting = asyncio.create_task(link.adopt(ours))
    ends = await asyncio.open_connection(sock=theirs)
    await adopting
    return ends


def _words(told: str) -> bytes:
    return TEXT + masked(told.encode())[1:]


async def _told(reader: asyncio.StreamReader) -> tuple[bool, bytes]:
    """Return the next message, of no more than 64 KiB, as a server sends it; is it text?"""
    kind, short = await asyncio.wait_for(reader.readexactly(2), WITHIN_S)
    length = int.from_bytes(await reader.readexactly(2)) if short > 125 else short  # noqa: PLR2004 (RFC 6455)
    return kind == TEXT[0], await reader.readexactly(length)
