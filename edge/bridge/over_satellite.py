"""A Wyoming satellite, over the connection that the launcher made, and its rehearsal.

To rehearse, a satellite of our own on the other end of a pair of sockets says who it is, sends a
moment of silence at two rates, and goes.
"""

import asyncio
import contextlib
import socket
from typing import Final

import numpy as np
import soxr

from edge.clock import SAMPLE_RATE_HZ
from firmware_bridge.links import Lost, Terms
from firmware_bridge.satellite import Link, Resample
from firmware_bridge.wyoming import Event, encode

WITHIN_S: Final = 10.0
RATES_HZ: Final = (48_000, 16_000)


async def opened(terms: Terms, descriptor: int) -> Link:
    """Return the link on a connection."""
    return Link(terms, socket.socket(fileno=descriptor), from_rate)


def from_rate(rate_hz: int) -> Resample:
    """Return what makes sound of this rate ours."""
    stream = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16")

    def resample(samples: bytes) -> bytes:
        ours = stream.resample_chunk(np.frombuffer(samples, "<i2"))
        return bytes(ours.astype("<i2").tobytes())

    return resample


async def rehearse() -> None:
    """Have a satellite come, be told to run, stream, and go."""
    ours, theirs = socket.socketpair()
    link = Link(Terms(lambda: 0, lambda _: None), ours, from_rate)
    with theirs:
        theirs.sendall(encode(Event("info", {"satellite": {"name": "rehearsal"}})))
        for rate_hz in RATES_HZ:
            sound = {"rate": rate_hz, "width": 2, "channels": 1}
            theirs.sendall(encode(Event("audio-chunk", sound, bytes(2048))))
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.suppress(Lost):
            await asyncio.wait_for(link.serve(), WITHIN_S)
    ours.close()
