"""Our own frames over WebSocket: the link on the listening socket, and its rehearsal.

To rehearse, a wearable of our own, on the other end of a pair of sockets in this process, says
hello, sends silence and a black picture, and goes. What it brings is thrown away.
"""

import asyncio
import secrets
import socket
from typing import Final

import cv2
import numpy as np

from edge import tls
from edge.bridge.intake import decoded
from firmware_bridge import frames
from firmware_bridge.links import Terms
from firmware_bridge.websocket import PATH, Door, Link

HOST: Final = "rehearsal"
KEY: Final = "AAAAAAAAAAAAAAAAAAAAAA=="
BINARY, MASKED = 0x82, 0x80
MOST_ANSWER_BYTES: Final = 4096
WITHIN_S: Final = 10.0


def listening(descriptor: int) -> socket.socket:
    """Return the socket that the launcher opened."""
    listener = socket.socket(fileno=descriptor)
    listener.setblocking(False)  # noqa: FBT003 (its only parameter)
    return listener


async def opened(terms: Terms, descriptor: int) -> Link:
    """Return the link on a listening socket."""
    listener = listening(descriptor)
    host, port = listener.getsockname()[:2]
    names = frozenset({f"{host}:{port}", f"localhost:{port}"})
    return Link(terms, Door.named(names, terms.origin), listener)


async def rehearse() -> None:
    """Have one connection come, be answered, and go."""
    await rehearsed()


async def rehearsed(
    secure: tls.Context | None = None, theirs_secure: tls.Context | None = None
) -> None:
    """Have one come, by TLS where it is named for both ends; and then one who speaks none."""
    token = secrets.token_bytes(frames.TOKEN_BYTES)
    door = Door(lambda host, *_: host == HOST, secure=secure)
    link = Link(Terms(lambda: 0, lambda _: None, token), door)
    black = cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1].tobytes()
    assert decoded(black) is not None
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 (its only parameter)
    adopting = asyncio.create_task(link.adopt(ours))
    reader, writer = await asyncio.open_connection(
        sock=theirs, ssl=theirs_secure, server_hostname=HOST if theirs_secure else None
    )
    await adopting
    writer.write(
        f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
    bodies: tuple[frames.Body, ...] = (
        frames.Hello(frames.HEARS, token, "rehearsal"),
        frames.Sound(bytes(2)),
        frames.Bye(),
    )
    for sequence, body in enumerate(bodies):
        writer.write(masked(frames.encode(body, sequence=sequence, at=0)))
    while await asyncio.wait_for(reader.read(MOST_ANSWER_BYTES), WITHIN_S):
        if link.session and link.session.is_over:
            break
    writer.close()
    await writer.wait_closed()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 (its only parameter)
    with theirs:
        theirs.sendall(b"\r\n" * 64)
        await link.adopt(ours)
    await link.end()


def masked(payload: bytes) -> bytes:
    """Return a WebSocket message as a client sends it, with a mask of zeros."""
    assert len(payload) < 126  # noqa: PLR2004 (longer ones have another head)
    return bytes([BINARY, MASKED | len(payload)]) + bytes(4) + payload
