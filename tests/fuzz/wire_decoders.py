"""Which decoders take bytes of strangers? One row each; a new protocol is one row more.

`decode` may raise what is in `refusals`, and nothing else. `seeds` are inputs that are right.
"""

import contextlib
import functools
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import xiaozhi_decoders

from edge import airlock, control, messages, slot
from edge.chamber.opener import Opener
from edge.companion import wire
from edge.signals import AudioChunk, ClosedSound, Frame
from firmware_bridge import (
    adpcm,
    bodies,
    cobs,
    frames,
    jpeg,
    omi,
    omi_app,
    omi_photo,
    omi_ring,
    wyoming,
    wyoming_satellite,
    wyoming_server,
    xiaozhi,
    xiaozhi_camera,
)
from firmware_bridge.emulator import Firmware
from firmware_bridge.hpke import Sender, public_of
from firmware_bridge.omi_sound import Sound
from firmware_bridge.packets import Unpacker, packet
from firmware_bridge.parts import Parts
from firmware_bridge.session import Closed, Session

TOKEN: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Row:
    """One decoder."""

    name: str
    decode: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]

    def takes(self, data: bytes) -> bool:
        """Say whether it took this; False where it refused it. Raises what it must not raise."""
        try:
            self.decode(data)
        except self.refusals:
            return False
        return True


def exhausted(found: Iterable[object]) -> None:
    """Take all that is yielded."""
    for _ in found:
        pass


def cut(data: bytes) -> Iterator[bytes]:
    """Yield pieces, each with its length before it, as a link's notifications come."""
    place = 0
    while place < len(data):
        size = data[place]
        yield data[place + 1 : place + 1 + size]
        place += 1 + size


def joined(pieces: Iterable[bytes]) -> bytes:
    """Return what `cut` cuts."""
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


def in_two(feed: Callable[[bytes], Iterable[object]], data: bytes) -> None:
    """Feed it in two pieces; the first byte says where it is cut."""
    at = data[0] if data else 0
    exhausted(feed(data[1 : 1 + at]))
    exhausted(feed(data[1 + at :]))


# --- our own frames ----------------------------------------------------------------------------

SAMPLES: Final = b"\1\2" * 160
PRIVATE: Final = bytes(range(32))
SENDER: Final = Sender(public_of(PRIVATE), own=bytes(range(1, 33)))
JPEG: Final = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0001108001000200301")
BODIES: Final[tuple[bodies.Body, ...]] = (
    bodies.Hello(63, TOKEN, "board"),
    bodies.Sound(SAMPLES),
    bodies.PackedSound(adpcm.Packer().pack(SAMPLES)),
    bodies.Photo(JPEG),
    bodies.PhotoPart(40, 0, JPEG),
    bodies.PhotoPart(40, 31, bytes(9)),
    bodies.Gaze((1, 2)),
    bodies.Battery(7, is_charging=True),
    bodies.Moves("riding"),
    bodies.Time(7),
    bodies.Mute(),
    bodies.Bye(),
    bodies.Welcome(50, 1),
    bodies.AskTime(9),
    bodies.Refused("no"),
    bodies.Hello(127, TOKEN, "board", bytes(32)),
    bodies.EncryptedSound(frames.SOUND, bytes(656)),
)
FRAMES: Final = tuple(frames.encode(body, sequence=n, at=n) for n, body in enumerate(BODIES))


def _session(data: bytes) -> None:
    session = Session(TOKEN)
    exhausted(session.feed(FRAMES[0], 1000))
    for piece in cut(data):
        exhausted(session.feed(piece, 2000))


def _parts(data: bytes) -> None:
    parts = Parts()
    for piece in cut(data):
        if len(piece) > 2:
            parts.take(bodies.PhotoPart(piece[0], piece[1], piece[2:]), 7)


def _packed(data: bytes) -> None:
    if len(data) > adpcm.HEAD.size:
        adpcm.unpacked(data)


def _encrypted(data: bytes) -> None:
    """Be a board that encrypts this as sound; the first byte says of which kind."""
    kind, plain = (data[0] if data else 0), data[1:]
    known = frames.known_bytes(kind, len(plain), sequence=1, at=0)
    body = bodies.EncryptedSound(kind, SENDER.seal(1, known, plain))
    session, opener = Session(TOKEN), Opener(PRIVATE)
    hello = bodies.Hello(bodies.HEARS | bodies.ENCRYPTS, TOKEN, "board", SENDER.encapsulated)
    exhausted(session.feed(frames.encode(hello, sequence=0, at=0), 1000))
    for closed in session.take(frames.Frame(body, 1, 0), 2000):
        assert isinstance(closed, Closed)
        bound = (closed.encapsulated, closed.number, closed.known, closed.box)
        exhausted(opener.opened(ClosedSound(*bound, closed.start, closed.samples)))


def _board(data: bytes) -> None:
    """Be a board that hears this; what refuses it is a `Turned`, which is a ConnectionError."""
    board = Firmware(TOKEN)
    for frame in Unpacker().feed(data):
        exhausted(board.answer(frame))


# --- what comes to the runtime -----------------------------------------------------------------


def _slot(data: bytes) -> None:
    reader = slot.SlotReader()
    for record in cut(data):
        reader.feed(record)


def _records() -> Iterator[bytes]:
    picture = Frame(np.zeros((4, 4, 3), np.uint8), 9)
    sound = AudioChunk(np.zeros(60, np.float32), 9)
    for n, signal in enumerate((picture, sound, slot.End(9))):
        yield from map(bytes, slot.records(signal, epoch=1, sequence=n))


def _control(data: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        with contextlib.suppress(OSError):  # longer than a packet can be
            theirs.send(data)
        control.read(ours)


def _phone(data: bytes) -> None:
    wire.read(data.decode("utf-8", "replace"))


LEAVING: Final = (
    messages.SpeechStarted(7),
    messages.Level(7, -30, 3),
    messages.Seen(7, (), (), 0, 1),
)
ENTERING: Final = (messages.Go(), messages.Look(), messages.Attend(100, 900))

# --- other people's protocols ------------------------------------------------------------------


def _omi(data: bytes) -> None:
    fragments, chunks = omi.Fragments(), omi_photo.Chunks()
    for notification in cut(data):
        exhausted(fragments.take(notification))
        exhausted(chunks.take(notification, 9))
        omi_ring.answer(notification)


def _pendant(codec: int, data: bytes) -> None:
    sound = Sound(omi.CODECS[codec])
    for n, notification in enumerate(cut(data)):
        exhausted(sound.take(notification, 320 * n))
    exhausted(sound.end(16_000))


def _app(data: bytes) -> None:
    sessions = [omi_app.Session(omi_app.CODECS[name]) for name in ("pcm16", "pcm8")]
    for n, message in enumerate(cut(data)):
        omi_app.is_over(message.decode("utf-8", "replace"))
        for session in sessions:
            exhausted(session.take(message, 320 * n))


def _server(data: bytes) -> None:
    server = wyoming_server.Session(wyoming_server.Offers("1", "whisper", ("en",), ""))
    in_two(server.feed, data)


def _satellite(data: bytes) -> None:
    in_two(wyoming_satellite.Session().feed, data)


def _event(kind: str, data: dict[str, object], payload: bytes = b"") -> bytes:
    head = {"type": kind, "data": data, "payload_length": len(payload)}
    return json.dumps(head).encode() + b"\n" + payload


PCM: Final = {"rate": 16000, "width": 2, "channels": 1}
EVENTS: Final = (
    b"\x40" + _event("audio-start", dict(PCM)) + _event("audio-chunk", dict(PCM), SAMPLES),
    b"\x09" + _event("describe", {}),
    b"\x20" + _event("info", {"satellite": {"name": "kitchen"}}),
    b"\x20" + _event("synthesize", {"text": "It is noon."}),
)
PCM_16, MU_LAW = 0, 10
HEARD: Final = tuple(bytes([n, 0, 0]) + SAMPLES[:160] for n in (0, 1, 2, 5))
FROM_PHONE: Final = (
    wire.Hello(f"{'a' * 12}.{'b' * 64}"),
    wire.Pair("Anna", "a" * 32, "b" * 64),
)

ROWS: Final = (
    Row(
        "frames",
        lambda data: in_two(frames.Decoder().feed, data),
        (bodies.BadFrame,),
        (b"\x09" + b"".join(FRAMES), *(b"\x09" + frame for frame in FRAMES)),
    ),
    Row(
        "session",
        _session,
        (bodies.BadFrame,),
        (joined(each for each in FRAMES[1:12] if len(each) < 256),),
    ),
    Row("parts", _parts, (), (joined([b"\4\0ab", b"\4\2cd"]),)),
    Row("adpcm", _packed, (bodies.BadFrame,), (adpcm.Packer().pack(SAMPLES),)),
    Row(
        "encrypted sound",
        _encrypted,
        (bodies.BadFrame,),
        (b"\2" + SAMPLES, b"\x09" + adpcm.Packer().pack(SAMPLES)),
    ),
    Row("cobs", cobs.unstuffed, (cobs.BadStuffing,), (cobs.stuffed(FRAMES[1]),)),
    Row(
        "serial line",
        lambda data: in_two(Unpacker().feed, data),
        (bodies.BadFrame,),
        (b"\x09" + b"".join(map(packet, FRAMES)),),
    ),
    Row(
        "board",
        _board,
        (bodies.BadFrame, ConnectionError),
        tuple(packet(frame) for frame in FRAMES[12:14]),
    ),
    Row("jpeg head", jpeg.size, (), (JPEG,)),
    Row("slot", _slot, (slot.BadRecord,), (joined(_records()),)),
    Row(
        "airlock, leaving",
        airlock.decode_leaving,
        (airlock.Violation,),
        tuple(map(airlock.encode, LEAVING)),
    ),
    Row(
        "airlock, entering",
        airlock.decode_entering,
        (airlock.Violation,),
        tuple(map(airlock.encode, ENTERING)),
    ),
    Row("phone", _phone, (wire.Garbled,), tuple(map(msgspec.json.encode, FROM_PHONE))),
    Row(
        "control socket",
        _control,
        (control.BadRequest,),
        (msgspec.json.encode(messages.Mute()), msgspec.json.encode(messages.Unmute())),
    ),
    Row(
        "omi",
        _omi,
        (),
        (joined([b"\1\0\0sound", b"\2\0\1more", b"\0\0" + JPEG, b"\xff\xff"]),),
    ),
    *(
        Row(f"omi sound {codec}", functools.partial(_pendant, codec), (), (joined(HEARD),))
        for codec in omi.CODECS
        if codec in {PCM_16, MU_LAW}  # libopus is not ours, and an extra
    ),
    Row("omi app", _app, (), (joined([b"\1\0" * 80, b'{"type":"CloseStream"}']),)),
    Row("omi codec", omi.codec, (omi.UnknownCodec,), (b"\x01", b"\x14")),
    Row(
        "wyoming",
        lambda data: in_two(wyoming.Decoder().feed, data),
        (wyoming.BadEvent,),
        EVENTS,
    ),
    Row("wyoming server", _server, (), EVENTS),
    Row(
        "xiaozhi device",
        lambda data: xiaozhi_decoders.say(cut(data)),
        (xiaozhi.Refused,),
        (joined(xiaozhi_decoders.WORDS),),
    ),
    Row("xiaozhi frames", xiaozhi_decoders.unframe, (), (xiaozhi_decoders.PACKET,)),
    Row(
        "xiaozhi photo", xiaozhi_decoders.post, (xiaozhi_camera.BadPost,), (xiaozhi_decoders.FORM,)
    ),
    Row("wyoming satellite", _satellite, (wyoming.BadEvent,), EVENTS),
)
BY_NAME: Final = {row.name: row for row in ROWS}
