"""How much sound is handed over at once? Little where somebody may begin or end, else more.

To be woken costs more than all that is done with a chunk of a quiet room, on both sides of the
slot. A long block is no longer than the speech that it takes to be noticed, so whoever begins to
speak is noticed hardly later for it: the first loud block ends the long ones, for the first second
of loudness and for the silence after it. What has been loud for longer is speech that was noticed
long ago, or noise. Pure; the level is all that is looked at.
"""

from typing import Final

import numpy as np

from edge.signals import BLOCK_CHUNKS, CHUNK_MS, CHUNK_SAMPLES, Samples

SHORT_CHUNKS: Final = 1
"""32 ms, while it matters when something begins or ends. 40 clips are noticed 40 ms sooner than
with 96 ms."""
LOUD_RATIO: Final = 4.0
"""Times the floor's power. Speech that is less loud is still heard, in longer blocks."""
QUIET_POWER: Final = 1e-8  # -80 dBFS: no room is taken to be quieter
RISE: Final = 10 ** (0.2 * CHUNK_MS / 1000)
"""The floor falls with the sound at once, and rises by 2 dB a second."""
FRESH_CHUNKS: Final = 1024 // CHUNK_MS
"""Of loudness: for so long it may be somebody who has just begun."""
MOST_LOUD_CHUNKS: Final = 3 * FRESH_CHUNKS // 2
"""Loudness is remembered for no longer: after half a second of quiet it may be fresh again."""
LINGER_CHUNKS: Final = 704 // CHUNK_MS
"""As long as a speaker is waited for who may have finished."""


class Pace:
    """Follows one stream's level."""

    def __init__(self) -> None:
        self.chunks = SHORT_CHUNKS
        """How many chunks the next block is to have."""
        self._floor = 1.0
        """The loudest power there is: the first block begins it."""
        self._loud_chunks = self._linger_chunks = 0

    def heard(self, samples: Samples) -> None:
        """Take the next samples, float32 (n,), as many as there are, and at least one."""
        chunks, power = self.chunks, _power(samples)
        risen = self._floor * RISE**chunks
        self._floor = max(min(power, risen), QUIET_POWER)
        loud = LOUD_RATIO * risen
        if power > loud:
            self._loud_chunks = min(MOST_LOUD_CHUNKS, self._loud_chunks + chunks)
            self._linger_chunks = LINGER_CHUNKS
        else:
            self._loud_chunks = max(0, self._loud_chunks - chunks)
            self._linger_chunks = max(0, self._linger_chunks - chunks)
        goes_on = power > loud and _power(samples[-CHUNK_SAMPLES:]) > loud
        is_fresh = self._loud_chunks <= FRESH_CHUNKS
        is_long = (goes_on and not is_fresh) or not self._linger_chunks
        self.chunks = BLOCK_CHUNKS if is_long else SHORT_CHUNKS


def _power(samples: Samples) -> float:
    return float(np.dot(samples, samples)) / len(samples)
