"""How large is the picture in a JPEG file? Read from its head, before anybody decodes it."""

from typing import Final

START: Final = b"\xff\xd8"
MARKER: Final = 0xFF
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a segment that says height and width."""
SIZE_AT: Final = 5


def size(data: bytes) -> tuple[int, int] | None:
    """Return width and height; None for what is no JPEG."""
    if not data.startswith(START):
        return None
    place = len(START)
    while place + SIZE_AT + 4 <= len(data) and data[place] == MARKER:
        kind = data[place + 1]
        if kind == MARKER:  # padding
            place += 1
            continue
        if kind in FRAMES:
            begin = place + SIZE_AT
            height, width = data[begin : begin + 2], data[begin + 2 : begin + 4]
            return int.from_bytes(width), int.from_bytes(height)
        length = int.from_bytes(data[place + 2 : place + 4])
        place += 2 + max(length, 2)
    return None
