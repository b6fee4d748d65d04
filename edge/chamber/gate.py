"""When does speech begin and end? No model, no audio, no clock in here: chunks are counted."""

from collections import deque
from enum import Enum, auto
from typing import Final

from edge import config
from edge.chamber.turn import ends
from edge.signals import CHUNK_MS

PAUSE_MS: Final = 192
"""Silence in which a breath becomes a pause. Most pauses turn out to be the end; those who cannot
wait work on what was said so far, and nobody listens to more silence than this."""


class Edge(Enum):
    """What changed with a chunk."""

    BEGAN = auto()
    PAUSED = auto()
    ENDED = auto()


def chunks_of(duration_ms: int) -> int:
    """Return the number of chunks that last at least `duration_ms`."""
    return -(-duration_ms // CHUNK_MS)


PAUSE_CHUNKS: Final = chunks_of(PAUSE_MS)


class Gate:
    """Opens on enough sure speech within a short window, closes on enough silence in a row."""

    def __init__(self, endpointing: config.Gate, turn: config.Turn) -> None:
        self.is_open = False
        self._endpointing, self._turn = endpointing, turn
        self._onset_chunks = chunks_of(endpointing.onset_ms)
        self._recent: deque[bool] = deque(maxlen=2 * self._onset_chunks)
        self._silent_chunks = 0

    def update(self, probability: float, finished: float | None = None) -> Edge | None:
        """Take one chunk's probability of speech; return what changed.

        In a pause, `finished` says how likely a sentence ended before it, if that is known by now.
        """
        if self.is_open:
            is_speech = probability >= self._endpointing.speech_probability
            self._silent_chunks = 0 if is_speech else self._silent_chunks + 1
            if ends(self._silent_chunks * CHUNK_MS, finished, self._endpointing, self._turn):
                self.close()
                return Edge.ENDED
            return Edge.PAUSED if self._silent_chunks == PAUSE_CHUNKS else None
        self._recent.append(probability >= self._endpointing.onset_probability)
        if sum(self._recent) < self._onset_chunks:
            return None
        self.is_open, self._silent_chunks = True, 0
        return Edge.BEGAN

    @property
    def is_silent(self) -> bool:
        """Whether who spoke has fallen silent, were it only for a breath."""
        return self.is_open and self._silent_chunks > 0

    def close(self) -> None:
        """Begin anew, as after the end of speech."""
        self.is_open = False
        self._recent.clear()
