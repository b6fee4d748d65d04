"""The companion's own voice, taken out of what is heard: it must not listen to itself.

While its voice plays, and for as long after as a room rings, sound goes through WebRTC's echo
canceller (AEC3), which is given what is played; at all other times it is not touched. What is left
of a moment in which the canceller removed nearly everything is the rest of an echo, and is muted.

Two clocks meet here. What is played says when it is heard by `time.monotonic()`; sound that is
heard has the stream's clock, and arrives a little after its last sample. The least delay that was
seen lately ties the two together. Whatever is wrong with that is a longer way from loudspeaker to
microphone, up to half a second of which the canceller finds out by itself.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from pywebrtc_audio import EchoCanceller

from edge.chamber import held
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import BLOCK_SAMPLES, AudioChunk, Played, Samples

FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
"""The canceller works on 10 ms at a time; what goes in comes out 10 ms and its own 8 ms later."""
RINGS_S: Final = 1.0
"""A loud room is silent a second after the last word, the way through the air included."""
KEPT_SAMPLES: Final = 4 * SAMPLE_RATE_HZ
"""Of what is played; a voice is never further ahead."""
JOINS_SAMPLES: Final = to_samples(0.03)
"""Pieces that begin nearer than this to the end of the last one follow it."""
MOVES_SAMPLES: Final = to_samples(0.1)
"""The two clocks are tied together anew only if they are found so far apart: each time the
canceller has to learn how far the loudspeaker is."""
FORGETS_SAMPLES_PER_S: Final = 16
"""How fast the least delay is given up: clocks drift, by some 50 millionths."""
MOSTLY_ECHO: Final = 10 ** (-12 / 10)
"""If less than this is left of a block's power, there was hardly anything in it but echo. Who
speaks as loud as the echo loses nothing by it, who is 8 dB softer a quarter of a second."""
LEARNS_S: Final = 2.0
MOSTLY_ECHO_AT_FIRST: Final = 10 ** (-6 / 10)
"""Until it has heard its own voice for so long, the canceller does not know the room yet."""


SILENCE: Final = np.zeros(25 * FRAME_SAMPLES, np.float32)


class Echo:
    """The canceller, and what was played lately. For one thread."""

    def __init__(self) -> None:
        self._canceller = EchoCanceller(sample_rate=SAMPLE_RATE_HZ)
        self._played = held.floats(KEPT_SAMPLES)
        self._played_until = 0
        self._near = held.floats(FRAME_SAMPLES + BLOCK_SAMPLES)
        self._far = held.floats(FRAME_SAMPLES + BLOCK_SAMPLES)
        self._out = held.floats(2 * FRAME_SAMPLES + BLOCK_SAMPLES)
        self._waiting = self._ready = 0
        """Samples in `_near` that are not a whole frame yet, and in `_out` that are due."""
        self._delay: float | None = None
        """Samples from the stream's clock to the clock of what is played."""
        self._shift = 0
        self._known = 0
        """For how many samples the canceller has heard the room."""
        self.is_active = False

    def warm_up(self) -> None:
        """Run it once on silence."""
        self.play(Played(np.zeros(FRAME_SAMPLES, np.float32), 0))
        self.clean(AudioChunk(np.zeros(BLOCK_SAMPLES, np.float32), 0), 0.1)
        self._rest()
        self._played_until, self._known, self._delay = 0, 0, None

    def play(self, piece: Played) -> None:
        """Know what is being played."""
        begin, end = piece.at, piece.at + len(piece.samples)
        if abs(begin - self._played_until) < JOINS_SAMPLES:
            begin, end = self._played_until, self._played_until + len(piece.samples)
        elif begin > self._played_until:
            silent = min(begin - self._played_until, KEPT_SAMPLES)
            self._copy(begin - silent, np.zeros(silent, np.float32))
        self._copy(begin, piece.samples)
        self._played_until = max(self._played_until, end)

    def clean(self, block: AudioChunk, now_s: float) -> None:
        """Take the echo out of a block that has just come, in place."""
        delay = now_s * SAMPLE_RATE_HZ - block.end
        forgotten = FORGETS_SAMPLES_PER_S * len(block.samples) / SAMPLE_RATE_HZ
        self._delay = delay if self._delay is None else min(delay, self._delay + forgotten)
        if block.start + self._delay > self._played_until + RINGS_S * SAMPLE_RATE_HZ:
            self._rest()
            return
        if not self.is_active:
            self.is_active = True
            if abs(self._delay - self._shift) > MOVES_SAMPLES:
                self._shift, self._known = round(self._delay), 0
            self._waiting, self._ready = 0, FRAME_SAMPLES
        self._cancel(block)

    def _cancel(self, block: AudioChunk) -> None:
        count = len(block.samples)
        power = float(np.dot(block.samples, block.samples))
        self._near[self._waiting : self._waiting + count] = block.samples
        begin = block.start - self._waiting + self._shift
        whole = (self._waiting + count) // FRAME_SAMPLES * FRAME_SAMPLES
        near, far = self._near[:whole], self._far[:whole]
        self._read(begin, far)
        clean = self._canceller.process(near, far)
        self._out[self._ready : self._ready + whole] = clean
        clean.fill(0)
        far.fill(0)
        left = self._waiting + count - whole
        _shift_down(self._near, whole, left)
        block.samples[:] = self._out[:count]
        self._waiting, self._ready = left, self._ready + whole - count
        _shift_down(self._out, count, self._ready)
        self._known += count
        knows = self._known > LEARNS_S * SAMPLE_RATE_HZ
        least = MOSTLY_ECHO if knows else MOSTLY_ECHO_AT_FIRST
        if float(np.dot(block.samples, block.samples)) < least * power:
            block.samples.fill(0)

    def _rest(self) -> None:
        """Keep nothing of what was heard; the canceller forgets it over a while of silence."""
        if self.is_active:
            self.is_active = False
            self._near.fill(0)
            self._out.fill(0)
            self._canceller.process(SILENCE, SILENCE)

    def _copy(self, at: int, samples: Samples) -> None:
        for ring, part in _places(at, len(samples)):
            self._played[ring] = samples[part]

    def _read(self, at: int, into: Samples) -> None:
        """Copy what is heard from a moment on; silence where nothing is known."""
        into.fill(0)
        known = min(len(into), max(0, self._played_until - at))
        if at >= self._played_until - KEPT_SAMPLES and at >= 0:
            for ring, part in _places(at, known):
                into[part] = self._played[ring]


def _places(at: int, count: int) -> list[tuple[slice, slice]]:
    """Return the one or two pieces of the ring in which a stretch lies, and its part in each."""
    begin = at % KEPT_SAMPLES
    first = min(count, KEPT_SAMPLES - begin)
    pieces = [(slice(begin, begin + first), slice(0, first))]
    return pieces if first == count else [*pieces, (slice(0, count - first), slice(first, count))]


def _shift_down(room: npt.NDArray[np.float32], begin: int, count: int) -> None:
    """Move `count` samples from `begin` to the front, and overwrite what is behind them."""
    room[:count] = room[begin : begin + count].copy()
    room[count:].fill(0)
