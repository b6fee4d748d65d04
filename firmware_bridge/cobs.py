"""How do bytes travel so that a zero means only one thing: here a packet ends?

Consistent overhead byte stuffing (Cheshire and Baker, 1999): a zero becomes the distance to the
next one. Whatever was lost or damaged, the next packet is found behind the next zero.
"""

from typing import Final

END: Final = b"\0"
MOST_IN_A_BLOCK: Final = 254
"""Bytes without a zero that one code stands for: each such stretch costs a byte."""


class BadStuffing(ValueError):
    """These bytes were never stuffed, or not all of them came."""


def stuffed(data: bytes) -> bytes:
    """Return the same without a zero in it; the one that ends a packet is not added."""
    out = bytearray()
    for stretch in data.split(END):
        place = 0
        while len(stretch) - place >= MOST_IN_A_BLOCK:
            out.append(MOST_IN_A_BLOCK + 1)
            out += stretch[place : place + MOST_IN_A_BLOCK]
            place += MOST_IN_A_BLOCK
        out.append(len(stretch) - place + 1)
        out += stretch[place:]
    return bytes(out)


def unstuffed(data: bytes) -> bytes:
    """Return what was stuffed, `data` holding no zero; raise BadStuffing."""
    out = bytearray()
    place = 0
    while place < len(data):
        code = data[place]
        end = place + code
        if not code or end > len(data):
            raise BadStuffing("a distance that leads nowhere")
        out += data[place + 1 : end]
        if code <= MOST_IN_A_BLOCK and end < len(data):
            out.append(0)
        place = end
    return bytes(out)
