"""Which of very many texts mean most alike? Pure, and without numpy.

The signs of one place, of all texts, are one long integer; the number of signs in which each text
differs is added up in all of them at once, by adders made of `&`, `|` and `^`. So a hundred
thousand texts are compared in a few thousand operations of the interpreter's own C.
"""

from array import array
from collections.abc import Iterable
from typing import Final

from edge.search.meaning import BITS, BYTES, apart

FRESH: Final = 1024
"""So many new ones are compared one by one, until they are worth a place in the long integers."""
_SPREAD: Final = [bytes(48 + (byte >> bit & 1) for byte in range(256)) for bit in range(7, -1, -1)]
"""For each bit of a byte, the digit that it is."""


class Signs:
    """The signs of what many texts mean, 56 bytes each."""

    def __init__(self, texts: Iterable[tuple[int, bytes]] = ()) -> None:
        """Take texts by their numbers, the oldest first."""
        self._numbers = array("q")
        self._columns = [0] * BITS
        """The signs of each place; the oldest text's is the highest."""
        self._known = 0
        self._fresh = bytearray()
        for number, signs in texts:
            self._numbers.append(number)
            self._fresh += signs
        self._settle()

    def add(self, number: int, signs: bytes) -> None:
        """Take one more text."""
        self._numbers.append(number)
        self._fresh += signs
        if len(self._fresh) >= FRESH * BYTES:
            self._settle()

    def closest(self, signs: int, count: int) -> list[int]:
        """Return the numbers of the texts that differ least, of equals the newest."""
        nearest = [(bits, -place) for place, bits in self._nearest_known(signs, count)]
        fresh = (
            int.from_bytes(self._fresh[start : start + BYTES])
            for start in range(0, len(self._fresh), BYTES)
        )
        nearest += [(bits, -place) for place, bits in enumerate(apart(signs, fresh), self._known)]
        return [self._numbers[-place] for _, place in sorted(nearest)[:count]]

    def _settle(self) -> None:
        """Give the new ones their places in the long integers."""
        new = len(self._fresh) // BYTES
        if not new:
            return
        for byte in range(BYTES):
            column = bytes(self._fresh[byte::BYTES])
            for bit, spread in enumerate(_SPREAD):
                place = 8 * byte + bit
                digits = int(column.translate(spread), 2)
                self._columns[place] = self._columns[place] << new | digits
        self._known += new
        self._fresh.clear()

    def _nearest_known(self, signs: int, count: int) -> list[tuple[int, int]]:
        """Return the places of the nearest, and how many of the signs of each differ."""
        if not self._known:
            return []
        everybody = (1 << self._known) - 1
        differ = [
            everybody ^ column if signs >> (BITS - 1 - place) & 1 else column
            for place, column in enumerate(self._columns)
        ]
        digits = _added(differ)
        chosen = _least(digits, everybody, count)
        found = []
        while chosen:
            lowest = chosen.bit_length() - 1
            chosen ^= 1 << lowest
            bits = sum((digit >> lowest & 1) << power for power, digit in enumerate(digits))
            found.append((self._known - 1 - lowest, bits))
        return found


def _added(ones: list[int]) -> list[int]:
    """Return the digits, the lowest first, of how many of these have each bit."""
    digits = []
    while ones:
        carried = []
        while len(ones) > 1:
            one, other = ones.pop(), ones.pop()
            third = ones.pop() if ones else 0
            either = one ^ other
            ones.append(either ^ third)
            carried.append(one & other | either & third)
        digits += ones
        ones = carried
    return digits


def _least(digits: list[int], candidates: int, count: int) -> int:
    """Return, as bits, so many candidates with the lowest numbers; of equals the lowest bits."""
    chosen = 0
    for digit in reversed(digits):
        low = candidates & ~digit
        if (fits := low.bit_count()) >= count:
            candidates = low
        else:
            chosen |= low
            count -= fits
            candidates &= digit
    for _ in range(min(count, candidates.bit_count())):
        newest = candidates & -candidates
        chosen |= newest
        candidates ^= newest
    return chosen
