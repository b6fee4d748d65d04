"""How likely is it that this chunk is speech? Three judges answer, the cheaper first.

Is it louder than the room (a comparison)? Is it speech (Silero, 110 us)? The second is asked only
where the first agreed within the last `LINGER_CHUNKS`. Another between them, webrtcvad, let through
all of the music and four fifths of the noise, and cost more than it saved.

A third only says where nobody begins to speak: where it sounds as it did before
(`edge/chamber/sameness.py`).
"""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from typing import Final

import numpy as np

from edge import config
from edge.chamber import held
from edge.chamber.onnx_session import session
from edge.chamber.sameness import Sameness
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import CHUNK_MS, CHUNK_SAMPLES, AudioChunk, Samples

HISTORY_SAMPLES: Final = 64
"""What Silero wants to see of the chunk before."""
FLOOR_CHUNKS: Final = 3000 // CHUNK_MS  # 93: the noise floor is that of the last 3 s
FLOOR_RANK: Final = FLOOR_CHUNKS // 10  # its tenth percentile: speech has that many gaps
QUIET_POWER: Final = 1e-8  # -80 dBFS: no room is taken to be quieter
LINGER_CHUNKS: Final = 320 // CHUNK_MS
"""How long the cheap judge's yes holds, so that a soft consonant does not close the gate."""
LEAD_IN_CHUNKS: Final = 160 // CHUNK_MS
"""What Silero hears, after a reset, of the time before the gate opened."""


CALM_PROBABILITY: Final = 0.1
CALM_CHUNKS: Final = 320 // CHUNK_MS
"""After so long of what is loud and no speech at all, only every other chunk is looked at."""


class NoiseFloor:
    """Tenth percentile of the power of the last 3 s; starts as a quiet room.

    So the gate stands open to everything for the first three seconds, rather than missing a
    stream that begins in the middle of a word.
    """

    def __init__(self) -> None:
        self._powers = deque([QUIET_POWER] * FLOOR_CHUNKS)
        self._sorted = [QUIET_POWER] * FLOOR_CHUNKS

    def update(self, power: float) -> float:
        """Take a chunk's mean square and return the floor's."""
        power = max(power, QUIET_POWER)
        del self._sorted[bisect_left(self._sorted, self._powers.popleft())]
        insort(self._sorted, power)
        self._powers.append(power)
        return self._sorted[FLOOR_RANK]


class Silero:
    """The neural judge. Stateful: reset it where the sound is not continuous."""

    def __init__(self, model: bytes, threads: int) -> None:
        self._session = session(model, threads)
        self._rate = np.array(SAMPLE_RATE_HZ, np.int64)
        self._window = held.floats(HISTORY_SAMPLES + CHUNK_SAMPLES)[np.newaxis]
        self.reset()

    def reset(self) -> None:
        """Forget the sound so far."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._window.fill(0)

    def hear(self, samples: Samples) -> None:
        """Know a chunk, float32 of shape (512,), without an opinion."""
        window = self._window
        window[0, :HISTORY_SAMPLES] = window[0, -HISTORY_SAMPLES:]
        window[0, HISTORY_SAMPLES:] = samples

    def probability(self, samples: Samples) -> float:
        """Return how likely a chunk, float32 of shape (512,), is speech."""
        self.hear(samples)
        window = self._window
        feed = {"input": window, "state": self._state, "sr": self._rate}
        found, self._state = self._session.run(None, feed)
        return float(found[0, 0])


class LeadIn:
    """The last `LEAD_IN_CHUNKS` chunks before the gate opened."""

    def __init__(self) -> None:
        self._room = held.floats(LEAD_IN_CHUNKS * CHUNK_SAMPLES).reshape(LEAD_IN_CHUNKS, -1)
        self._chunks = 0

    def append(self, samples: Samples) -> None:
        """Take a chunk, float32 (512,), in place of the oldest."""
        self._room[self._chunks % LEAD_IN_CHUNKS] = samples
        self._chunks += 1

    def __iter__(self) -> Iterator[Samples]:
        """Yield them, oldest first."""
        for number in range(max(0, self._chunks - LEAD_IN_CHUNKS), self._chunks):
            yield self._room[number % LEAD_IN_CHUNKS]

    def clear(self) -> None:
        self._room.fill(0)
        self._chunks = 0


class VoiceActivity:
    """The judges in a row, for one stream: loudness, Silero, and that no voice stays the same."""

    def __init__(self, model: bytes, gate: config.Gate, *, threads: int = 1) -> None:
        self.level_dbfs = -120.0
        """Loudness of the last chunk."""
        self._energy_ratio = gate.energy_ratio
        self._floor = NoiseFloor()
        self._silero = Silero(model, threads)
        self._lead_in = LeadIn()
        self._sameness = Sameness()
        self._begins_nothing = 0.99 * gate.onset_probability
        self._whole = held.floats(CHUNK_SAMPLES)
        self._open_chunks = self._calm_chunks = 0
        self._next = 0

    def warm_up(self) -> None:
        """Run the network once on silence, so that the first word does not pay for it."""
        self._silero.probability(np.zeros(CHUNK_SAMPLES, np.float32))
        self._silero.reset()

    def forget(self) -> None:
        """Forget the sound so far, as at a hole in the stream."""
        self._open_chunks = self._calm_chunks = 0
        self._lead_in.clear()
        self._silero.reset()
        self._sameness.forget()

    def begin_anew(self) -> None:
        """Forget the room too: what comes now is of another microphone."""
        self.forget()
        self._floor = NoiseFloor()

    def update(self, chunk: AudioChunk) -> float:
        """Return the probability of speech, 0 where the cheaper judge already says no."""
        samples = self._whole
        samples[: len(chunk.samples)] = chunk.samples
        samples[len(chunk.samples) :] = 0  # only a stream's last one is short
        probability = self._judge(chunk, samples)
        is_same = self._open_chunks > 0 and self._sameness.update(samples)
        samples.fill(0)
        return min(probability, self._begins_nothing) if is_same else probability

    def _judge(self, chunk: AudioChunk, samples: Samples) -> float:
        if chunk.start != self._next:
            self.forget()
        self._next = chunk.end
        was_open = self._open_chunks > 0
        left = max(0, self._open_chunks - 1)
        self._open_chunks = LINGER_CHUNKS if self._worth_it(samples) else left
        if not self._open_chunks:
            if was_open:
                self._silero.reset()
                self._sameness.forget()
            self._lead_in.append(samples)
            return 0.0
        if not was_open:
            self._calm_chunks = 0
            self._silero.reset()
            for earlier in self._lead_in:
                self._silero.probability(earlier)
            self._lead_in.clear()
        return self._ask(samples)

    def _ask(self, samples: Samples) -> float:
        """Ask Silero, or where it has long been sure that nobody speaks, only every other time."""
        if self._calm_chunks >= CALM_CHUNKS and self._calm_chunks % 2:
            self._calm_chunks += 1
            self._silero.hear(samples)
            return 0.0
        probability = self._silero.probability(samples)
        self._calm_chunks = self._calm_chunks + 1 if probability < CALM_PROBABILITY else 0
        return probability

    def _worth_it(self, samples: Samples) -> bool:
        power = float(np.dot(samples, samples)) / CHUNK_SAMPLES
        self.level_dbfs = 10 * math.log10(max(power, 1e-12))
        return power > self._energy_ratio * self._floor.update(power)
