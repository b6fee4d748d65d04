"""A photo of Omi's or OpenGlass' glasses, in chunks. No I/O.

u16 chunk, from 0; on firmware 2.1.1 and later chunk 0 has one byte more, which tells how the camera
was turned; then a piece of a JPEG; the two bytes ff ff end it. A photo of which a chunk is missing
is let go. (`omiGlass/firmware/src/app.cpp` of BasedHardware/omi, MIT.)
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from firmware_bridge import jpeg
from firmware_bridge.session import Pictured

CHUNK: Final = Struct("<H")
END: Final = b"\xff\xff"
MOST_PHOTO_BYTES: Final = 200 * 1024
TURNED_OVER: Final = 2
"""Quarter turns: so is the camera of firmware that does not say."""
MOST_TURNS: Final = 3


class Chunks:
    """The chunks of the newest photo; no more than one photo's bytes are kept."""

    def __init__(self) -> None:
        self.broken = 0
        """Photos that were begun, and let go."""
        self._jpeg = bytearray()
        self._next = -1
        """Chunk that is due; -1: none is on its way."""
        self._quarter_turns = TURNED_OVER

    def take(self, notification: bytes, now: int) -> Iterator[Pictured | None]:
        """Yield a photo that is whole; None where one that was begun cannot be completed."""
        if notification == END:
            if self._next > 0:
                photo = Pictured(bytes(self._jpeg), now, self._quarter_turns)
                self._drop()
                yield photo
            return
        if len(notification) <= CHUNK.size:
            return
        (number,) = CHUNK.unpack_from(notification)
        if self._next > 0 and number != self._next:
            self.broken += 1
            self._drop()
            yield None
        if number == 0:
            self._begin(notification[CHUNK.size :])
        elif number == self._next and len(self._jpeg) + len(notification) <= MOST_PHOTO_BYTES:
            self._jpeg += notification[CHUNK.size :]
            self._next += 1
        elif self._next > 0:  # too large for a photo
            self.broken += 1
            self._drop()
            yield None

    def _begin(self, piece: bytes) -> None:
        """Begin a photo; whether the byte more is there, the JPEG's own first bytes show."""
        is_turn_said = not piece.startswith(jpeg.START) and piece[1:].startswith(jpeg.START)
        self._quarter_turns = min(piece[0], MOST_TURNS) if is_turn_said else TURNED_OVER
        self._jpeg += piece[is_turn_said:]
        self._next = 1

    def _drop(self) -> None:
        self._next = -1
        self._jpeg[:] = bytes(len(self._jpeg))  # overwritten before it is given back
        self._jpeg.clear()
