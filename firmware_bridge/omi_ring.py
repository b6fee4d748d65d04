"""What has a pendant recorded by itself, and how is it made to forget that? No I/O.

While no one is connected a pendant may record what it hears: raw speech at rest, which is what
this device promises not to have. The ring of firmware 3.0.20 and later can be asked and cleared;
numbers in it are big-endian. (`storage.c` of BasedHardware/omi, MIT.)
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

ASK, CLEAR = b"\x10", b"\x13"
ACK, INFO = 0x01, 0x02
OK: Final = 0
_INFO: Final = Struct(">BQQIQH")
_ACK: Final = Struct(">BB")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What lies on the pendant."""

    records: int
    record_bytes: int

    @property
    def size_kib(self) -> int:
        return -(-self.records * self.record_bytes // 1024)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What the pendant answers when it was told to forget."""

    is_done: bool


def answer(notification: bytes) -> Recorded | Cleared | None:
    """Return what the pendant's storage answers; None for what is no such answer."""
    if len(notification) == _INFO.size and notification[0] == INFO:
        _, read, written, capacity, _, record_bytes = _INFO.unpack(notification)
        return Recorded(max(0, min(written - read, capacity)), record_bytes)
    if len(notification) == _ACK.size and notification[0] == ACK:
        return Cleared(notification[1] == OK)
    return None


def info(read: int, written: int, capacity: int, record_bytes: int) -> bytes:
    """Return how a pendant tells it."""
    return _INFO.pack(INFO, read, written, capacity, 0, record_bytes)


def ack(status: int) -> bytes:
    """Return how a pendant answers what it was told."""
    return _ACK.pack(ACK, status)
