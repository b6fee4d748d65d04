"""Wyoming's framing: what the reference library writes and reads, byte by byte; what is none."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.event import Event as TheirEvent
from wyoming.event import read_event, write_event

from firmware_bridge import wyoming
from firmware_bridge.wyoming import BadEvent, Decoder, Event, encode

CHUNK = Event("audio-chunk", {"rate": 16_000, "width": 2, "channels": 1}, bytes(range(256)))


def theirs(event: Event) -> bytes:
    written = io.BytesIO()
    write_event(TheirEvent(event.type, dict(event.data), event.payload or None), written)
    return written.getvalue()


def test_the_reference_library_reads_what_we_write() -> None:
    for event in (CHUNK, Event("describe"), Event("pong", {"text": "Grüße"})):
        read = read_event(io.BytesIO(encode(event)))
        assert read
        assert (read.type, read.data, read.payload or b"") == (
            event.type,
            event.data,
            event.payload,
        )


def test_what_the_reference_library_writes_is_read_byte_by_byte() -> None:
    decoder = Decoder()
    sent = [CHUNK, Event("describe"), Event("transcribe", {"language": None}), CHUNK]
    found = [event for byte in b"".join(map(theirs, sent)) for event in decoder.feed(bytes([byte]))]
    assert found == sent


def test_inline_data_is_taken_and_later_data_laid_over_it() -> None:
    later = b'{"b": 3}'
    head = {"type": "x", "data": {"a": 1, "b": 2}, "data_length": len(later), "version": None}
    (event,) = Decoder().feed(json.dumps(head).encode() + b"\n" + later)
    assert event.data == {"a": 1, "b": 3}


def test_what_is_absent_may_be_null() -> None:
    line = b'{"type": "x", "data": null, "data_length": null, "payload_length": null}\n'
    (event,) = Decoder().feed(line)
    assert event == Event("x")


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\n",
        b"[1]\n",
        b'{"data": {}}\n',
        b'{"type": 7}\n',
        b'{"type": "x", "data": 1}\n',
        b'{"type": "x", "payload_length": -1}\n',
        b'{"type": "x", "payload_length": true}\n',
        b'{"type": "x", "payload_length": "9"}\n',
        b'{"type": "x", "payload_length": 65537}\n',
        b'{"type": "x", "data_length": 16385}\n',
        b'{"type": "x", "data_length": 2}\n[]',
        b"[" * 4000 + b"\n",
        b"\xff\xfe\n",
        b"x" * wyoming.MOST_LINE_BYTES,
    ],
)
def test_what_is_no_event_or_too_long_is_refused_without_its_content(words: bytes) -> None:
    with pytest.raises(BadEvent) as refused:
        list(Decoder().feed(words))
    assert words.decode("latin-1").strip()[:6] not in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=20))
def test_nothing_but_a_refusal_ever_comes_of_garbage(pieces: list[bytes]) -> None:
    decoder = Decoder()
    try:
        for piece in pieces:
            for event in decoder.feed(piece):
                encode(Event(event.type, event.data, event.payload))
    except BadEvent:
        pass
    assert len(decoder._held) <= sum(map(len, pieces))


def test_half_a_character_pair_can_be_echoed() -> None:
    (event,) = Decoder().feed(b'{"type": "ping", "data": {"text": "\\ud800"}}\n')
    (again,) = Decoder().feed(encode(Event("pong", {"text": event.text("text")})))
    assert again.text("text") == "?"
