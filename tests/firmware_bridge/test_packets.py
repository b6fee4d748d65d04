"""A packet comes out as it went in, whatever is around it; what was damaged is counted."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import cobs, frames
from firmware_bridge.bodies import BadFrame, Bye, EncryptedSound, PhotoPart, Sound
from firmware_bridge.packets import MOST_STUFFED_BYTES, Unpacker, line_bytes, packet

FRAMES = [frames.encode(Sound(bytes([n, 0] * 320)), sequence=n, at=320 * n) for n in range(40)]


@given(st.binary(max_size=1200) | st.binary(min_size=250, max_size=260).map(lambda b: b * 3))
def test_what_is_stuffed_has_no_zero_and_comes_out_the_same(data: bytes) -> None:
    stuffed = cobs.stuffed(data)
    assert b"\0" not in stuffed
    assert len(stuffed) <= len(data) + len(data) // 254 + 1
    assert cobs.unstuffed(stuffed) == data


@pytest.mark.parametrize(
    ("plain", "stuffed"),
    [
        ("", "01"),
        ("00", "0101"),
        ("0000", "010101"),
        ("11220033", "0311220233"),
        ("11000000", "0211010101"),
    ],
)
def test_stuffing_is_that_of_the_paper(plain: str, stuffed: str) -> None:
    assert cobs.stuffed(bytes.fromhex(plain)).hex() == stuffed


def test_what_was_never_stuffed_is_refused() -> None:
    for data in (b"\5abc", b"\0", b"\2a\0"):
        with pytest.raises(cobs.BadStuffing):
            cobs.unstuffed(data)


def test_the_longest_frame_of_each_kind_comes_through() -> None:
    longest = (
        Sound(bytes(2 * frames.MOST_SOUND_SAMPLES)),
        EncryptedSound(frames.SOUND, bytes(2 * frames.MOST_SOUND_SAMPLES + frames.TAG_BYTES)),
        PhotoPart(frames.MOST_PART_BYTES, 0, bytes(range(256)) * (frames.MOST_PART_BYTES // 256)),
    )
    for body in longest:
        (frame,) = Unpacker().feed(packet(frames.encode(body, sequence=0, at=0)))
        assert frame.body == body


def test_packets_come_in_any_pieces_and_between_noise() -> None:
    chance = random.Random(3)  # noqa: S311 (no secret)
    line = b"".join(b"boot: ESP-ROM\r\n" + line_bytes(frame) for frame in FRAMES)
    for largest in (1, 7, 5000):
        unpacker, found, place = Unpacker(), [], 0
        while place < len(line):
            size = chance.randint(1, largest)
            found += unpacker.feed(line[place : place + size])
            place += size
        assert [frame.sequence for frame in found] == list(range(40))
        assert unpacker.damaged == 40  # the lines of the boot


def test_every_single_turned_bit_is_noticed() -> None:
    whole = packet(frames.encode(Bye(), sequence=7, at=9))
    for bit in range(8 * len(whole) - 8):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        unpacker = Unpacker()
        assert list(unpacker.feed(bytes(turned))) == []
        assert unpacker.damaged >= 1


def test_a_packet_without_end_is_not_kept() -> None:
    unpacker = Unpacker()
    for _ in range(100):
        assert not list(unpacker.feed(b"\1" * 1000))
    assert len(unpacker._rest) <= MOST_STUFFED_BYTES
    assert [frame.sequence for frame in unpacker.feed(b"\0" + packet(FRAMES[5]))] == [5]
    assert unpacker.damaged == 1


def test_a_line_of_zeros_costs_nothing() -> None:
    unpacker = Unpacker()
    assert not list(unpacker.feed(bytes(1 << 22)))
    assert unpacker.damaged == 0


def test_the_largest_frame_fits() -> None:
    part = frames.encode(PhotoPart(9000, 0, bytes(range(1, 256)) * 16), sequence=0, at=0)
    assert len(list(Unpacker().feed(packet(part)))) == 1
    sound = frames.encode(Sound(b"\1" * 6400), sequence=0, at=0)
    assert len(list(Unpacker().feed(packet(sound)))) == 1


def test_a_whole_packet_that_breaks_the_table_is_refused() -> None:
    for wrong in (frames.HEADER.pack(99, 1, 0, 0, 0, 0), FRAMES[0] + FRAMES[1], FRAMES[0][:-1]):
        with pytest.raises(BadFrame):
            list(Unpacker().feed(packet(wrong)))
