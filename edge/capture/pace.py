"""How much sound is handed over at once? Little while it is loud, more while the room is quiet.

To be woken costs more than all that is done with a chunk of a quiet room, on both sides of the
slot. A block is no longer than the speech that it takes to be noticed, so whoever begins to speak
is noticed no later for it: the first loud block ends the long ones, and they come back once
nobody is waited for any more. Pure; the level is all that is looked at.
"""

from typing import Final

import numpy as np

from edge.signals import BLOCK_CHUNKS, CHUNK_MS, Samples

LOUD_CHUNKS: Final = 3
"""96 ms, so that speech is noticed at most 64 ms after there is enough of it."""
WAITING_CHUNKS: Final = 1
"""In the silence after something loud: how long that lasts decides whether a turn is over."""
LOUD_RATIO: Final = 4.0
"""Times the floor's power. Speech that is less loud is still heard, in longer blocks."""
QUIET_POWER: Final = 1e-8  # -80 dBFS: no room is taken to be quieter
RISE: Final = 10 ** (0.2 * CHUNK_MS / 1000)
"""The floor falls with the sound at once, and rises by 2 dB a second."""
LINGER_CHUNKS: Final = 704 // CHUNK_MS
"""As long as a speaker is waited for who may have finished."""


class Pace:
    """Follows one stream's level."""

    def __init__(self) -> None:
        self.chunks = LOUD_CHUNKS
        """How many chunks the next block is to have."""
        self._floor = 1.0
        """The loudest power there is: the first block begins it."""
        self._linger_chunks = 0

    def heard(self, samples: Samples) -> None:
        """Take the next samples, float32 (n,), as many as there are, and at least one."""
        power, chunks = float(np.dot(samples, samples)) / len(samples), self.chunks
        risen = self._floor * RISE**chunks
        self._floor = max(min(power, risen), QUIET_POWER)
        is_loud = power > LOUD_RATIO * risen
        self._linger_chunks = LINGER_CHUNKS if is_loud else max(0, self._linger_chunks - chunks)
        if is_loud:
            self.chunks = LOUD_CHUNKS
        else:
            self.chunks = WAITING_CHUNKS if self._linger_chunks else BLOCK_CHUNKS
