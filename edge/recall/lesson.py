"""What one correction of the wearer's has taught. It holds no word of what was said about anything.

The places are those of the features of a sentence's frame ("did you _ the _"), not of its words.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence that was for the companion and not taken, or was taken and not for it."""

    kind: str
    """Of sentence: the value of a `Kind`."""
    was_meant: bool
    move: float
    """By so much log-odds the sentence itself is taken more readily, or less."""
    places: tuple[int, ...]
    """Where the features of its frame have their weights; below 65,536."""


def packed(places: Iterable[int]) -> bytes:
    """Return places as they are kept: two bytes each."""
    return array("H", places).tobytes()


def unpacked(kept: bytes) -> tuple[int, ...]:
    """Return places that were kept."""
    return tuple(array("H", kept))
