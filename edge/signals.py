"""Raw media in memory. No serialiser: a signal cannot leave by accident.

One clock for a source: samples at 16 kHz since its first sample, for pictures too.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from edge.clock import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.float32]
"""float32, shape (n,), 16 kHz mono in [-1, 1]."""
Pixels = npt.NDArray[np.uint8]
"""uint8, shape (height, width, 3), RGB."""

CHUNK_SAMPLES: Final = 512
"""32 ms: what Silero takes at a time, and the beat of the whole hearing side."""
CHUNK_MS: Final = CHUNK_SAMPLES * 1000 // SAMPLE_RATE_HZ
BLOCK_CHUNKS: Final = 5
"""160 ms: so much must be speech before it is noticed."""
BLOCK_SAMPLES: Final = BLOCK_CHUNKS * CHUNK_SAMPLES


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """`CHUNK_SAMPLES` samples, fewer only at a stream's end.

    Between a source and the tape a *block*: one to `BLOCK_CHUNKS` chunks in a row.
    """

    samples: Samples
    start: int
    """Samples since the stream's first one."""

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


@dataclass(frozen=True, slots=True)
class ClosedSound:
    """A piece of sound that only the chamber can open: what a wearable encrypted to its key."""

    encapsulated: bytes
    """Of the wearable's start, 32 bytes; no secret."""
    number: int
    known: bytes
    """What is bound to the box besides its number."""
    box: bytes
    start: int
    """Samples since the stream's first one."""
    samples: int
    """How many are in it, by what it weighs."""


@dataclass(frozen=True, slots=True)
class Played:
    """A piece of what the companion says, as its loudspeaker plays it."""

    samples: Samples
    at: int
    """When its first sample is heard: `time.monotonic()`, in samples."""


@dataclass(frozen=True, slots=True)
class HomeSound:
    """A block of the sound that somebody in the house wants as text: not the wearer's."""

    samples: Samples
    start: int
    """Samples since its request's first one."""


class HomeStep(IntEnum):
    """Where a request of the house stands."""

    BEGINS = 0
    ENDS = 1
    """All of its sound has come: its words are wanted."""
    IS_DROPPED = 2
    """Nobody wants its words."""


@dataclass(frozen=True, slots=True)
class HomeMark:
    """A request of the house begins, or is over."""

    number: int
    step: HomeStep


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech, with its pre-roll and its hangover."""

    samples: Samples
    start: int
    speech_start: int
    """Where the first speech chunk began; `start` is earlier by the pre-roll."""
    speech_end: int
    """Where the last speech chunk ended; the hangover after it is not counted."""

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture."""

    pixels: Pixels
    at: int
    """Samples since the stream's start, at the moment it was taken."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture was taken that shows what the ones before it showed; it was not handed over."""

    at: int
    """Samples since the stream's start."""
