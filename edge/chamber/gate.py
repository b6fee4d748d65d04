"""When does speech begin and end? No model, no audio, no clock in here: chunks are counted."""

from collections import deque
from enum import Enum, auto
from typing import Final

from edge import config
from edge.signals import CHUNK_MS

PAUSE_MS: Final = 320
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
    """Opens on enough speech within a short window, closes on enough silence in a row."""

    def __init__(self, endpointing: config.Gate) -> None:
        self.is_open = False
        self._onset_chunks = chunks_of(endpointing.onset_ms)
        self._hangover_chunks = chunks_of(endpointing.hangover_ms)
        self._recent: deque[bool] = deque(maxlen=2 * self._onset_chunks)
        self._silent_chunks = 0

    def update(self, is_speech: bool) -> Edge | None:
        """Take one chunk's verdict; return what changed."""
        if self.is_open:
            self._silent_chunks = 0 if is_speech else self._silent_chunks + 1
            if self._silent_chunks >= self._hangover_chunks:
                self.close()
                return Edge.ENDED
            return Edge.PAUSED if self._silent_chunks == PAUSE_CHUNKS else None
        self._recent.append(is_speech)
        if sum(self._recent) < self._onset_chunks:
            return None
        self.is_open, self._silent_chunks = True, 0
        return Edge.BEGAN

    def close(self) -> None:
        """Begin anew, as after the end of speech."""
        self.is_open = False
        self._recent.clear()
