"""Sound as telephones have it: mu-law, and 8 kHz made 16 kHz. No I/O, no library.

Mu-law is that of ITU-T G.711. The rate is doubled by a windowed sinc: every sample stays, and one
is put between each two. A stream goes in piece by piece, and twice as many samples come out.
"""

from array import array
from bisect import bisect_left
from math import cos, pi, sin
from typing import Final

BIAS: Final = 0x84
LOUDEST: Final = 32767
REACH: Final = 8
"""Samples on either side from which one between is made: flat to 3.4 kHz, as far as 8 kHz go."""


def _expanded(code: int) -> int:
    turned = ~code & 0xFF
    size = (((turned & 0x0F) << 3) + BIAS << ((turned & 0x70) >> 4)) - BIAS
    return -size if turned & 0x80 else size


MU_LAW: Final = tuple(_expanded(code) for code in range(256))
_LOUDER: Final = sorted((value, -code) for code, value in enumerate(MU_LAW))
_VALUES: Final = [value for value, _ in _LOUDER]


def _weight(distance: float) -> float:
    """Return a sinc's value under Hann's window."""
    return sin(pi * distance) / (pi * distance) * (0.5 + 0.5 * cos(pi * distance / REACH))


_RAW: Final = [_weight(k + 0.5) for k in range(REACH)]
WEIGHTS: Final = tuple(weight / (2 * sum(_RAW)) for weight in _RAW)


def from_mu_law(codes: bytes) -> "array[int]":
    """Return the samples of G.711 codes."""
    return array("h", map(MU_LAW.__getitem__, codes))


def to_mu_law(samples: "array[int]") -> bytes:
    """Return the code nearest to each sample."""
    return bytes(map(_nearest, samples))


def _nearest(sample: int) -> int:
    at = bisect_left(_VALUES, sample)
    near = _LOUDER[max(0, at - 1) : at + 1]
    return -min(near, key=lambda pair: abs(pair[0] - sample))[1]


class Doubler:
    """8 kHz -> 16 kHz. What comes out lags by `REACH` samples of 8 kHz, 1 ms."""

    def __init__(self) -> None:
        self._held = array("h", bytes(2 * (2 * REACH - 1)))

    def feed(self, samples: "array[int]") -> "array[int]":
        """Return two for each."""
        known = self._held + samples
        doubled = array("h")
        for at in range(REACH - 1, REACH - 1 + len(samples)):
            between = _between(known, at)
            doubled.append(known[at])
            doubled.append(max(-LOUDEST - 1, min(LOUDEST, round(between))))
        self._held = known[len(samples) :]
        return doubled


def halved(samples: "array[int]") -> "array[int]":
    """16 kHz -> 8 kHz, the same way: for what is emulated here."""
    padded = array("h", bytes(4 * REACH)) + samples + array("h", bytes(4 * REACH))
    odd = padded[1::2]
    halves = array("h")
    for at, even in enumerate(samples[::2]):
        before = at + REACH - 1
        halves.append(max(-LOUDEST - 1, min(LOUDEST, round((even + _between(odd, before)) / 2))))
    return halves


def _between(samples: "array[int]", at: int) -> float:
    """Return what lies halfway between a sample and the next."""
    return sum(weight * (samples[at - k] + samples[at + 1 + k]) for k, weight in enumerate(WEIGHTS))
