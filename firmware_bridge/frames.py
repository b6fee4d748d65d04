"""What do a wearable and its bridge say to each other? Frames <-> bytes, without I/O.

The table is in PROTOCOL.md. Bytes may come in any pieces. What breaks the table raises `BadFrame`,
and then the link is closed: nothing behind such a frame can be believed.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

VERSION: Final = 1
HEADER: Final = Struct("<BBHIIQ")
"""Kind, version, zero, bytes of the payload, sequence, at."""
SEQUENCES: Final = 1 << 32
TOKEN_BYTES: Final = 32
MOST_NAME_BYTES: Final = 48
MOST_SOUND_SAMPLES: Final = 3200  # 200 ms at 16 kHz
MOST_PHOTO_BYTES: Final = 512 * 1024
MOST_REASON_BYTES: Final = 120
MOST_POSITION: Final = 1 << 48
"""Samples of 16 kHz: five centuries."""
NOWHERE: Final = 0xFFFF
"""A gaze that is on nothing in the picture."""
MOST_THOUSANDTH: Final = 1000
MOST_PERCENT: Final = 100

HELLO, SOUND, PHOTO, GAZE, BATTERY, MUTE, TIME, BYE = 1, 2, 3, 4, 5, 6, 7, 8
WELCOME, CREDIT, ASK_TIME, REFUSED = 16, 17, 18, 19

HEARS, SEES, GAZES, HAS_BATTERY, HAS_BUTTON = 1, 2, 4, 8, 16
"""Bits of what a wearable can do."""

_HELLO: Final = Struct(f"<I{TOKEN_BYTES}s")
_GAZE: Final = Struct("<HH")
_BATTERY: Final = Struct("<BB")
_CREDIT: Final = Struct("<HH")
_TIME: Final = Struct("<Q")

_LENGTHS: Final = {
    HELLO: (_HELLO.size, _HELLO.size + MOST_NAME_BYTES),
    SOUND: (2, 2 * MOST_SOUND_SAMPLES),
    PHOTO: (4, MOST_PHOTO_BYTES),
    GAZE: (_GAZE.size, _GAZE.size),
    BATTERY: (_BATTERY.size, _BATTERY.size),
    MUTE: (0, 0),
    TIME: (_TIME.size, _TIME.size),
    BYE: (0, 0),
    WELCOME: (_CREDIT.size, _CREDIT.size),
    CREDIT: (_CREDIT.size, _CREDIT.size),
    ASK_TIME: (_TIME.size, _TIME.size),
    REFUSED: (0, MOST_REASON_BYTES),
}
"""Kind -> the shortest and the longest payload."""


class BadFrame(ValueError):
    """The other side broke the table; the message is one sentence without content."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who comes, with what, and the proof that it may."""

    capabilities: int
    token: bytes
    name: str = ""

    def is_paired(self, token: bytes) -> bool:
        """Say whether it brings this token; takes as long whether it does or not."""
        return hmac.compare_digest(self.token, token)


@dataclass(frozen=True, slots=True)
class Sound:
    """int16 little-endian mono samples at 16 kHz."""

    samples: bytes


@dataclass(frozen=True, slots=True)
class Photo:
    """A whole JPEG file."""

    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where in the picture the wearer looks, in thousandths; None where on nothing in it."""

    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Battery:
    """How full it is."""

    percent: int
    is_charging: bool


@dataclass(frozen=True, slots=True)
class Mute:
    """The wearer wants nothing heard and seen any more."""


@dataclass(frozen=True, slots=True)
class Time:
    """The answer to `AskTime`: its number again; the frame's `at` is the wearable's clock."""

    echo: int


@dataclass(frozen=True, slots=True)
class Bye:
    """It goes, and nothing of what it sent was lost."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """It may send; and so many frames of sound and photos before it is given more credit."""

    sounds: int
    photos: int


@dataclass(frozen=True, slots=True)
class Credit:
    """So many more frames."""

    sounds: int
    photos: int


@dataclass(frozen=True, slots=True)
class AskTime:
    """What does your clock say? `number` comes back in the answer."""

    number: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the link is closed, for a person."""

    reason: str


Body = (
    Hello | Sound | Photo | Gaze | Battery | Mute | Time | Bye
    | Welcome | Credit | AskTime | Refused
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its number, its moment on the sender's clock, and what it says."""

    body: Body
    sequence: int
    at: int
    """Samples of 16 kHz since the sender's clock began."""


_KINDS: Final[dict[type[Body], int]] = {
    Hello: HELLO, Sound: SOUND, Photo: PHOTO, Gaze: GAZE, Battery: BATTERY, Mute: MUTE,
    Time: TIME, Bye: BYE, Welcome: WELCOME, Credit: CREDIT, AskTime: ASK_TIME, Refused: REFUSED,
}  # fmt: skip


def encode(body: Body, *, sequence: int, at: int) -> bytes:
    """Return the bytes of one frame."""
    kind, payload = _KINDS[type(body)], _payload(body)
    least, most = _LENGTHS[kind]
    assert least <= len(payload) <= most
    assert 0 <= at < MOST_POSITION
    return HEADER.pack(kind, VERSION, 0, len(payload), sequence % SEQUENCES, at) + payload


def _payload(body: Body) -> bytes:
    match body:
        case Sound(samples=payload) | Photo(jpeg=payload):
            return payload
        case Hello(capabilities=capabilities, token=token, name=name):
            return _HELLO.pack(capabilities, token) + _cut(name, MOST_NAME_BYTES)
        case Refused(reason=reason):
            return _cut(reason, MOST_REASON_BYTES)
        case Mute() | Bye():
            return b""
        case _:
            return _packed(body)


def _packed(body: Gaze | Battery | Time | AskTime | Welcome | Credit) -> bytes:
    match body:
        case Gaze(place=place):
            return _GAZE.pack(*(place or (NOWHERE, NOWHERE)))
        case Battery(percent=percent, is_charging=is_charging):
            return _BATTERY.pack(percent, is_charging)
        case Time(echo=number) | AskTime(number=number):
            return _TIME.pack(number)
        case Welcome(sounds=sounds, photos=photos) | Credit(sounds=sounds, photos=photos):
            return _CREDIT.pack(sounds, photos)


def _cut(text: str, most_bytes: int) -> bytes:
    return text.encode()[:most_bytes].decode("utf-8", "ignore").encode()


class Decoder:
    """Bytes of one link, in any pieces -> frames. It keeps one frame's bytes at most."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that this piece completes; raise BadFrame."""
        self._rest += piece
        while len(self._rest) >= HEADER.size:
            kind, version, zero, length, sequence, at = HEADER.unpack_from(self._rest)
            _check_head(kind, version, zero, length, at)
            end = HEADER.size + length
            if len(self._rest) < end:
                return
            payload = bytes(self._rest[HEADER.size : end])
            self._rest[:end] = bytes(end)  # overwritten before it is given back
            del self._rest[:end]
            yield Frame(_body(kind, payload), sequence, at)


def _check_head(kind: int, version: int, zero: int, length: int, at: int) -> None:
    if kind not in _LENGTHS:
        raise BadFrame(f"there is no frame of kind {kind}")
    if version != VERSION or zero:
        raise BadFrame(f"version {version} is not spoken here, only {VERSION}")
    least, most = _LENGTHS[kind]
    if not least <= length <= most:
        raise BadFrame(f"a frame of kind {kind} has {least} to {most} bytes, not {length}")
    if at >= MOST_POSITION:
        raise BadFrame("a moment that no clock reaches")


def _body(kind: int, payload: bytes) -> Body:
    if kind == SOUND:
        if len(payload) % 2:
            raise BadFrame("half a sample")
        return Sound(payload)
    if kind == PHOTO:
        return Photo(payload)
    if kind in {HELLO, REFUSED}:
        return _words(kind, payload)
    if kind in {MUTE, BYE}:
        return Mute() if kind == MUTE else Bye()
    return _numbers(kind, payload)


def _words(kind: int, payload: bytes) -> Hello | Refused:
    text = payload[_HELLO.size :] if kind == HELLO else payload
    try:
        words = text.decode()
    except UnicodeDecodeError:
        raise BadFrame("a name that is no UTF-8") from None
    if not words.isprintable():
        raise BadFrame("a name that cannot be shown")
    if kind == REFUSED:
        return Refused(words)
    capabilities, token = _HELLO.unpack_from(payload)
    return Hello(capabilities, token, words)


def _numbers(kind: int, payload: bytes) -> Body:
    if kind == GAZE:
        x, y = _GAZE.unpack(payload)
        if (x, y) == (NOWHERE, NOWHERE):
            return Gaze(None)
        if max(x, y) > MOST_THOUSANDTH:
            raise BadFrame("a gaze beside the picture")
        return Gaze((x, y))
    if kind == BATTERY:
        percent, charging = _BATTERY.unpack(payload)
        if percent > MOST_PERCENT or charging > 1:
            raise BadFrame("a battery that is more than full")
        return Battery(percent, bool(charging))
    if kind in {TIME, ASK_TIME}:
        (number,) = _TIME.unpack(payload)
        return Time(number) if kind == TIME else AskTime(number)
    return (Welcome if kind == WELCOME else Credit)(*_CREDIT.unpack(payload))
