"""The chamber's two doors: records come in by slots, messages leave by the airlock.

All reading and writing of descriptors in the chamber is here.
"""

import os
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from edge import airlock, config
from edge.budget import DAY_S, Budget, passes
from edge.chamber import held
from edge.messages import Enters, Leaves
from edge.signals import AudioChunk, ClosedSound
from edge.slot import MAX_RECORD_BYTES, End, LiveOnly, Signal, SlotReader

if TYPE_CHECKING:
    from edge.chamber.opener import Opener

AIRLOCK_FD: Final = 1
ENTERS_FD: Final = 0


class Exit:
    """The airlock's inner side. Any thread may leave a message; one at a time passes."""

    def __init__(self, limits: config.Airlock) -> None:
        self.withheld = 0
        """Messages that the budget kept inside."""
        self.stream_s: float | None = None
        """Set for a file: its own clock is what the budget runs on."""
        self._budget = Budget.full(limits.rate_bytes_s, limits.burst_bytes, limits.day_bytes)
        self._day = 0
        self._offered: Counter[type[Leaves]] = Counter()
        self._lock = threading.Lock()
        self._began_s = time.monotonic()

    def leave(self, message: Leaves) -> None:
        """Send one message, unless the budget is too far spent for its kind."""
        packet = airlock.encode(airlock.fitting(message))
        kind = type(message)
        with self._lock:
            now_s = self._now_s()
            after = self._budget.spend(len(packet), now_s)
            nth, self._offered[kind] = self._offered[kind], self._offered[kind] + 1
            if not passes(kind, after, nth):
                self.withheld += 1
                return
            self._budget = after
            os.write(AIRLOCK_FD, packet)

    def allow(self, day_left_bytes: int) -> None:
        """Take the ledger's word for what may still leave today."""
        with self._lock:
            spent_bytes = self._budget.day_bytes - day_left_bytes
            self._budget = self._budget.of_day(max(0, spent_bytes))

    def _now_s(self) -> float:
        """Return the budget's clock, and begin a new day if a file has reached one."""
        if self.stream_s is None:
            return time.monotonic() - self._began_s
        if self.stream_s // DAY_S > self._day:
            self._day = int(self.stream_s // DAY_S)
            self._budget = self._budget.of_day(0)
        return self.stream_s


def told() -> Enters | None:
    """Wait for the next thing that the chamber is told; None when the launcher is gone."""
    packet = os.read(ENTERS_FD, airlock.MAX_MESSAGE_BYTES)
    return airlock.decode_entering(packet) if packet else None


REST_WITHIN_MS: Final = 1500
"""The rest of a picture comes at once, or its source has ended."""


class Slot:
    """The chamber's end of one source slot."""

    def __init__(self, descriptor: int, opener: "Opener | None" = None) -> None:
        """Take the descriptor; `opener` is for what a wearable encrypted."""
        self._opener = opener
        self.reader = SlotReader(held.LOCKED)
        self._socket = socket.socket(fileno=descriptor)
        self._record = held.room(MAX_RECORD_BYTES)

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> tuple[Signal | LiveOnly | None, bool]:
        """Take one record; return the signal that it completed, and whether the slot is open."""
        size = self._socket.recv_into(self._record.data)
        if not size:
            return None, False
        record = self._record[:size]
        signal = self.reader.feed(record.data)
        record.fill(0)
        return signal, True

    def opened(self, signal: Signal | LiveOnly) -> Iterable[Signal | LiveOnly]:
        """Return what is in a signal that a wearable encrypted, and any other as it is."""
        if self._opener and isinstance(signal, ClosedSound):
            return self._opener.opened(signal)
        return (signal,)

    def next(self) -> Signal | None:
        """Wait for the next whole signal; None when no source will come again."""
        signal, is_open = self.receive()
        while is_open and signal is None:
            signal, is_open = self.receive()
        assert not isinstance(signal, LiveOnly), "it comes by a slot that is not kept in step"
        return signal


def as_they_come(slots: Sequence[Slot]) -> Iterator[Signal | LiveOnly]:
    """Yield signals of all slots in the order of arrival, until every slot is closed.

    A signal is overwritten when the next one is asked for; a part of one, when the others do not
    come. While it is quiet sound comes in longer blocks (`edge/capture/pace.py`).
    """
    waiting = select.poll()
    by_descriptor = {slot.fileno(): slot for slot in slots}
    for descriptor in by_descriptor:
        waiting.register(descriptor, select.POLLIN)
    open_slots = len(slots)
    while open_slots:
        incomplete = [slot for slot in slots if slot.reader.is_arriving]
        ready = waiting.poll(REST_WITHIN_MS if incomplete else None)
        for slot in incomplete if not ready else ():
            slot.reader.forget()
        for descriptor, _ in ready:
            slot = by_descriptor[descriptor]
            signal, is_open = slot.receive()
            if signal is not None:
                yield from slot.opened(signal)
                slot.reader.forget()
            if not is_open:
                waiting.unregister(descriptor)
                open_slots -= 1


def in_step(slots: Sequence[Slot]) -> Iterator[Signal]:
    """Yield signals of all slots in the order of the stream's own clock.

    Waits for the slowest: nothing is dropped, and the result does not depend on speed. A slot
    whose stream has ended is not waited for. A signal is overwritten when the next one is asked
    for.
    """
    heads = {slot: slot.next() for slot in slots}
    while left := {slot: head for slot, head in heads.items() if head is not None}:
        slot = min(left, key=lambda slot: _moment(left[slot]))
        head = left[slot]
        yield head
        slot.reader.forget()
        heads[slot] = None if isinstance(head, End) else slot.next()


def _moment(signal: Signal) -> tuple[int, int]:
    """Sort by the clock; at one moment a picture comes before the sound."""
    return (signal.start, 1) if isinstance(signal, AudioChunk) else (signal.at, 0)
