"""What may one wearable's connection bring in, and when did it happen by our clock? No I/O.

Nothing is taken before a `Hello` with the right token. The wearable's clock is laid on ours when
it says hello, and again when the two have come apart, which the answers to `AskTime` show: so a
sound or a photo has a moment on our stream's clock, whenever it arrived.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from firmware_bridge import frames
from firmware_bridge.frames import (
    AskTime,
    BadFrame,
    Battery,
    Body,
    Bye,
    Credit,
    Decoder,
    Frame,
    Gaze,
    Hello,
    Mute,
    Photo,
    Sound,
    Time,
    Welcome,
)
from firmware_bridge.order import Order

SOUNDS_AHEAD: Final = 50
PHOTOS_AHEAD: Final = 1
"""The next photo is taken when this one has been looked at: so it is the newest."""
CREDIT_EVERY: Final = 10
APART: Final = 4000
"""Samples, 250 ms: more, and one of the clocks has stood still, or has been set."""
MOST_BEHIND: Final = 480_000
"""Samples, 30 s: so long a sound may have waited in a wearable."""


@dataclass(frozen=True, slots=True)
class Heard:
    """int16 little-endian mono samples, and where on our stream's clock the first one lies."""

    samples: bytes
    start: int


@dataclass(frozen=True, slots=True)
class Pictured:
    """A JPEG file and its moment on our stream's clock."""

    jpeg: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Gone:
    """Who was connected is so no more."""


@dataclass(slots=True)
class Session:
    """One connection. `replies` is what is to be sent; whoever sends it empties it."""

    token: bytes = field(repr=False)
    hello: Hello | None = None
    battery: Battery | None = None
    is_over: bool = False
    """Whether it said goodbye."""
    order: Order = field(default_factory=Order)
    replies: list[bytes] = field(default_factory=list)
    _decoder: Decoder = field(default_factory=Decoder)
    _sequence: int = 0
    _ahead: int = 0
    """Ours less theirs."""
    _spent: int = 0
    _newest_photo: int = -1

    def feed(self, piece: bytes, now: int) -> Iterator[Heard | Pictured | Gaze | Mute]:
        """Take bytes in at our position `now`; yield what they bring. Raises BadFrame."""
        for frame in self._decoder.feed(piece):
            if not self.hello:
                self._greet(frame, now)
            elif (verdict := self.order.take(frame.sequence)) != "twice":
                yield from self._take(frame, now, is_late=verdict == "late")

    def ask_time(self, now: int) -> None:
        """Have the clocks compared."""
        self._reply(AskTime(now), now)

    def photo_done(self, now: int) -> None:
        """Let the next photo come."""
        self._reply(Credit(0, PHOTOS_AHEAD), now)

    def refuse(self, reason: str, now: int) -> None:
        """Say why it ends."""
        self._reply(frames.Refused(reason), now)

    def _greet(self, frame: Frame, now: int) -> None:
        if not isinstance(frame.body, Hello):
            raise BadFrame("the first frame is a hello")
        if not frame.body.is_paired(self.token):
            raise BadFrame("this is not a wearable that was paired")
        self.hello = frame.body
        self.order.take(frame.sequence)
        self._ahead = now - frame.at
        self._reply(Welcome(SOUNDS_AHEAD, PHOTOS_AHEAD), now)
        self.ask_time(now)

    def _take(
        self, frame: Frame, now: int, *, is_late: bool
    ) -> Iterator[Heard | Pictured | Gaze | Mute]:
        match frame.body:
            case Sound(samples=samples):
                yield Heard(samples, self._moment(frame.at, len(samples) // 2, now))
                self._spent += 1
                if self._spent >= CREDIT_EVERY:
                    self._reply(Credit(self._spent, 0), now)
                    self._spent = 0
            case Photo(jpeg=jpeg):
                if is_late and frame.at <= self._newest_photo:
                    self.photo_done(now)
                    return
                self._newest_photo = frame.at
                yield Pictured(jpeg, self._moment(frame.at, 0, now))
            case Time(echo=echo):
                self._compare(frame.at, echo, now)
            case Gaze() | Battery() if is_late:  # a newer one counts
                pass
            case Gaze() | Mute():
                yield frame.body
            case _:
                self._note(frame.body)

    def _note(self, body: Body) -> None:
        match body:
            case Battery():
                self.battery = body
            case Bye():
                self.is_over = True
            case _:
                raise BadFrame("a frame that only a bridge sends, or a second hello")

    def _compare(self, theirs: int, asked: int, now: int) -> None:
        """Lay the clocks on each other again if they are apart by more than the way is long."""
        if asked > now:
            raise BadFrame("an answer to what was not asked")
        trip = now - asked
        ahead = asked + trip // 2 - theirs
        if abs(ahead - self._ahead) > APART + trip:
            self._ahead = ahead

    def _moment(self, theirs: int, samples: int, now: int) -> int:
        """Return where something begins on our clock: never after now, nor long before it."""
        begin = theirs + self._ahead
        if not now - MOST_BEHIND <= begin + samples <= now + APART:
            self._ahead = now - samples - theirs
        return max(0, theirs + self._ahead)

    def _reply(self, body: Body, now: int) -> None:
        self.replies.append(frames.encode(body, sequence=self._sequence, at=max(0, now)))
        self._sequence += 1
