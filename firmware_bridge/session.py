"""What may one wearable's connection bring in, and when did it happen by our clock? No I/O.

Nothing is taken before a `Hello` with the right token. The wearable's clock is laid on ours when
it says hello, and again when the two have come apart, which the answers to `AskTime` show: so a
sound or a photo has a moment on our stream's clock, whenever it arrived.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from firmware_bridge import adpcm, frames
from firmware_bridge.concealment import MOST_SAMPLES as MOST_MADE_UP
from firmware_bridge.concealment import Softer
from firmware_bridge.frames import (
    AskTime,
    BadFrame,
    Battery,
    Body,
    Bye,
    Credit,
    Decoder,
    EncryptedSound,
    Frame,
    Gaze,
    Hello,
    Moves,
    Mute,
    PackedSound,
    Photo,
    PhotoPart,
    Sound,
    Time,
    Welcome,
)
from firmware_bridge.order import Order
from firmware_bridge.parts import Parts

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
class Closed:
    """Sound that only the chamber can open (`hpke.py`), and where on our stream's clock it lies."""

    encapsulated: bytes
    number: int
    """Of its frame."""
    known: bytes
    """All of its frame that stands before the box, and is bound to it."""
    box: bytes
    start: int
    samples: int
    """How many are in it."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """A JPEG file and its moment on our stream's clock."""

    jpeg: bytes
    at: int
    quarter_turns: int = 0
    """Clockwise, until it stands upright."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Who was connected is so no more."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Its wearer wants the companion to stop talking."""


@dataclass(slots=True)
class Session:
    """One connection. `replies` is what is to be sent; whoever sends it empties it."""

    token: bytes = field(repr=False)
    hello: Hello | None = None
    battery: Battery | None = None
    moves: Moves | None = None
    is_over: bool = False
    """Whether it said goodbye."""
    order: Order = field(default_factory=Order)
    replies: list[bytes] = field(default_factory=list)
    _decoder: Decoder = field(default_factory=Decoder)
    _sequence: int = 0
    _ahead: int = 0
    """Ours less theirs."""
    _spent: int = 0
    _softer: Softer = field(default_factory=Softer)
    _heard_until: int = 0
    """On our stream's clock; 0 before the first sound."""
    _newest_photo: int = -1
    _parts: Parts = field(default_factory=Parts)
    _is_photo_due: bool = True
    """Whether the wearable may send one, as far as is known here."""
    _has_photo_moved: bool = False
    """Whether credit for one was given, or a piece of one came, since the last `renew_credit`."""

    @property
    def _encapsulated(self) -> bytes:
        return self.hello.encapsulated if self.hello else b""

    def feed(self, piece: bytes, now: int) -> Iterator[Heard | Closed | Pictured | Gaze | Mute]:
        """Take bytes in at our position `now`; yield what they bring. Raises BadFrame."""
        for frame in self._decoder.feed(piece):
            yield from self.take(frame, now)

    def take(self, frame: Frame, now: int) -> Iterator[Heard | Closed | Pictured | Gaze | Mute]:
        """Take one frame in at our position `now`; yield what it brings. Raises BadFrame."""
        if not self.hello:
            self._greet(frame, now)
        elif (verdict := self.order.take(frame.sequence)) != "twice":
            yield from self._take(frame, now, is_late=verdict == "late")

    def ask_time(self, now: int) -> None:
        """Have the clocks compared."""
        self._reply(AskTime(now), now)

    def photo_done(self, now: int) -> None:
        """Let the next photo come."""
        self._is_photo_due = self._has_photo_moved = True
        self._reply(Credit(0, PHOTOS_AHEAD), now)

    def renew_credit(self, now: int) -> None:
        """Give again what may have got lost: for a line that loses frames, every now and then.

        A wearable keeps no more credit than its welcome gave, so that none can pile up.
        """
        is_photo_lost = self._is_photo_due and not self._has_photo_moved
        self._has_photo_moved = False
        self._reply(Credit(SOUNDS_AHEAD, PHOTOS_AHEAD * is_photo_lost), now)

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
    ) -> Iterator[Heard | Closed | Pictured | Gaze | Mute]:
        match frame.body:
            case Sound() | PackedSound() if not self._encapsulated:
                yield from self._heard(frame.body, frame.at, now)
            case EncryptedSound() if self._encapsulated:
                yield self._closed(frame.body, frame, now)
            case Sound() | PackedSound() | EncryptedSound():
                raise BadFrame("sound that is not encrypted as the hello said")
            case Photo() | PhotoPart():
                yield from self._pictured(frame.body, frame.at, now, is_late=is_late)
            case Time(echo=echo):
                self._compare(frame.at, echo, now)
            case Gaze() | Battery() | Moves() if is_late:  # a newer one counts
                pass
            case Gaze() | Mute():
                yield frame.body
            case _:
                self._note(frame.body)

    def _heard(self, sound: Sound | PackedSound, at: int, now: int) -> Iterator[Heard]:
        """Yield the sound, and before it what is made up for a little that is missing."""
        samples = sound.samples if isinstance(sound, Sound) else adpcm.unpacked(sound.block)
        self._spend(now)
        count = len(samples) // 2
        start = self._moment(at, count, now)
        if self._heard_until and 0 < (hole := start - self._heard_until) <= MOST_MADE_UP:
            yield Heard(self._softer.made_up(hole), self._heard_until)
        self._softer.heard(samples)
        self._heard_until = max(self._heard_until, start + count)
        yield Heard(samples, start)

    def _closed(self, sound: EncryptedSound, frame: Frame, now: int) -> Closed:
        """Return what goes to the chamber as it is."""
        self._spend(now)
        plain_bytes = len(sound.box) - frames.TAG_BYTES
        is_packed = sound.kind == frames.PACKED_SOUND
        count = adpcm.samples_in(plain_bytes) if is_packed else plain_bytes // 2
        return Closed(
            self._encapsulated,
            frame.sequence,
            frames.known_bytes(sound.kind, plain_bytes, sequence=frame.sequence, at=frame.at),
            sound.box,
            self._moment(frame.at, count, now),
            count,
        )

    def _spend(self, now: int) -> None:
        """Count a sound, and give credit for more."""
        self._spent += 1
        if self._spent >= CREDIT_EVERY:
            self._reply(Credit(self._spent, 0), now)
            self._spent = 0

    def _pictured(
        self, photo: Photo | PhotoPart, at: int, now: int, *, is_late: bool
    ) -> Iterator[Pictured]:
        """Yield a photo that is whole now, unless it is older than another."""
        self._has_photo_moved = True
        jpeg = photo.jpeg if isinstance(photo, Photo) else self._parts.take(photo, at)
        if jpeg is None:
            return
        if not jpeg or (is_late and at <= self._newest_photo):
            self.photo_done(now)
            return
        self._is_photo_due = False
        self._newest_photo = at
        yield Pictured(jpeg, self._moment(at, 0, now))

    def _note(self, body: Body) -> None:
        match body:
            case Battery():
                self.battery = body
            case Moves():
                self.moves = body
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
