"""What an Omi pendant says: whole, lost, doubled, overtaken, wrapped, and in nonsense."""

import random
from array import array

import pytest

from firmware_bridge import omi, omi_ring
from firmware_bridge.concealment import MOST_SAMPLES
from firmware_bridge.emulator import Faults, Way
from firmware_bridge.omi import Fragments, Missing
from firmware_bridge.omi_emulator import NUMBERS, Firmware
from firmware_bridge.omi_photo import END, MOST_PHOTO_BYTES, Chunks
from firmware_bridge.omi_sound import Sound
from firmware_bridge.session import Heard, Pictured

JPEG = b"\xff\xd8" + bytes(range(256)) * 4


def note(number: int, fragment: int, piece: bytes) -> bytes:
    return omi.HEAD.pack(number % omi.NUMBERS, fragment) + piece


def taken(fragments: Fragments, notifications: list[bytes]) -> list[bytes | Missing]:
    parts = [part for each in notifications for part in fragments.take(each)]
    return parts + list(fragments.end())


def test_a_frame_of_two_notifications_is_put_together_over_the_wrap_of_numbers() -> None:
    sent = [
        note(65535, 0, b"ab"),
        note(65536, 1, b"c"),
        note(65537, 0, b"de"),
        note(65538, 1, b"f"),
    ]
    assert taken(Fragments(), sent) == [b"abc", b"def"]


def test_the_documented_frame_of_320_bytes_comes_as_251_and_75() -> None:
    sent = list(Firmware("pcm16").sound(bytes(320)))
    assert list(map(len, sent)) == [251, 75]


@pytest.mark.parametrize(
    ("gone", "frames"),
    [
        ([2], [b"ab", Missing(1), b"ef", b"gh"]),
        ([3], [b"ab", Missing(1), b"ef", b"gh"]),
        ([2, 3], [b"ab", Missing(1), b"ef", b"gh"]),
        ([1, 2], [Missing(1), Missing(1), b"ef", b"gh"]),
        ([3, 4, 5], [b"ab", Missing(1), Missing(1), b"gh"]),
    ],
)
def test_what_is_lost_is_missed_by_frames(gone: list[int], frames: list[bytes | Missing]) -> None:
    usual = [note(-2, 0, b"x"), note(-1, 1, b"y")]
    sent = [note(n, n % 2, bytes([97 + n])) for n in range(8)]
    fragments = Fragments()
    parts = taken(fragments, usual + [each for n, each in enumerate(sent) if n not in gone])
    assert parts == [b"xy", *frames]
    assert fragments.order.lost == len(gone)


def overtaken(arrived: list[bytes], numbers: list[int]) -> int:
    """How many came after one that was sent later; of the held back, almost all."""
    places = [numbers.index(omi.HEAD.unpack_from(each)[0]) for each in arrived]
    firsts = list(dict.fromkeys(places))
    return sum(place < max(firsts[:n]) for n, place in enumerate(firsts) if n)


@pytest.mark.parametrize("codec", list(NUMBERS))
@pytest.mark.parametrize("most", [100, 251])
def test_lost_late_and_doubled_notifications_are_counted_exactly(codec: str, most: int) -> None:
    firmware, sound = Firmware(codec, most, number=65_000), Sound(omi.CODECS[NUMBERS[codec]])
    way, samples = Way(Faults(lost=0.05, twice=0.02, late=0.02)), bytes(2 * firmware.frame_samples)
    sent = [each for _ in range(600) for each in firmware.sound(samples)]
    last = list(firmware.sound(samples))
    arrived = [each for one in sent for each in way.send(one)] + way.rest() + last
    sent += last
    for one in arrived:
        list(sound.take(one, 0))
    numbers = [omi.HEAD.unpack_from(each)[0] for each in sent]
    came = {omi.HEAD.unpack_from(each)[0] for each in arrived}
    places = [place for place, number in enumerate(numbers) if number in came]
    order = sound.fragments.order
    assert order.lost == places[-1] - places[0] + 1 - len(places)
    assert (order.twice, order.late) == (way.twice, overtaken(arrived, numbers))


def test_a_short_gap_is_filled_and_a_long_one_stays_a_hole() -> None:
    firmware, sound = Firmware("opus"), Sound(omi.CODECS[21])

    def said(frames: int, now: int) -> list[Heard]:
        made = [each for _ in range(frames) for each in firmware.sound(bytes(640))]
        return [heard for each in made for heard in sound.take(each, now)]

    said(2, 640)
    firmware.number += 2
    filled = said(2, 1920)
    assert [heard.start - filled[0].start for heard in filled] == [0, 320, 640, 960]
    firmware.number += 100
    (*made_up, first) = said(2, 36_000)
    assert sum(len(heard.samples) // 2 for heard in made_up) <= MOST_SAMPLES + 640
    assert first.start - made_up[-1].start > 100 * 320 - MOST_SAMPLES


def test_sound_that_was_held_back_stays_in_its_place_and_a_clock_that_drifts_is_followed() -> None:
    firmware, sound = Firmware("pcm16"), Sound(omi.CODECS[0])
    frame = array("h", range(160)).tobytes()

    def said(now: int) -> int:
        heard = [h for each in firmware.sound(frame) for h in sound.take(each, now)]
        return heard[-1].start + 160 if heard else now

    ends = [said(160 * n) for n in range(1, 100)]
    assert said(160 * 100 + 8000) == ends[-1] + 160  # half a second late, once
    for n in range(101, 2300):
        said(160 * n + 8000)  # and from now on always: so it is the clock
    assert abs(said(160 * 2300 + 8000) - (160 * 2300 + 8000)) <= 320


def test_a_photo_comes_whole_in_chunks_and_turned_as_its_camera_was() -> None:
    for turns, told in ((-1, 2), (0, 0), (3, 3)):
        chunks = Chunks()
        made = Firmware(quarter_turns=turns).photo(JPEG)
        assert [p for each in made for p in chunks.take(each, 5)] == [Pictured(JPEG, 5, told)]


def test_a_photo_of_which_a_chunk_is_missing_is_let_go_and_the_next_is_taken() -> None:
    chunks, firmware = Chunks(), Firmware(quarter_turns=0)
    made = list(firmware.photo(JPEG))
    broken = [p for n, each in enumerate(made) if n != 2 for p in chunks.take(each, 0)]
    assert broken == [None]
    assert chunks.broken == 1
    assert [p for each in made for p in chunks.take(each, 0)] == [Pictured(JPEG, 0, 0)]


def test_a_photo_without_an_end_takes_no_more_memory_than_a_photo() -> None:
    chunks = Chunks()
    came = [p for n in range(2000) for p in chunks.take(n.to_bytes(2, "little") + bytes(500), 0)]
    assert came == [None]
    assert list(chunks.take(END, 0)) == []
    assert MOST_PHOTO_BYTES < 2000 * 500


def test_nonsense_brings_nothing_and_breaks_nothing() -> None:
    drawn = random.Random(8)  # noqa: S311 (no secret)
    sounds = [Sound(codec) for codec in omi.CODECS.values()]
    chunks = Chunks()
    for _ in range(3000):
        junk = drawn.randbytes(drawn.randrange(0, 300))
        for sound in sounds:
            for heard in sound.take(junk, 0):
                assert len(heard.samples) <= 2 * 1920 * 2
        list(chunks.take(junk, 0))
        omi_ring.answer(junk)
        omi.is_mute(junk)
        omi.percent(junk)


def test_what_a_pendant_says_of_itself_is_read() -> None:
    assert omi.codec(b"\x15").name == "opus"
    with pytest.raises(omi.UnknownCodec, match="7f"):
        omi.codec(b"\x7f")
    assert (omi.percent(b"\x50"), omi.percent(b"\xff"), omi.percent(b"")) == (80, -1, -1)
    ring = omi_ring.answer(omi_ring.info(10, 110, 4096, 444))
    assert ring == omi_ring.Recorded(100, 444)
    assert omi_ring.answer(omi_ring.ack(9)) == omi_ring.Cleared(is_done=False)
