"""How raw media travels from a source into the chamber: records of at most 64 KiB.

The only place where a signal becomes bytes. Records go through a SOCK_SEQPACKET slot that the
chamber was born with; a new epoch (a source that died and came back) discards what was half
received. No I/O in here.

Record: header (little-endian) then payload.

| field    | type | meaning                                                                  |
|----------|------|--------------------------------------------------------------------------|
| kind     | u16  | 1 audio, 2 frame, 3 end of stream, 4 played by the companion's own voice,|
|          |      | 5 a frame like those before it, left out, 6 audio that somebody in the   |
|          |      | house wants as text, 7 a request for that begins or is over              |
| part     | u16  | position of this record within its signal                                |
| parts    | u16  | records of this signal                                                   |
| width    | u16  | frame: pixels; request: its step; encrypted audio: samples               |
| height   | u16  | frame only, pixels                                                       |
| reserved | u16  | 0                                                                        |
| epoch    | u32  | grows by one each time the source is started                             |
| sequence | u32  | grows by one a signal; a hole is counted as lost                         |
| at       | u64  | first sample (sound of any kind) or moment (the others) in samples of 16 |
|          |      | kHz; of a request its number                                             |

Payload: at most `BLOCK_SAMPLES` int16 little-endian mono samples, in one part; or RGB rows, every
part but the last as long as can be; or 32 bytes encapsulated key, u32 number, 21 bytes that are
bound to the box, and the box (`firmware_bridge/hpke.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from edge.signals import (
    BLOCK_SAMPLES,
    AudioChunk,
    ClosedSound,
    Frame,
    HomeMark,
    HomeSound,
    HomeStep,
    Played,
    Still,
)

HEADER: Final = Struct("<HHHHHHIIQ")
CLOSED_HEAD: Final = Struct("<32sI21s")
"""Of encrypted sound: encapsulated key, number, what is bound to the box."""
MAX_RECORD_BYTES: Final = 64 * 1024
MAX_PAYLOAD_BYTES: Final = MAX_RECORD_BYTES - HEADER.size
MAX_SIDE_PX: Final = 1280
"""A larger picture is scaled down by its source."""

Sound = AudioChunk | Played | HomeSound
AUDIO, FRAME, END, PLAYED, STILL, HOME, HOME_MARK, CLOSED = 1, 2, 3, 4, 5, 6, 7, 8
SOUNDS: Final[dict[int, type[Sound]]] = {AUDIO: AudioChunk, PLAYED: Played, HOME: HomeSound}
KINDS: Final = frozenset({*SOUNDS, FRAME, END, STILL, HOME_MARK, CLOSED})
MAX_SOUND_BYTES: Final = BLOCK_SAMPLES * 2
MAX_CLOSED_BYTES: Final = CLOSED_HEAD.size + 8192
STEPS: Final = np.float32(32768)
"""Of an int16 sample from 0 to 1."""

Bytes = npt.NDArray[np.uint8]


class BadRecord(ValueError):
    """A source sent something that is not a record; the launcher restarts it."""


@dataclass(frozen=True, slots=True)
class End:
    """The stream's last sample has been sent."""

    at: int


Signal = AudioChunk | Played | Frame | End | Still
OfHouse = HomeSound | HomeMark
"""What has no moment on a stream's clock."""
LiveOnly = OfHouse | ClosedSound
"""What never comes by a slot that is kept in step."""


def records(
    signal: Signal | LiveOnly, *, epoch: int, sequence: int
) -> Iterator[bytes | memoryview]:
    """Yield the records that carry one signal."""
    if isinstance(signal, Sound):
        yield SoundRecord().wrap(signal, epoch=epoch, sequence=sequence)
        return
    if isinstance(signal, HomeMark):
        head = (HOME_MARK, 0, 1, signal.step, 0, 0, epoch, sequence, signal.number)
        yield HEADER.pack(*head)
        return
    if isinstance(signal, ClosedSound):
        place = (CLOSED, 0, 1, signal.samples, 0, 0, epoch, sequence, signal.start)
        bound = CLOSED_HEAD.pack(signal.encapsulated, signal.number, signal.known)
        yield HEADER.pack(*place) + bound + signal.box
        return
    kind = STILL if isinstance(signal, Still) else END
    width, height, payload = 0, 0, memoryview(b"")
    if isinstance(signal, Frame):
        kind, (height, width, _) = FRAME, signal.pixels.shape
        payload = np.ascontiguousarray(signal.pixels).data.cast("B")
    parts = max(1, -(-len(payload) // MAX_PAYLOAD_BYTES))
    for part in range(parts):
        piece = payload[part * MAX_PAYLOAD_BYTES : (part + 1) * MAX_PAYLOAD_BYTES]
        yield HEADER.pack(kind, part, parts, width, height, 0, epoch, sequence, signal.at) + piece


class SoundRecord:
    """A room in which one block of sound after the other becomes a record; made once.

    To wrap a block is done many times a second of every quiet day, always out of a cold cache.
    """

    def __init__(self) -> None:
        self._record = bytearray(HEADER.size + MAX_SOUND_BYTES)
        self._steps = np.frombuffer(self._record, "<i2", offset=HEADER.size)
        self._scaled = np.empty(BLOCK_SAMPLES, np.float32)

    def wrap(self, sound: Sound, *, epoch: int, sequence: int) -> memoryview:
        """Return the record of a block, which is good until `clear` or the next one."""
        kind = next(kind for kind, made in SOUNDS.items() if isinstance(sound, made))
        at = sound.at if isinstance(sound, Played) else sound.start
        count = len(sound.samples)
        HEADER.pack_into(self._record, 0, kind, 0, 1, 0, 0, 0, epoch, sequence, at)
        scaled = self._scaled[:count]
        np.multiply(sound.samples, STEPS, out=scaled)
        np.minimum(scaled, 32767, out=scaled)
        np.maximum(scaled, -32768, out=scaled)
        np.copyto(self._steps[:count], scaled, casting="unsafe")
        return memoryview(self._record)[: HEADER.size + 2 * count]

    def clear(self) -> None:
        """Overwrite the block that was wrapped last."""
        self._steps.fill(0)
        self._scaled.fill(0)


@dataclass(frozen=True, slots=True)
class Memory:
    """Where a reader gets the memory that media comes to lie in, and how it is overwritten."""

    room: Callable[[int], Bytes]
    """Number of bytes -> uint8 (bytes,), all zero."""
    forget: Callable[[Bytes], None]


ORDINARY: Final = Memory(lambda size: np.zeros(size, np.uint8), lambda room: room.fill(0))


class _Head(NamedTuple):
    """What all records of one signal have in common."""

    kind: int
    parts: int
    height: int
    width: int
    at: int

    @property
    def bytes(self) -> int:
        """What its parts add up to; of sound, what they may."""
        return self.height * self.width * 3 if self.kind == FRAME else MAX_SOUND_BYTES


NO_HEAD: Final = _Head(END, 1, 0, 0, 0)


def _read_header(record: memoryview) -> tuple[_Head, int, int, int]:
    """Return what a record belongs to, its part, its epoch and its sequence; raise BadRecord."""
    if not HEADER.size <= len(record) <= MAX_RECORD_BYTES:
        raise BadRecord(f"a record of {len(record)} bytes")
    kind, part, parts, width, height, zero, epoch, sequence, at = HEADER.unpack_from(record)
    if zero or not 0 <= part < parts or kind not in KINDS:
        raise BadRecord("a header that breaks the table")
    return _Head(kind, parts, height, width, at), part, epoch, sequence


class SlotReader:
    """Records of one slot -> signals. Feed it every record in order.

    A signal lies in the reader's own memory: it is good until the next `feed` or `forget`.
    """

    def __init__(self, memory: Memory = ORDINARY) -> None:
        self.lost = 0
        """Signals that never arrived or arrived in pieces."""
        self._memory = memory
        self._sound = memory.room(BLOCK_SAMPLES * 4).view(np.float32)
        self._picture = memory.room(1)
        self._epoch = -1
        self._next = 0
        self._closed = b""
        self._parts = 0
        """Received of the signal that is on its way."""
        self._head = NO_HEAD

    @property
    def is_arriving(self) -> bool:
        """Whether a part of a signal has come, and others have not."""
        return self._parts > 0

    def feed(self, record: bytes | memoryview) -> Signal | LiveOnly | None:
        """Return the signal that this record completes, if it completes one.

        Raises BadRecord for anything that does not honour the table above.
        """
        view = memoryview(record)
        head, part, epoch, sequence = _read_header(view)
        if epoch < self._epoch:
            return None
        if epoch > self._epoch:
            self._epoch, self._next = epoch, sequence
            self.forget()
        if part == 0:
            self.lost += sequence - self._next + bool(self._parts)
            self.forget()
            self._next, self._head = sequence, head
            self._make_room(head)
        elif sequence != self._next or part != self._parts:
            self.forget()
            return None
        elif head != self._head:
            raise BadRecord("parts of different signals")
        self._take(part, view[HEADER.size :])
        if part + 1 < head.parts:
            self._parts = part + 1
            return None
        self._parts, self._next = 0, sequence + 1
        return self._whole(len(view) - HEADER.size)

    def forget(self) -> None:
        """Overwrite the signal that was returned last, or what has arrived of the next one."""
        self._parts = 0
        if self._head.kind in SOUNDS:
            self._sound.fill(0)
        elif self._head.kind == FRAME:
            self._memory.forget(self._picture[: self._head.bytes])
        self._head = NO_HEAD

    def _make_room(self, head: _Head) -> None:
        if head.kind != FRAME:
            if head.parts > 1:
                raise BadRecord("what is no picture in parts")
            return
        if not 0 < min(head.height, head.width) <= max(head.height, head.width) <= MAX_SIDE_PX:
            raise BadRecord(f"a picture of {head.width}x{head.height} pixels")
        if head.parts != -(-head.bytes // MAX_PAYLOAD_BYTES):
            raise BadRecord(f"{head.parts} parts for {head.width}x{head.height} pixels")
        if len(self._picture) < head.bytes:
            self._picture = self._memory.room(head.bytes)

    def _take(self, part: int, payload: memoryview) -> None:
        begin = part * MAX_PAYLOAD_BYTES
        wanted = min(MAX_PAYLOAD_BYTES, self._head.bytes - begin)
        if self._head.kind == FRAME:
            if len(payload) != wanted:
                raise BadRecord(f"{len(payload)} bytes in part {part} of a picture")
            self._picture[begin : begin + wanted] = np.frombuffer(payload, np.uint8)
        elif self._head.kind in SOUNDS:
            if len(payload) > wanted or len(payload) % 2:
                raise BadRecord(f"{len(payload)} bytes of sound")
            np.copyto(self._sound[: len(payload) // 2], np.frombuffer(payload, "<i2"))
        elif self._head.kind == CLOSED:
            if not CLOSED_HEAD.size < len(payload) <= MAX_CLOSED_BYTES:
                raise BadRecord(f"{len(payload)} bytes of encrypted sound")
            self._closed = bytes(payload)

    def _whole(self, payload_bytes: int) -> Signal | LiveOnly:
        head = self._head
        if head.kind == END:
            return End(head.at)
        if head.kind == STILL:
            return Still(head.at)
        if head.kind == HOME_MARK:
            return HomeMark(head.at, _step(head.width))
        if head.kind == CLOSED:
            encapsulated, number, known = CLOSED_HEAD.unpack_from(self._closed)
            box = self._closed[CLOSED_HEAD.size :]
            return ClosedSound(encapsulated, number, known, box, head.at, head.width)
        if head.kind in SOUNDS:
            samples = self._sound[: payload_bytes // 2]
            samples /= STEPS
            return SOUNDS[head.kind](samples, head.at)
        pixels = self._picture[: head.bytes].reshape(head.height, head.width, 3)
        return Frame(pixels, head.at)


def _step(number: int) -> HomeStep:
    try:
        return HomeStep(number)
    except ValueError:
        raise BadRecord(f"a request of the house at step {number}") from None
