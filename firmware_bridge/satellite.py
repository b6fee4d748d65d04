"""The link to a Wyoming satellite: one connection, which the launcher opened to where it was told.

Sound of another rate goes through what whoever makes the link brings for it. When the satellite
closes the connection, says what is no event, or does not answer, `serve` raises Lost; whoever
started us connects again.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Final

from firmware_bridge.links import Lost, Standing, Terms
from firmware_bridge.session import Gone, Heard
from firmware_bridge.wyoming import BadEvent, Event, encode
from firmware_bridge.wyoming_satellite import CLOCK_HZ, Clock, Session, Streamed

READ_BYTES: Final = 65_536
PING_EVERY_S: Final = 5.0
SILENT_AFTER_S: Final = 15.0
"""It answers each ping: without anything for so long it is gone, though nobody said so."""


Resample = Callable[[bytes], bytes]
"""Piece by piece: int16 samples of one rate -> of 16 kHz."""


class Link:
    """One satellite."""

    def __init__(
        self, terms: Terms, connection: socket.socket, from_rate: Callable[[int], Resample]
    ) -> None:
        """Take the connection, and what makes another rate, in Hz, ours."""
        self._now, self._take, self._from_rate = terms.now, terms.take, from_rate
        self._connection = connection
        self._connection.setblocking(False)  # noqa: FBT003 (its only parameter)
        self._session = Session()
        self._clock = Clock()
        self._resample: Resample | None = None
        self._rate_hz = CLOCK_HZ
        self._is_connected = True

    @property
    def standing(self) -> Standing | None:
        """How it stands; None before it has said who it is."""
        if not self._session.name:
            return None
        return Standing(self._session.name, self._is_connected)

    async def serve(self) -> None:
        """Bring its sound; raise Lost when it is gone."""
        self._session.begin()
        pinging = asyncio.get_running_loop().create_task(self._ping())
        try:
            with contextlib.suppress(OSError, TimeoutError, BadEvent):
                await self._converse()
        finally:
            pinging.cancel()
            self._is_connected = False
            self._take(Gone())
        raise Lost

    async def photo_done(self) -> None:
        """Do nothing: it has no eyes."""

    async def _converse(self) -> None:
        loop = asyncio.get_running_loop()
        await self._reply()
        while piece := await asyncio.wait_for(
            loop.sock_recv(self._connection, READ_BYTES), SILENT_AFTER_S
        ):
            for streamed in self._session.feed(piece):
                self._hear(streamed)
            await self._reply()

    def _hear(self, streamed: Streamed) -> None:
        samples = self._at_our_rate(streamed)
        count = len(samples) // 2
        start = self._clock.start(count, self._now(), begins=self._session.begins)
        self._session.begins = False
        self._take(Heard(samples, start))

    def _at_our_rate(self, streamed: Streamed) -> bytes:
        if streamed.rate_hz != self._rate_hz or self._session.begins:
            self._rate_hz = streamed.rate_hz
            is_ours = self._rate_hz == CLOCK_HZ
            self._resample = None if is_ours else self._from_rate(self._rate_hz)
        return self._resample(streamed.samples) if self._resample else streamed.samples

    async def _ping(self) -> None:
        """Ask now and then whether it is there."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            self._session.replies.append(encode(Event("ping")))
            with contextlib.suppress(OSError):  # it has gone, which reading will show
                await self._reply()

    async def _reply(self) -> None:
        replies, self._session.replies = self._session.replies, []
        for reply in replies:
            await asyncio.get_running_loop().sock_sendall(self._connection, reply)
