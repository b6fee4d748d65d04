"""Sound of any rate -> whole chunks of 16 kHz. Pure; a stream goes in piece by piece."""

from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soxr

from edge.clock import SAMPLE_RATE_HZ
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples

INT16_STEP: Final = np.float32(1 / 32768)


def to_mono(block: npt.NDArray[Any]) -> Samples:
    """Return the mean of a block's channels.

    Takes int16 or float32, shape (frames, channels); returns float32, shape (frames,), in [-1, 1].
    """
    # Plain ufuncs, because this is run on every block of a quiet day, always out of a cold cache.
    is_mono = block.shape[1] == 1
    mono: Samples = block[:, 0].astype(np.float32) if is_mono else block.mean(axis=1, dtype="f4")
    if block.dtype == np.int16:
        mono *= INT16_STEP
    elif not isfinite(np.dot(mono, mono)):
        np.nan_to_num(mono, copy=False, posinf=1.0, neginf=-1.0)
    return mono


class Chunker:
    """One unbroken stream of mono samples."""

    def __init__(self, rate_hz: int, start: int, most: int = CHUNK_SAMPLES) -> None:
        """Set up. `start` is the position of the first sample, in samples of 16 kHz.

        At most so many samples come out as one, a whole number of chunks.
        """
        self._most = most
        self._resampler = (
            soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32")
            if rate_hz != SAMPLE_RATE_HZ
            else None
        )
        self._rest = np.zeros(CHUNK_SAMPLES, np.float32)
        self._pending = 0
        self._start = start

    @property
    def position(self) -> int:
        """Where the samples that have come out of it end."""
        return self._start

    @property
    def pending(self) -> int:
        """How many samples wait for their chunk to fill."""
        return self._pending

    def feed(self, samples: Samples, *, last: bool = False) -> Iterator[AudioChunk]:
        """Yield the blocks that these samples complete, and with `last` the short rest.

        `samples` is float32, shape (n,), at the rate given at birth; they are spent.
        """
        if self._resampler:
            samples = self._resampler.resample_chunk(samples, last=last)
        joined = samples
        if self._pending:
            joined = np.concatenate((self._rest[: self._pending], samples))
        whole = len(joined) if last else len(joined) // CHUNK_SAMPLES * CHUNK_SAMPLES
        if self._pending or whole < len(joined):
            self._keep(joined[whole:])
        for begin in range(0, whole, self._most):
            block = AudioChunk(joined[begin : min(begin + self._most, whole)], self._start)
            self._start = block.end
            yield block

    def _keep(self, rest: Samples) -> None:
        """Keep the samples that fill no chunk, here only.

        numpy keeps freed blocks of less than 1 KiB as they are for the next of their size.
        """
        self._pending = len(rest)
        self._rest[: len(rest)] = rest
        self._rest[len(rest) :] = 0
        rest.fill(0)


class Patchwork:
    """Pieces of a stream at 16 kHz, each with its place: some missing, some of them twice."""

    def __init__(self) -> None:
        self._chunker = Chunker(SAMPLE_RATE_HZ, 0)
        self.repeated = 0
        """Samples that lie before what had come already; they are left out."""

    @property
    def until(self) -> int:
        """Where what has come ends; 0 before anything has."""
        return self._chunker.position + self._chunker.pending

    def lay(self, samples: Samples, start: int) -> tuple[int, Iterator[AudioChunk]]:
        """Return how many samples are missing before these, and the chunks that they complete.

        What did not fill a chunk before a hole is missing with it. `samples` are spent.
        """
        expected, missing = self.until, 0
        if start < expected:
            known = min(expected - start, len(samples))
            self.repeated += known
            samples = samples[known:]
        elif start > expected:
            missing = start - self._chunker.position if expected else 0
            self._chunker = Chunker(SAMPLE_RATE_HZ, start)
        return missing, self._chunker.feed(samples)
