"""How raw media travels from a source into the chamber: records of at most 64 KiB.

The only place where a signal becomes bytes. Records go through a SOCK_SEQPACKET slot that the
chamber was born with; a new epoch (a source that died and came back) discards what was half
received. No I/O in here.

Record: header (little-endian) then payload.

| field    | type | meaning                                                                  |
|----------|------|--------------------------------------------------------------------------|
| kind     | u16  | 1 audio, 2 frame, 3 end of stream                                        |
| part     | u16  | position of this record within its signal                                |
| parts    | u16  | records of this signal                                                   |
| width    | u16  | frame only, pixels                                                       |
| height   | u16  | frame only, pixels                                                       |
| reserved | u16  | 0                                                                        |
| epoch    | u32  | grows by one each time the source is started                             |
| sequence | u32  | grows by one a signal; a hole is counted as lost                         |
| at       | u64  | first sample (audio) or moment (frame, end) in samples of 16 kHz         |

Payload: int16 little-endian mono samples, or RGB rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

import numpy as np

from edge.signals import AudioChunk, Frame

HEADER: Final = Struct("<HHHHHHIIQ")
MAX_RECORD_BYTES: Final = 64 * 1024
MAX_PAYLOAD_BYTES: Final = MAX_RECORD_BYTES - HEADER.size
MAX_SIDE_PX: Final = 1280
"""A larger picture is scaled down by its source."""

AUDIO, FRAME, END = 1, 2, 3
INT16_SCALE: Final = 32768.0


class BadRecord(ValueError):
    """A source sent something that is not a record; the launcher restarts it."""


@dataclass(frozen=True, slots=True)
class End:
    """The stream's last sample has been sent."""

    at: int


Signal = AudioChunk | Frame | End


def records(signal: Signal, *, epoch: int, sequence: int) -> Iterator[bytes]:
    """Yield the records that carry one signal."""
    kind, at, width, height, payload = _flatten(signal)
    parts = max(1, -(-len(payload) // MAX_PAYLOAD_BYTES))
    for part in range(parts):
        piece = payload[part * MAX_PAYLOAD_BYTES : (part + 1) * MAX_PAYLOAD_BYTES]
        yield (HEADER.pack(kind, part, parts, width, height, 0, epoch, sequence, at) + piece)


def _flatten(signal: Signal) -> tuple[int, int, int, int, memoryview]:
    if isinstance(signal, AudioChunk):
        scaled = np.clip(signal.samples * INT16_SCALE, -32768, 32767).astype("<i2")
        return AUDIO, signal.start, 0, 0, scaled.data.cast("B")
    if isinstance(signal, Frame):
        height, width, _ = signal.pixels.shape
        return FRAME, signal.at, width, height, np.ascontiguousarray(signal.pixels).data.cast("B")
    return END, signal.at, 0, 0, memoryview(b"")


class SlotReader:
    """Records of one slot -> signals. Feed it every record in order."""

    def __init__(self) -> None:
        self.lost = 0
        """Signals that never arrived or arrived in pieces."""
        self._epoch = -1
        self._next = 0
        self._parts: list[bytes] = []

    def feed(self, record: bytes | memoryview) -> Signal | None:
        """Return the signal that this record completes, if it completes one.

        Raises BadRecord for anything that does not honour the table above.
        """
        view = memoryview(record)
        if not HEADER.size <= len(view) <= MAX_RECORD_BYTES:
            raise BadRecord(f"a record of {len(view)} bytes")
        kind, part, parts, width, height, zero, epoch, sequence, at = HEADER.unpack_from(view)
        if zero or not 0 <= part < parts or kind not in {AUDIO, FRAME, END}:
            raise BadRecord("a header that breaks the table")
        if epoch < self._epoch:
            return None
        if epoch > self._epoch:
            self._epoch, self._next, self._parts = epoch, sequence, []
        if part == 0:
            self.lost += sequence - self._next + bool(self._parts)
            self._next, self._parts = sequence, []
        elif sequence != self._next or part != len(self._parts):
            self._parts = []
            return None
        self._parts.append(bytes(view[HEADER.size :]))
        if part + 1 < parts:
            return None
        payload, self._parts, self._next = b"".join(self._parts), [], sequence + 1
        return _build(kind, at, (height, width), payload)


def _build(kind: int, at: int, shape: tuple[int, int], payload: bytes) -> Signal:
    if kind == END:
        return End(at)
    if kind == AUDIO:
        if len(payload) % 2:
            raise BadRecord("half a sample")
        return AudioChunk(np.frombuffer(payload, "<i2").astype(np.float32) / INT16_SCALE, at)
    height, width = shape
    if not 0 < max(height, width) <= MAX_SIDE_PX or len(payload) != height * width * 3:
        raise BadRecord(f"{len(payload)} bytes for {width}x{height} pixels")
    return Frame(np.frombuffer(payload, np.uint8).reshape(height, width, 3), at)
