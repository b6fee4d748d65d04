"""What do a wearable and its bridge say to each other? Frames <-> bytes, without I/O.

The table is in PROTOCOL.md. Bytes may come in any pieces. What breaks the table raises `BadFrame`,
and then the link is closed: nothing behind such a frame can be believed.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from firmware_bridge.bodies import (
    ENCRYPTS,
    GAZES,
    HAS_BATTERY,
    HAS_BUTTON,
    HEARS,
    MOTIONS,
    MOVES,
    SEES,
    AskTime,
    BadFrame,
    Battery,
    Body,
    Bye,
    Credit,
    EncryptedSound,
    Frame,
    Gaze,
    Hello,
    Moves,
    Mute,
    PackedSound,
    Photo,
    PhotoPart,
    Refused,
    Sound,
    Time,
    Welcome,
)

__all__ = [
    "ENCRYPTS", "GAZES", "HAS_BATTERY", "HAS_BUTTON", "HEARS", "MOVES", "SEES",
    "AskTime", "BadFrame", "Battery", "Body", "Bye", "Credit", "Decoder", "EncryptedSound", "Frame",
    "Gaze", "Hello", "Moves", "Mute", "PackedSound", "Photo", "PhotoPart", "Refused", "Sound",
    "Time", "Welcome", "check_sound", "encode", "known_bytes",
]  # fmt: skip

VERSION: Final = 1
HEADER: Final = Struct("<BBHIIQ")
"""Kind, version, zero, bytes of the payload, sequence, at."""
SEQUENCES: Final = 1 << 32
TOKEN_BYTES: Final = 32
KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
"""Of what is encrypted (`hpke.py`)."""
MOST_NAME_BYTES: Final = 48
MOST_SOUND_SAMPLES: Final = 3200  # 200 ms at 16 kHz
MOST_PHOTO_BYTES: Final = 512 * 1024
MOST_PART_BYTES: Final = 4096
MOST_REASON_BYTES: Final = 120
MOST_POSITION: Final = 1 << 48
"""Samples of 16 kHz: five centuries."""
NOWHERE: Final = 0xFFFF
"""A gaze that is on nothing in the picture."""
MOST_THOUSANDTH: Final = 1000
MOST_PERCENT: Final = 100

HELLO, SOUND, PHOTO, GAZE, BATTERY, MUTE, TIME, BYE = 1, 2, 3, 4, 5, 6, 7, 8
PACKED_SOUND, PHOTO_PART, MOTION, ENCRYPTED_SOUND = 9, 10, 11, 12
WELCOME, CREDIT, ASK_TIME, REFUSED = 16, 17, 18, 19

_HELLO: Final = Struct(f"<I{TOKEN_BYTES}s")
_GAZE: Final = Struct("<HH")
_BATTERY: Final = Struct("<BB")
_CREDIT: Final = Struct("<HH")
_TIME: Final = Struct("<Q")
_PART: Final = Struct("<II")

_LENGTHS: Final = {
    HELLO: (_HELLO.size, _HELLO.size + KEY_BYTES + MOST_NAME_BYTES),
    SOUND: (2, 2 * MOST_SOUND_SAMPLES),
    PHOTO: (4, MOST_PHOTO_BYTES),
    GAZE: (_GAZE.size, _GAZE.size),
    BATTERY: (_BATTERY.size, _BATTERY.size),
    MUTE: (0, 0),
    TIME: (_TIME.size, _TIME.size),
    BYE: (0, 0),
    PACKED_SOUND: (5, 4 + MOST_SOUND_SAMPLES // 2),
    PHOTO_PART: (_PART.size + 1, _PART.size + MOST_PART_BYTES),
    MOTION: (1, 1),
    ENCRYPTED_SOUND: (1 + 2 + TAG_BYTES, 1 + 2 * MOST_SOUND_SAMPLES + TAG_BYTES),
    WELCOME: (_CREDIT.size, _CREDIT.size),
    CREDIT: (_CREDIT.size, _CREDIT.size),
    ASK_TIME: (_TIME.size, _TIME.size),
    REFUSED: (0, MOST_REASON_BYTES),
}
"""Kind -> the shortest and the longest payload."""


_KINDS: Final[dict[type[Body], int]] = {
    Hello: HELLO, Sound: SOUND, Photo: PHOTO, Gaze: GAZE, Battery: BATTERY, Mute: MUTE,
    Time: TIME, Bye: BYE, PackedSound: PACKED_SOUND, PhotoPart: PHOTO_PART, Moves: MOTION,
    EncryptedSound: ENCRYPTED_SOUND, Welcome: WELCOME, Credit: CREDIT, AskTime: ASK_TIME,
    Refused: REFUSED,
}  # fmt: skip


def encode(body: Body, *, sequence: int, at: int) -> bytes:
    """Return the bytes of one frame."""
    kind, payload = _KINDS[type(body)], _payload(body)
    least, most = _LENGTHS[kind]
    assert least <= len(payload) <= most
    assert 0 <= at < MOST_POSITION
    return HEADER.pack(kind, VERSION, 0, len(payload), sequence % SEQUENCES, at) + payload


def known_bytes(kind: int, plain_bytes: int, *, sequence: int, at: int) -> bytes:
    """Return what stands before the box in a frame of encrypted sound, and is bound to it.

    `kind` and `plain_bytes` are of the frame that it would be.
    """
    length = 1 + plain_bytes + TAG_BYTES
    head = HEADER.pack(ENCRYPTED_SOUND, VERSION, 0, length, sequence % SEQUENCES, at)
    return head + bytes([kind])


def _payload(body: Body) -> bytes:
    match body:
        case Sound(samples=payload) | Photo(jpeg=payload) | PackedSound(block=payload):
            return payload
        case EncryptedSound(kind=kind, box=box):
            return bytes([kind]) + box
        case PhotoPart(whole_bytes=whole_bytes, offset=offset, piece=piece):
            return _PART.pack(whole_bytes, offset) + piece
        case Hello(capabilities=capabilities, token=token, name=name, encapsulated=encapsulated):
            head = _HELLO.pack(capabilities, token) + encapsulated
            return head + _cut(name, MOST_NAME_BYTES)
        case Refused(reason=reason):
            return _cut(reason, MOST_REASON_BYTES)
        case _:
            return _packed(body)


def _packed(
    body: Gaze | Battery | Moves | Mute | Time | Bye | AskTime | Welcome | Credit,
) -> bytes:
    match body:
        case Mute() | Bye():
            return b""
        case Moves(motion=motion):
            return bytes([MOTIONS.index(motion)])
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
    if kind in {PHOTO, PACKED_SOUND}:
        return Photo(payload) if kind == PHOTO else PackedSound(payload)
    if kind in {PHOTO_PART, ENCRYPTED_SOUND}:
        return _part(payload) if kind == PHOTO_PART else _encrypted(payload)
    if kind in {HELLO, REFUSED}:
        return _hello(payload) if kind == HELLO else Refused(_words(payload))
    if kind in {MUTE, BYE}:
        return Mute() if kind == MUTE else Bye()
    return _numbers(kind, payload)


def _part(payload: bytes) -> PhotoPart:
    whole_bytes, offset = _PART.unpack_from(payload)
    piece = payload[_PART.size :]
    if whole_bytes > MOST_PHOTO_BYTES or offset + len(piece) > whole_bytes:
        raise BadFrame("a piece that is no part of a photo")
    return PhotoPart(whole_bytes, offset, piece)


def _encrypted(payload: bytes) -> EncryptedSound:
    check_sound(payload[0], len(payload) - 1 - TAG_BYTES)
    return EncryptedSound(payload[0], payload[1:])


def check_sound(kind: int, payload_bytes: int) -> None:
    """Raise BadFrame for what is no kind of sound, or no length of one."""
    if kind not in {SOUND, PACKED_SOUND}:
        raise BadFrame(f"sound of kind {kind}")
    least, most = _LENGTHS[kind]
    if not least <= payload_bytes <= most or (kind == SOUND and payload_bytes % 2):
        raise BadFrame(f"{payload_bytes} bytes of sound")


def _hello(payload: bytes) -> Hello:
    capabilities, token = _HELLO.unpack_from(payload)
    rest = payload[_HELLO.size :]
    key_bytes = KEY_BYTES if capabilities & ENCRYPTS else 0
    if not key_bytes <= len(rest) <= key_bytes + MOST_NAME_BYTES:
        raise BadFrame(f"a hello with a name of {len(rest) - key_bytes} bytes")
    return Hello(capabilities, token, _words(rest[key_bytes:]), rest[:key_bytes])


def _words(text: bytes) -> str:
    try:
        words = text.decode()
    except UnicodeDecodeError:
        raise BadFrame("a name that is no UTF-8") from None
    if not words.isprintable():
        raise BadFrame("a name that cannot be shown")
    return words


def _numbers(kind: int, payload: bytes) -> Body:
    if kind == GAZE:
        return _gaze(*_GAZE.unpack(payload))
    if kind == BATTERY:
        percent, charging = _BATTERY.unpack(payload)
        if percent > MOST_PERCENT or charging > 1:
            raise BadFrame("a battery that is more than full")
        return Battery(percent, bool(charging))
    if kind == MOTION:
        if payload[0] >= len(MOTIONS):
            raise BadFrame("a motion that is not in the table")
        return Moves(MOTIONS[payload[0]])
    if kind in {TIME, ASK_TIME}:
        (number,) = _TIME.unpack(payload)
        return Time(number) if kind == TIME else AskTime(number)
    return (Welcome if kind == WELCOME else Credit)(*_CREDIT.unpack(payload))


def _gaze(x: int, y: int) -> Gaze:
    if (x, y) == (NOWHERE, NOWHERE):
        return Gaze(None)
    if max(x, y) > MOST_THOUSANDTH:
        raise BadFrame("a gaze beside the picture")
    return Gaze((x, y))
