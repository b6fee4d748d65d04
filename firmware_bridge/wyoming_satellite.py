"""A Wyoming satellite's microphone, of which we are the client: what it brings, and when. No I/O.

It is told to run and streams its sound, always or after its own wake word; we ask it for nothing
else. TCP loses nothing, so its chunks follow each other; where it begins to stream again, or is too
far from our clock, they are laid on that anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from firmware_bridge.wyoming import BadEvent, Decoder, Event, encode

RATES_HZ: Final = range(8000, 48_001)
WIDTH_BYTES, CHANNELS = 2, 1
CLOCK_HZ: Final = 16_000
MOST_AHEAD: Final = 4000
"""Samples, 250 ms: nothing was said after now."""
MOST_BEHIND: Final = 5 * CLOCK_HZ
"""A network that stood still for longer makes a hole."""
BEGINNINGS: Final = frozenset({"run-pipeline", "audio-start", "audio-stop", "detection"})
"""What comes next does not follow what came before."""
MOST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Streamed:
    """int16 little-endian mono samples, and their rate."""

    samples: bytes = field(repr=False)
    rate_hz: int


@dataclass(slots=True)
class Session:
    """One connection. `replies` is what is to be sent; whoever sends it empties it."""

    name: str = ""
    """As it calls itself; empty before it has."""
    begins: bool = True
    """Whether the next sound follows nothing; whoever lays it on the clock sets it back."""
    replies: list[bytes] = field(default_factory=list)
    _decoder: Decoder = field(default_factory=Decoder)

    def begin(self) -> None:
        """Ask who it is, and tell it to run."""
        self.replies += [encode(Event("describe")), encode(Event("run-satellite"))]

    def feed(self, piece: bytes) -> Iterator[Streamed]:
        """Take bytes in; yield the sound that they bring. Raises BadEvent."""
        for event in self._decoder.feed(piece):
            if event.type == "audio-chunk":
                yield _streamed(event)
            elif event.type == "ping":
                self.replies.append(encode(Event("pong", {"text": event.text("text")})))
            elif event.type == "info":
                self.name = _name(event)
            elif event.type in BEGINNINGS:
                self.begins = True


@dataclass(slots=True)
class Clock:
    """Where a satellite's sound lies on our stream's clock, in samples of 16 kHz."""

    _next: int = 0

    def start(self, samples: int, now: int, *, begins: bool) -> int:
        """Return where the next so many samples begin, that came at our position `now`."""
        ahead = self._next + samples - now
        if begins or not -MOST_BEHIND <= ahead <= MOST_AHEAD:
            self._next = max(0, now - samples)
        start, self._next = self._next, self._next + samples
        return start


def _streamed(event: Event) -> Streamed:
    rate_hz = event.number("rate")
    if rate_hz not in RATES_HZ or rate_hz is None:
        raise BadEvent("sound whose rate is not from 8 to 48 kHz")
    if (event.number("width"), event.number("channels")) != (WIDTH_BYTES, CHANNELS):
        raise BadEvent("sound that is not of 16 bit and one channel; set the satellite so")
    if len(event.payload) % WIDTH_BYTES:
        raise BadEvent("half a sample")
    return Streamed(event.payload, rate_hz)


def _name(event: Event) -> str:
    satellite = event.data.get("satellite")
    if not isinstance(satellite, dict):
        raise BadEvent("a Wyoming server that is no satellite")
    name = satellite.get("name")
    return name[:MOST_NAME] if isinstance(name, str) else "satellite"
