"""The chamber's two doors: records come in by slots, messages leave by the airlock.

All reading and writing of descriptors in the chamber is here.
"""

import os
import select
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Final

from edge import airlock, config
from edge.messages import Enters, Leaves, Level, Seen, SpeechStarted, Transcript, Unclear
from edge.signals import AudioChunk
from edge.slot import MAX_RECORD_BYTES, End, Signal, SlotReader

AIRLOCK_FD: Final = 1
ENTERS_FD: Final = 0
KEPT_BACK_FROM: Final[dict[type, float]] = {
    Level: 0.5,
    SpeechStarted: 0.8,
    Unclear: 0.8,
    Seen: 0.8,
    Transcript: 0.95,
}
"""From which share of the byte budget a kind of message stays inside: it thins out before it
stops. Above 1 the receiver would end this process."""


class Exit:
    """The airlock's inner side. Any thread may leave a message; one at a time passes."""

    def __init__(self, limits: config.Airlock) -> None:
        self.withheld = 0
        """Messages that the budget kept inside."""
        self._budget = airlock.Budget.full(
            limits.rate_bytes_s, limits.burst_bytes, limits.day_bytes
        )
        self._lock = threading.Lock()
        self._began_s = time.monotonic()
        self.stream_s: float | None = None
        """Set for a file: its own clock is what the budget runs on."""

    def leave(self, message: Leaves) -> None:
        """Send one message, unless the budget is too far spent for its kind."""
        packet = airlock.encode(message)
        with self._lock:
            now_s = self.stream_s
            if now_s is None:
                now_s = time.monotonic() - self._began_s
            after = self._budget.spend(len(packet), now_s)
            if after.used_share > KEPT_BACK_FROM.get(type(message), 1.0):
                self.withheld += 1
                return
            self._budget = after
            os.write(AIRLOCK_FD, packet)


def told() -> Enters | None:
    """Wait for the next thing that the chamber is told; None when the launcher is gone."""
    packet = os.read(ENTERS_FD, airlock.MAX_MESSAGE_BYTES)
    return airlock.decode_entering(packet) if packet else None


class Slot:
    """The chamber's end of one source slot."""

    def __init__(self, descriptor: int) -> None:
        self.reader = SlotReader()
        self._socket = socket.socket(fileno=descriptor)
        self._record = bytearray(MAX_RECORD_BYTES)

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> tuple[Signal | None, bool]:
        """Take one record; return the signal that it completed, and whether the slot is open."""
        size = self._socket.recv_into(self._record)
        if not size:
            return None, False
        return self.reader.feed(memoryview(self._record)[:size]), True

    def next(self) -> Signal | None:
        """Wait for the next whole signal; None when no source will come again."""
        signal, is_open = self.receive()
        while is_open and signal is None:
            signal, is_open = self.receive()
        return signal


def as_they_come(slots: Sequence[Slot]) -> Iterator[Signal]:
    """Yield signals of all slots in the order of arrival, until every slot is closed."""
    waiting = select.poll()
    by_descriptor = {slot.fileno(): slot for slot in slots}
    for descriptor in by_descriptor:
        waiting.register(descriptor, select.POLLIN)
    open_slots = len(slots)
    while open_slots:
        for descriptor, _ in waiting.poll():
            signal, is_open = by_descriptor[descriptor].receive()
            if signal is not None:
                yield signal
            if not is_open:
                waiting.unregister(descriptor)
                open_slots -= 1


def in_step(slots: Sequence[Slot]) -> Iterator[Signal]:
    """Yield signals of all slots in the order of the stream's own clock.

    Waits for the slowest: nothing is dropped, and the result does not depend on speed. A slot
    whose stream has ended is not waited for.
    """
    heads = {slot: slot.next() for slot in slots}
    while left := {slot: head for slot, head in heads.items() if head is not None}:
        slot = min(left, key=lambda slot: _moment(left[slot]))
        head = left[slot]
        yield head
        heads[slot] = None if isinstance(head, End) else slot.next()


def _moment(signal: Signal) -> tuple[int, int]:
    """Sort by the clock; at one moment a picture comes before the sound."""
    return (signal.start, 1) if isinstance(signal, AudioChunk) else (signal.at, 0)
