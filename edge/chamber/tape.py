"""What sound does the chamber hold? What lies on this tape: `TAPE_S` seconds, and never more.

The tape is a ring in locked memory, made before the seal. Sound is laid on it once, as the int16
samples that came; everybody else speaks of it by its *place*, the number of samples laid before
it. What neither the listener (pre-roll, the utterance being spoken) nor an utterance that waits
needs any more is overwritten at once.

When it is full the newest sound is not taken: there is an utterance being understood, and nothing
is heard in pieces.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from edge.chamber import held
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import BLOCK_SAMPLES, AudioChunk, Samples
from edge.slot import STEPS

TAPE_S: Final = 60
"""While the longest utterance is understood the next longest can be spoken."""
TAPE_BYTES: Final = TAPE_S * SAMPLE_RATE_HZ * 2


class Tape:
    """Laid by one thread, listened to by a second, understood by a third."""

    def __init__(self, seconds: float = TAPE_S) -> None:
        self._ring = held.shorts(round(seconds * SAMPLE_RATE_HZ))
        self._scaled = held.floats(BLOCK_SAMPLES)
        self._lock = threading.Lock()
        self._oldest = self._end = 0
        """Places: of the first sample that is held, and of the next one laid."""
        self._listener = 0
        """What comes before this place the listener does not need."""
        self._kept: Counter[int] = Counter()
        """Places from which on an utterance that waits still needs all."""

    @property
    def samples(self) -> int:
        """How many samples are held."""
        return self._end - self._oldest

    def lay(self, chunk: AudioChunk) -> int | None:
        """Take a block of at most `BLOCK_SAMPLES`; return its place, None if there is no room.

        Its samples are those of a slot: whole steps of 1/32768, from -1 to below 1.
        """
        count, place = len(chunk.samples), self._end
        with self._lock:
            if place + count - self._oldest > len(self._ring):
                return None
        scaled = self._scaled[:count]
        np.multiply(chunk.samples, STEPS, out=scaled)
        for piece, part in self._pieces(place, count):
            np.copyto(piece, scaled[part], casting="unsafe")
        scaled.fill(0)
        with self._lock:
            self._end = place + count
        return place

    def read(self, place: int, into: Samples) -> None:
        """Copy what lies at a place into float32 (n,): exactly the samples that were laid."""
        for piece, part in self._pieces(place, len(into)):
            np.copyto(into[part], piece)
        into /= STEPS

    def keep(self, place: int) -> None:
        """Keep what lies from this place on until it is released, whatever the listener needs."""
        with self._lock:
            self._kept[place] += 1

    def release(self, place: int) -> None:
        """Undo one `keep`, and overwrite what nobody needs any more."""
        with self._lock:
            self._kept[place] -= 1
            if not self._kept[place]:
                del self._kept[place]
            self._overwrite()

    def listened(self, place: int) -> None:
        """Note that the listener needs nothing before this place."""
        with self._lock:
            self._listener = place
            self._overwrite()

    def _overwrite(self) -> None:
        needed = min((self._listener, *self._kept))
        for piece, _ in self._pieces(self._oldest, needed - self._oldest):
            piece.fill(0)
        self._oldest = needed

    def _pieces(self, place: int, count: int) -> Iterator[tuple[npt.NDArray[np.int16], slice]]:
        """Yield the one or two pieces of the ring that a stretch lies in, and its part in each."""
        begin = place % len(self._ring)
        first = min(count, len(self._ring) - begin)
        yield self._ring[begin : begin + first], slice(0, first)
        if count > first:
            yield self._ring[: count - first], slice(first, count)
