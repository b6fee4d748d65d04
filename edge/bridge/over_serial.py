"""Our own frames over a serial line that the launcher opened, and their rehearsal.

To rehearse, a board of our own on the other end of a pair of sockets says hello, sends silence,
packed and not, and a black picture, and goes. What it brings is thrown away.
"""

import asyncio
import contextlib
import socket
from typing import Final

import cv2
import numpy as np

from edge.bridge.intake import decoded
from firmware_bridge import adpcm, bodies, frames
from firmware_bridge.links import Lost, Terms
from firmware_bridge.packets import line_bytes
from firmware_bridge.serial import TOKEN, Link

MOST_ANSWER_BYTES: Final = 4096
WITHIN_S: Final = 10.0


async def opened(terms: Terms, descriptor: int) -> Link:
    """Return the link on a line."""
    return Link(terms, descriptor)


async def rehearse() -> None:
    """Have a board come, be answered, and go."""
    black = cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1].tobytes()
    assert decoded(black) is not None
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)  # noqa: FBT003 (its only parameter)
    link = Link(Terms(lambda: 0, lambda _: None), ours.fileno())
    serving = asyncio.create_task(link.serve())
    said: tuple[bodies.Body, ...] = (
        bodies.Hello(bodies.HEARS, TOKEN, "rehearsal"),
        bodies.Sound(bytes(2)),
        bodies.PackedSound(adpcm.Packer().pack(bytes(4))),
        bodies.PhotoPart(len(black), 0, black[:2]),
        bodies.Bye(),
    )
    loop = asyncio.get_running_loop()
    for sequence, body in enumerate(said):
        await loop.sock_sendall(theirs, line_bytes(frames.encode(body, sequence=sequence, at=0)))
    while not link.standing or link.standing.is_connected:
        await asyncio.wait_for(loop.sock_recv(theirs, MOST_ANSWER_BYTES), WITHIN_S)
    theirs.close()
    with contextlib.suppress(Lost):
        await asyncio.wait_for(serving, WITHIN_S)
    ours.close()
