"""Inputs that are nearly right: seeds, cut, joined, turned and repeated, the same each time."""

import random
from collections.abc import Iterator, Sequence
from typing import Final

MOST_CHANGES: Final = 6
MOST_BYTES: Final = 8192
TELLING: Final = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
"""Bytes at which something often ends."""


def inputs(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield so many inputs; the seeds themselves come first."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    yield from seeds[:count]
    for _ in range(count - len(seeds)):
        data = bytearray(chance.choice(seeds)) if chance.random() < 0.9 else bytearray()
        for _ in range(chance.randint(1, MOST_CHANGES)):
            _change(data, seeds, chance)
        yield bytes(data[:MOST_BYTES])


def _change(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    place = chance.randint(0, len(data))
    size = min(len(data) - place, chance.choice((1, 2, 4, 8, 32, 256)))
    what = chance.randrange(6)
    if what == 0:
        data[place : place + size] = chance.randbytes(size)
    elif what == 1:
        data[place : place + 1] = bytes([chance.choice(TELLING)])
    elif what == 2:
        del data[place : place + size]
    elif what == 3:
        data[place:place] = data[place : place + size] * chance.randint(1, 8)
    elif what == 4:
        other = chance.choice(seeds)
        begin = chance.randint(0, len(other))
        data[place:place] = other[begin : begin + chance.randint(0, 64)]
    elif data:
        data[place - 1] ^= 1 << chance.randrange(8)
