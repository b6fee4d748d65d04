"""How close in meaning are two words where they stand? Pure, and without numpy.

The mind's model gives each piece of a text 384 numbers that depend on all of the text, and their
mean is the whole's. Of every number only the sign is kept: 48 bytes, of which two are compared by
counting the bits in which they differ. Measured, that finds no less than the numbers themselves
(decision 0030).
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

BITS: Final = 384
"""As many as the model has numbers."""
BYTES: Final = BITS // 8


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means: as a whole, and each of its pieces."""

    whole: int
    pieces: tuple[int, ...]


def unpacked(vectors: bytes) -> tuple[int, ...]:
    """Return signs that were written one after the other, `BYTES` each."""
    starts = range(0, len(vectors), BYTES)
    return tuple(map(int.from_bytes, [vectors[start : start + BYTES] for start in starts]))


def from_code(code: str) -> tuple[bytes, bytes]:
    """Return the whole's signs and those of the pieces, as the mind has sent them in base64."""
    vectors = base64.b64decode(code)
    return vectors[:BYTES], vectors[BYTES:]


def closeness(asked: Sequence[int], heard: Sequence[int]) -> list[float]:
    """Return for each piece asked for how close the closest piece heard is: 1 the same, 0 not."""
    return [1 - 2 * min(apart(piece, heard), default=BITS // 2) / BITS for piece in asked]


def apart(asked: int, others: Iterable[int]) -> Iterator[int]:
    """Yield in how many signs each of the others differs: nothing of this is done in bytecode."""
    return map(int.bit_count, map(asked.__xor__, others))
