"""Into the slot: how a signal reaches the chamber, and what happens when the slot is full.

A file's signals wait for room (`send`). A device's cannot wait, so the newest is left out
(`offer`): some three seconds of sound already stand in the slot, and they are worth hearing
first. A signal that is left out uses up its number all the same, so that the chamber sees a hole.

Either way the signal is spent: its samples or pixels are overwritten, so that a source holds no
sound and no picture that it has handed over, however long it waits for the next.
"""

import socket
from collections.abc import Iterator

from edge.signals import AudioChunk, ClosedSound, Frame
from edge.slot import HEADER, Signal, SoundRecord, records


class Outlet:
    """The write end of one source slot."""

    def __init__(self, slot_fd: int, epoch: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=slot_fd)
        self._socket.settimeout(None)
        self._epoch = epoch
        self._sequence = 0
        self._sound = SoundRecord()
        self.raw_bytes = 0
        self.dropped = 0
        """Samples, or frames, that found no room."""

    @property
    def descriptor(self) -> int:
        """The number by which the seal lets it be written."""
        return self._socket.fileno()

    def send(self, signal: Signal) -> None:
        """Hand a signal over; wait while the slot is full."""
        for record in self._records(signal):
            self._write(record)
        self._spend(signal)

    def offer(self, signal: Signal | ClosedSound) -> bool:
        """Hand a signal over unless the slot is full. A picture that was begun is completed."""
        pieces = self._records(signal)
        first = next(pieces)
        try:
            self._write(first, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self.dropped += _size(signal)
            self._spend(signal)
            return False
        for record in pieces:
            self._write(record)
        self._spend(signal)
        return True

    def skip(self, size: int, signals: int = 1) -> None:
        """Count samples or frames that were lost before they came here, and leave a hole."""
        self.dropped += size
        self._sequence += signals

    def _records(self, signal: Signal | ClosedSound) -> Iterator[bytes | memoryview]:
        sequence, self._sequence = self._sequence, self._sequence + 1
        if isinstance(signal, AudioChunk):
            return iter((self._sound.wrap(signal, epoch=self._epoch, sequence=sequence),))
        return records(signal, epoch=self._epoch, sequence=sequence)

    def _write(self, record: bytes | memoryview, flags: int = 0) -> None:
        self._socket.send(record, flags)
        self.raw_bytes += len(record) - HEADER.size

    def _spend(self, signal: Signal | ClosedSound) -> None:
        if isinstance(signal, AudioChunk):
            signal.samples.fill(0)
            self._sound.clear()
        elif isinstance(signal, Frame):
            signal.pixels.fill(0)


def _size(signal: Signal | ClosedSound) -> int:
    if isinstance(signal, AudioChunk):
        return len(signal.samples)
    if isinstance(signal, ClosedSound):
        return signal.samples
    return int(isinstance(signal, Frame))
