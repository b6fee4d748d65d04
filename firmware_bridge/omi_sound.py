"""What do an Omi pendant's frames sound like, and when? 16 kHz samples and their place. No I/O.

Nothing in a notification tells the time: sound is counted, and laid on our clock when the first
frame comes. Bluetooth may hold it back for a while; so the count is believed until everything has
come late, or something too soon, for ten seconds.
"""

from array import array
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from firmware_bridge.concealment import MOST_SAMPLES, Softer
from firmware_bridge.omi import Codec, Fragments, Missing
from firmware_bridge.session import Heard
from firmware_bridge.telephone import Doubler, from_mu_law

RATE_HZ: Final = 16_000
APART: Final = 4000
"""Samples, 250 ms: more, and the pendant's clock and ours are laid on each other again."""
WATCHED: Final = 160_000
"""Samples of sound, 10 s, of which the promptest piece tells how the clocks stand."""


class Unpacks(Protocol):
    """A codec's way from frames to int16 samples of its rate."""

    def decoded(self, frame: bytes, concealed: int) -> bytes:
        """Return a frame's samples; of what is none, so many made up ones."""

    def concealed(self, samples: int) -> bytes:
        """Return so many samples in the place of what was lost."""


class Plain:
    """Frames without a memory; a lost one is the one before, ever softer."""

    def __init__(self, codec: Codec) -> None:
        self._is_mu_law = codec.kind == "mulaw"
        self._softer = Softer()

    def decoded(self, frame: bytes, concealed: int) -> bytes:
        if not self._is_mu_law and len(frame) % 2:
            return self.concealed(concealed)
        samples = from_mu_law(frame).tobytes() if self._is_mu_law else frame
        self._softer.heard(samples)
        return samples

    def concealed(self, samples: int) -> bytes:
        return self._softer.made_up(samples)


def unpacks(codec: Codec) -> Unpacks:
    """Return what unpacks a codec's frames."""
    if codec.kind == "opus":
        from firmware_bridge import opus  # noqa: PLC0415 (a library that other codecs need not)

        return opus.Decoder()
    return Plain(codec)


class Sound:
    """One connection's sound."""

    def __init__(self, codec: Codec) -> None:
        self.fragments = Fragments()
        self._unpacks = unpacks(codec)
        self._double: Callable[[bytes], bytes] = bytes
        self._factor = RATE_HZ // codec.rate_hz
        if self._factor > 1:
            doubler = Doubler()
            self._double = lambda samples: doubler.feed(array("h", samples)).tobytes()
        self._frame_samples = codec.frame_samples
        self._at = -1
        """Where the next sample lies on our clock; -1 before the first."""
        self._watched = 0
        self._promptest: int | None = None
        self._concealed = 0
        """In a row."""

    def take(self, notification: bytes, now: int) -> Iterator[Heard]:
        """Yield the sound that a notification completes at our position `now`."""
        for part in self.fragments.take(notification):
            # A frame is known to be whole when the next one has come.
            yield from self.hear(part, now - self._frame_samples)

    def end(self, now: int) -> Iterator[Heard]:
        """Yield what was on its way when the connection ended."""
        for part in self.fragments.end():
            yield from self.hear(part, now)

    def hear(self, part: bytes | Missing, now: int) -> Iterator[Heard]:
        """Yield the sound of a frame that is whole at our position `now`, or of what is missing."""
        if isinstance(part, Missing):
            yield from self._missing(part.frames * self._frame_samples)
            return
        self._concealed = 0
        samples = self._double(self._unpacks.decoded(part, self._frame_samples // self._factor))
        count = self._frame_samples = len(samples) // 2
        self._compare(count, now)
        yield self._next(samples)

    def _missing(self, samples: int) -> Iterator[Heard]:
        """Make up the beginning of what is missing; leave a hole where the rest was."""
        if self._at < 0:
            return
        made_up = max(0, min(samples, MOST_SAMPLES - self._concealed))
        self._concealed += samples
        for _ in range(made_up // self._frame_samples):
            yield self._next(
                self._double(self._unpacks.concealed(self._frame_samples // self._factor))
            )
            samples -= self._frame_samples
        self._at += samples

    def _next(self, samples: bytes) -> Heard:
        heard = Heard(samples, self._at)
        self._at += len(samples) // 2
        return heard

    def _compare(self, count: int, now: int) -> None:
        """Lay the pendant's count on our clock, at first and when they have come apart."""
        if self._at < 0:
            self._at = max(0, now - count)
            return
        behind = now - (self._at + count)
        self._watched += count
        if self._promptest is None or behind < self._promptest:
            self._promptest = behind
        if behind < -APART or self._watched >= WATCHED:
            if abs(self._promptest) > APART:
                self._at = max(0, self._at + self._promptest)
            self._watched, self._promptest = 0, None
