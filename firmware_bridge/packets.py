"""How does a frame cross a line that may lose, add and turn bits? As a packet. No I/O in here.

A packet is a frame and its CRC-32 (little-endian; as in Ethernet, zlib and PNG), stuffed, between
zeros. What was damaged is dropped and counted; the frame's number then shows that it is missing.
"""

import zlib
from collections.abc import Iterator
from typing import Final

from firmware_bridge import cobs
from firmware_bridge.bodies import BadFrame, Frame
from firmware_bridge.frames import (
    HEADER,
    MOST_PART_BYTES,
    MOST_SOUND_SAMPLES,
    TAG_BYTES,
    Decoder,
)

CRC_BYTES: Final = 4
MOST_FRAME_BYTES: Final = HEADER.size + max(
    1 + 2 * MOST_SOUND_SAMPLES + TAG_BYTES, 8 + MOST_PART_BYTES
)
MOST_STUFFED_BYTES: Final = MOST_FRAME_BYTES + CRC_BYTES + MOST_FRAME_BYTES // 254 + 2
LEAST_PLAIN_BYTES: Final = HEADER.size + CRC_BYTES


def packet(frame: bytes) -> bytes:
    """Return the bytes that carry one frame, with the zero that ends them."""
    assert len(frame) <= MOST_FRAME_BYTES
    return cobs.stuffed(frame + zlib.crc32(frame).to_bytes(CRC_BYTES, "little")) + cobs.END


def line_bytes(frame: bytes) -> bytes:
    """Return the same for a line on which something else may have been said just before."""
    return cobs.END + packet(frame)


class Unpacker:
    """Bytes of a line, in any pieces -> frames that came whole. It keeps one packet at most."""

    def __init__(self) -> None:
        self.damaged = 0
        """Packets that did not come as they were sent; noise on the line counts as one, too."""
        self._rest = bytearray()
        self._is_too_long = False

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that this piece completes. Raises BadFrame: one that came whole."""
        first, *others = piece.split(cobs.END)
        self._add(first)
        for stretch in others:
            if self._rest or self._is_too_long:
                yield from self._finish()
            if stretch:
                self._add(stretch)

    def _add(self, stretch: bytes) -> None:
        self._is_too_long |= len(self._rest) + len(stretch) > MOST_STUFFED_BYTES
        if not self._is_too_long:
            self._rest += stretch

    def _finish(self) -> Iterator[Frame]:
        whole, is_too_long = bytes(self._rest), self._is_too_long
        self._rest[:] = bytes(len(self._rest))  # overwritten before it is given back
        self._rest.clear()
        self._is_too_long = False
        frame = b"" if is_too_long else _checked(whole)
        if frame:
            yield from _frames(frame)
        else:
            self.damaged += 1


def _checked(whole: bytes) -> bytes:
    """Return the frame in a packet; nothing where it was damaged."""
    try:
        plain = cobs.unstuffed(whole)
    except cobs.BadStuffing:
        return b""
    frame, crc = plain[:-CRC_BYTES], plain[-CRC_BYTES:]
    is_whole = len(plain) >= LEAST_PLAIN_BYTES and zlib.crc32(frame) == int.from_bytes(
        crc, "little"
    )
    return frame if is_whole else b""


def _frames(data: bytes) -> Iterator[Frame]:
    found = list(Decoder().feed(data))
    if len(found) != 1:
        raise BadFrame("a packet carries one frame")
    yield from found
