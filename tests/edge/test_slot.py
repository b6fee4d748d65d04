"""Raw media on its way into the chamber."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import slot
from edge.signals import AudioChunk, ClosedSound, Frame, Still

CHUNK = AudioChunk(np.linspace(-1, 1, 512, dtype=np.float32), 1024)
PIXELS = np.arange(480 * 640 * 3, dtype=np.uint32).astype(np.uint8).reshape(480, 640, 3)


def records(signal: slot.Signal | ClosedSound, epoch: int = 1, sequence: int = 0) -> list[bytes]:
    return list(slot.records(signal, epoch=epoch, sequence=sequence))


def test_sound_arrives_to_a_sixteenth_bit() -> None:
    arrived = slot.SlotReader().feed(*records(CHUNK))
    assert isinstance(arrived, AudioChunk)
    assert arrived.start == CHUNK.start
    np.testing.assert_allclose(arrived.samples, CHUNK.samples, atol=1 / 32768)


def test_a_picture_arrives_in_parts_and_exactly() -> None:
    reader = slot.SlotReader()
    *first, last = [reader.feed(record) for record in records(Frame(PIXELS, 7))]
    assert len(first) > 10
    assert set(first) == {None}
    assert isinstance(last, Frame)
    assert last.at == 7
    np.testing.assert_array_equal(last.pixels, PIXELS)


def test_no_record_is_longer_than_64_kib() -> None:
    assert max(map(len, records(Frame(PIXELS, 0)))) <= slot.MAX_RECORD_BYTES


def test_the_end_arrives() -> None:
    assert slot.SlotReader().feed(*records(slot.End(99))) == slot.End(99)


def test_a_source_that_came_back_discards_what_was_half_received() -> None:
    reader = slot.SlotReader()
    reader.feed(records(Frame(PIXELS, 0), epoch=1)[0])
    assert isinstance(reader.feed(*records(CHUNK, epoch=2)), AudioChunk)
    assert reader.feed(*records(CHUNK, epoch=1)) is None


def test_a_hole_is_counted_and_what_follows_is_whole() -> None:
    reader = slot.SlotReader()
    reader.feed(*records(CHUNK, sequence=0))
    assert isinstance(reader.feed(*records(CHUNK, sequence=3)), AudioChunk)
    assert reader.lost == 2


def test_a_picture_with_a_part_missing_never_appears() -> None:
    reader = slot.SlotReader()
    parts = records(Frame(PIXELS, 0))
    assert [reader.feed(part) for part in parts[:3] + parts[4:]] == [None] * (len(parts) - 1)


def test_parts_of_two_pictures_are_no_picture() -> None:
    reader = slot.SlotReader()
    reader.feed(records(Frame(PIXELS, 0))[0])
    other = Frame(PIXELS.reshape(640, 480, 3), 0)
    with pytest.raises(slot.BadRecord):
        reader.feed(records(other)[1])


def test_a_signal_is_overwritten_when_it_is_forgotten_and_by_the_next() -> None:
    reader = slot.SlotReader()
    first = reader.feed(*records(CHUNK))
    assert isinstance(first, AudioChunk)
    assert first.samples.any()
    reader.forget()
    assert not first.samples.any()
    *_, picture = [reader.feed(record) for record in records(Frame(PIXELS, 7), sequence=1)]
    assert isinstance(picture, Frame)
    reader.feed(*records(CHUNK, sequence=2))
    assert not picture.pixels.any()


def test_a_picture_that_broke_off_is_overwritten() -> None:
    rooms: list[np.ndarray] = []

    def room(size: int) -> np.ndarray:
        rooms.append(np.zeros(size, np.uint8))
        return rooms[-1]

    reader = slot.SlotReader(slot.Memory(room, lambda part: part.fill(0)))
    reader.feed(records(Frame(PIXELS, 0))[0])
    assert rooms[-1].any()
    reader.feed(*records(CHUNK, epoch=2))
    assert not rooms[-1].any()


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"short",
        b"\0" * (slot.MAX_RECORD_BYTES + 1),
        slot.HEADER.pack(9, 0, 1, 0, 0, 0, 1, 0, 0),
        slot.HEADER.pack(slot.AUDIO, 2, 1, 0, 0, 0, 1, 0, 0),
        slot.HEADER.pack(slot.AUDIO, 0, 1, 0, 0, 7, 1, 0, 0),
        slot.HEADER.pack(slot.AUDIO, 0, 1, 0, 0, 0, 1, 0, 0) + b"x",
        slot.HEADER.pack(slot.AUDIO, 0, 1, 0, 0, 0, 1, 0, 0) + b"xx" * (slot.BLOCK_SAMPLES + 1),
        slot.HEADER.pack(slot.AUDIO, 0, 2, 0, 0, 0, 1, 0, 0) + b"xx" * 512,
        slot.HEADER.pack(slot.FRAME, 0, 1, 4, 4, 0, 1, 0, 0) + b"too short",
        slot.HEADER.pack(slot.FRAME, 0, 2, 4, 4, 0, 1, 0, 0) + b"x" * 48,
        slot.HEADER.pack(slot.FRAME, 0, 1, 0, 0, 0, 1, 0, 0),
        slot.HEADER.pack(slot.FRAME, 0, 1, 5000, 1, 0, 1, 0, 0) + b"x" * 15000,
    ],
)
def test_a_record_that_breaks_the_table_is_refused(record: bytes) -> None:
    with pytest.raises(slot.BadRecord):
        slot.SlotReader().feed(record)


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_garbage_is_a_bad_record_and_nothing_worse(garbage: list[bytes]) -> None:
    reader = slot.SlotReader()
    for record in garbage:
        try:
            reader.feed(record)
        except slot.BadRecord:
            continue


def test_that_a_picture_was_left_out_arrives() -> None:
    assert slot.SlotReader().feed(*records(Still(77))) == Still(77)


def test_what_only_the_chamber_can_open_arrives_as_it_was() -> None:
    sound = ClosedSound(bytes(range(32)), 1 << 31, bytes(21), b"box" * 300, 4711, 320)
    (record,) = records(sound)
    assert slot.SlotReader().feed(record) == sound
    with pytest.raises(slot.BadRecord, match="encrypted"):
        slot.SlotReader().feed(record[: slot.HEADER.size + slot.CLOSED_HEAD.size])
