"""Text -> sound for the house: asked of a voice of its own, over a pair of sockets.

A sentence goes there as `Speak`, its sound comes back as records of a slot, up to an `End`. One
text at a time; its sound is taken to its end whoever still wants it, so that none of it is taken
for the next one's. A voice that is gone, or does not answer, is not asked again.
"""

import asyncio
import contextlib
import itertools
import socket
import textwrap
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

import msgspec

from edge.airlock import plain
from edge.messages import SENTENCE_CHARACTERS, Speak
from edge.signals import AudioChunk
from edge.slot import MAX_RECORD_BYTES, STEPS, End, SlotReader

PIECE_WITHIN_S: Final = 10.0


class Speech:
    """The house's end of the pair."""

    def __init__(self, pair: socket.socket) -> None:
        self._pair = pair
        self._pair.setblocking(False)  # noqa: FBT003 (its only parameter)
        self._reader = SlotReader()
        self._numbers = itertools.count(1)
        self._turn = asyncio.Lock()
        self.is_there = True
        """Whether somebody speaks at the other end."""

    @property
    def descriptor(self) -> int:
        """The number by which it is kept open."""
        return self._pair.fileno()

    async def sound(self, text: str) -> AsyncGenerator[bytes, None]:
        """Yield a text spoken, int16 little-endian mono samples of 16 kHz; nothing if it cannot."""
        async with self._turn:
            for sentence in textwrap.wrap(plain(text), SENTENCE_CHARACTERS):
                pieces = self._spoken(sentence)
                try:
                    async for piece in pieces:
                        yield piece
                finally:
                    async for _ in pieces:  # what nobody wants any more
                        pass

    async def _spoken(self, sentence: str) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        request = msgspec.msgpack.encode(Speak(next(self._numbers), sentence))
        with contextlib.suppress(OSError, TimeoutError):
            await loop.sock_sendall(self._pair, request)
            while record := await asyncio.wait_for(
                loop.sock_recv(self._pair, MAX_RECORD_BYTES), PIECE_WITHIN_S
            ):
                signal = self._reader.feed(record)
                if isinstance(signal, End):
                    return
                if isinstance(signal, AudioChunk):
                    yield (signal.samples * STEPS).astype("<i2").tobytes()
        self.is_there = False
