"""Wyoming's events <-> bytes: what Home Assistant and its voice satellites speak. No I/O.

An event is one line of JSON with its `type`, and perhaps `data`, `data_length` and
`payload_length`; then so many bytes of JSON, which are laid over `data`; then so many of payload,
which is sound. What is absent may also be null. Source: the protocol's own description and the
bytes of its reference library, `wyoming` 1.10.2 (MIT).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST_LINE_BYTES: Final = 4096
MOST_DATA_BYTES: Final = 16_384
MOST_PAYLOAD_BYTES: Final = 65_536
"""Two seconds of sound; Home Assistant sends some 64 ms at once."""

Fields = Mapping[str, Any]


class BadEvent(ValueError):
    """What came is no event, or too large; the sentence names no content."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of either direction."""

    type: str
    data: Fields = field(default_factory=dict)
    payload: bytes = field(default=b"", repr=False)

    def text(self, name: str) -> str:
        """Return a text of its data, empty where there is none."""
        found = self.data.get(name)
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int | None:
        """Return a whole number of its data, None where there is none."""
        found = self.data.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else None


def encode(event: Event) -> bytes:
    """Return an event's bytes, as the reference library writes them."""
    data = _json(event.data) if event.data else b""
    head: dict[str, Any] = {"type": event.type}
    if data:
        head["data_length"] = len(data)
    if event.payload:
        head["payload_length"] = len(event.payload)
    return b"".join((_json(head), b"\n", data, event.payload))


class Decoder:
    """Bytes in, as they come; whole events out. It holds no more than one event."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._head: dict[str, Any] | None = None
        """Of the event whose rest is still to come."""
        self._data_bytes = self._payload_bytes = 0

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete; raise BadEvent, after which it is of no use.

        `piece` should be no longer than what one read brings.
        """
        self._held += piece
        while (event := self._next()) is not None:
            yield event

    def _next(self) -> Event | None:
        if self._head is None and not self._take_head():
            return None
        assert self._head is not None
        whole = self._data_bytes + self._payload_bytes
        if len(self._held) < whole:
            return None
        data = dict(_object(self._head.get("data") or {}))
        if self._data_bytes:
            data |= _parsed(self._taken(self._data_bytes))
        event = Event(self._head["type"], data, self._taken(self._payload_bytes))
        self._head = None
        return event

    def _take_head(self) -> bool:
        end = self._held.find(b"\n", 0, MOST_LINE_BYTES)
        if end < 0:
            if len(self._held) >= MOST_LINE_BYTES:
                raise BadEvent(f"a line of more than {MOST_LINE_BYTES} bytes")
            return False
        head = _parsed(self._taken(end + 1))
        if not isinstance(head.get("type"), str):
            raise BadEvent("a line without the type of an event")
        self._data_bytes = _length(head, "data_length", MOST_DATA_BYTES)
        self._payload_bytes = _length(head, "payload_length", MOST_PAYLOAD_BYTES)
        self._head = head
        return True

    def _taken(self, size_bytes: int) -> bytes:
        """Return the first bytes that are held; they are held no more."""
        taken = bytes(self._held[:size_bytes])
        del self._held[:size_bytes]
        return taken


def _length(head: Fields, name: str, most: int) -> int:
    length = head.get(name)
    if length is None:
        return 0
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= most:
        raise BadEvent(f"a {name} that is no number from 0 to {most}")
    return length


def _parsed(words: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(words))
    except (ValueError, RecursionError):
        raise BadEvent("what is no JSON") from None


def _object(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadEvent("JSON that is no object")
    return found


def _json(fields: Fields) -> bytes:
    words = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return words.encode("utf-8", "replace")  # half of a character pair may be echoed
