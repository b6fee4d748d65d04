"""Bytes <-> messages at the chamber's only exit. No I/O in here.

One message is one packet of at most `MAX_MESSAGE_BYTES` (the pipe is in packet mode, so that a
packet is whole or absent). The receiver checks everything again: length, type, every cap, the
text's characters, and the byte budget. Any `Violation` ends the chamber, never the runtime.
"""

import unicodedata
from dataclasses import dataclass, replace
from typing import Final, Self, TypeVar

import msgspec

from edge.messages import Enters, Leaves, Seen, Transcript

MAX_MESSAGE_BYTES: Final = 2048
"""Below PIPE_BUF (4096), so a write is atomic."""

_T = TypeVar("_T")
_encoder = msgspec.msgpack.Encoder()
_leaves: "msgspec.msgpack.Decoder[Leaves]" = msgspec.msgpack.Decoder(Leaves)
_enters: "msgspec.msgpack.Decoder[Enters]" = msgspec.msgpack.Decoder(Enters)


class Violation(ValueError):
    """The peer said something that is not on the list."""


class CannotLeave(TypeError):
    """We tried to say something that is not on the list: a bug of ours."""


def encode(message: Leaves | Enters) -> bytes:
    """Return the packet of a message; raise CannotLeave for anything that is none."""
    if not isinstance(message, Leaves | Enters):
        raise CannotLeave(f"{type(message).__name__} is not a message")
    try:
        packet = _encoder.encode(message)
    except TypeError:
        raise CannotLeave(f"{type(message).__name__} holds something that is no message") from None
    if len(packet) > MAX_MESSAGE_BYTES:
        raise CannotLeave(f"{type(message).__name__} of {len(packet)} bytes is over the cap")
    decoder = _leaves if isinstance(message, Leaves) else _enters
    try:
        decoder.decode(packet)  # msgspec checks types and caps when decoding, not when building
    except msgspec.ValidationError as error:
        raise CannotLeave(str(error)) from None
    return packet


def decode_leaving(packet: bytes) -> Leaves:
    """Check and decode what the chamber sent; raise Violation."""
    message = _decode(_leaves, packet)
    for text in _texts(message):
        if not is_plain(text):
            raise Violation("a text with control, private-use or unassigned characters")
    return message


def decode_entering(packet: bytes) -> Enters:
    """Check and decode what the chamber is told; raise Violation."""
    return _decode(_enters, packet)


def _decode(decoder: "msgspec.msgpack.Decoder[_T]", packet: bytes) -> _T:
    if len(packet) > MAX_MESSAGE_BYTES:
        raise Violation(f"a packet of {len(packet)} bytes, the cap is {MAX_MESSAGE_BYTES}")
    try:
        return decoder.decode(packet)
    except msgspec.MsgspecError as error:
        raise Violation(f"not a message: {error}") from None


def _texts(message: Leaves) -> tuple[str, ...]:
    if isinstance(message, Transcript):
        return (message.text,)
    if isinstance(message, Seen):
        return tuple(line.text for line in message.lines)
    return ()


def plain(text: str) -> str:
    """Normalise a text to what `is_plain` lets through: NFC, single spaces, printable."""
    kept = (c if _allowed(c) else " " for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def is_plain(text: str) -> bool:
    """Say whether a text is free of characters that could hide something from a reader."""
    return all(map(_allowed, text))


def _allowed(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"


@dataclass(frozen=True, slots=True)
class Budget:
    """A token bucket over a clock, and a total for the day. Pure: `spend` returns the next one."""

    rate_bytes_s: float
    burst_bytes: int
    day_bytes: int
    tokens: float
    at_s: float = 0.0
    spent_bytes: int = 0

    @classmethod
    def full(cls, rate_bytes_s: float, burst_bytes: int, day_bytes: int) -> Self:
        """Return a budget of which nothing is spent."""
        return cls(rate_bytes_s, burst_bytes, day_bytes, float(burst_bytes))

    def spend(self, packet_bytes: int, now_s: float) -> Self:
        """Return the budget after a packet; `now_s` is any clock that does not run backwards."""
        elapsed_s = max(0.0, now_s - self.at_s)
        refilled = min(float(self.burst_bytes), self.tokens + elapsed_s * self.rate_bytes_s)
        return replace(
            self,
            tokens=refilled - packet_bytes,
            at_s=max(self.at_s, now_s),
            spent_bytes=self.spent_bytes + packet_bytes,
        )

    @property
    def used_share(self) -> float:
        """0 nothing spent, 1 all of the burst or all of the day spent; above 1 is a violation."""
        return max(1 - self.tokens / self.burst_bytes, self.spent_bytes / self.day_bytes)
