"""What the Omi app sends is laid on our clock, what it gets it can read; nonsense is nothing."""

import random
from array import array

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from firmware_bridge import omi_app
from firmware_bridge.omi import UnknownCodec
from firmware_bridge.omi_app_emulator import CLOSE, PhoneApp, Segment
from firmware_bridge.session import Heard

FRAME = array("h", range(320)).tobytes()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({}, "pcm16"),
        ({"language": "en"}, "pcm16"),
        ({"encoding": "linear16", "sample_rate": "16000"}, "pcm16"),
        ({"sample_rate": "8000"}, "pcm8"),
        ({"codec": "opus_fs320", "sample_rate": "16000"}, "opus"),
    ],
)
def test_the_address_says_how_the_sound_is_packed(query: dict[str, str], name: str) -> None:
    assert omi_app.codec(query).name == name


@pytest.mark.parametrize("query", [{"codec": "aac"}, {"sample_rate": "44100"}, {"codec": "\0"}])
def test_what_is_not_known_here_is_refused_with_what_is(query: dict[str, str]) -> None:
    with pytest.raises(UnknownCodec, match="opus"):
        omi_app.codec(query)


def test_samples_come_as_they_were_sent_one_after_the_other_on_our_clock() -> None:
    session, app = omi_app.Session(omi_app.codec({})), PhoneApp()
    heard = [h for n in range(5) for h in session.take(app.sound(FRAME), 1000 + 320 * (n + 1))]
    assert heard == [Heard(FRAME, 1000 + 320 * n) for n in range(5)]
    assert (session.begin, session.seconds(1000 + 16_000)) == (1000, 1.0)


def test_opus_packets_are_unpacked_and_eight_kilohertz_are_doubled() -> None:
    opus, app = omi_app.Session(omi_app.codec({"codec": "opus"})), PhoneApp("opus")
    slow = omi_app.Session(omi_app.codec({"codec": "pcm8"}))
    assert [len(h.samples) for h in opus.take(app.sound(FRAME), 320)] == [640]
    assert [len(h.samples) for h in slow.take(FRAME[:320], 320)] == [640]


def test_a_message_that_is_no_sound_is_counted_and_let_go() -> None:
    session = omi_app.Session(omi_app.codec({}))
    assert [*session.take(b"", 1), *session.take(b"abc", 1)] == []
    assert (session.damaged, session.begin) == (2, -1)


def test_a_flood_stays_bounded_and_on_our_clock() -> None:
    session = omi_app.Session(omi_app.codec({}))
    ends = [h.start for _ in range(100) for h in session.take(bytes(64_000), 16_000)]
    assert max(ends) <= 16_000 + 2 * 32_000


def test_the_app_understands_what_it_is_sent_and_nothing_else() -> None:
    app = PhoneApp()
    app.hear(omi_app.segments('"Grüße"', 1.004, 2.5, is_other=True))
    app.hear(omi_app.KEEP_ALIVE)
    app.hear('{"type": "Ready", "segments": [{"text": "no"}]}')
    app.hear('[{"text": "no"}]')
    assert app.segments == [Segment('"Grüße"', 1.0, 2.5)]
    assert app.ignored == 3


def test_only_its_own_word_ends_the_stream() -> None:
    assert omi_app.is_over(CLOSE)
    junk = ["", "{", "[]", "null", '{"type": "KeepAlive"}', "[" * 1000, "[" * 100_000, "1" * 900]
    assert not any(map(omi_app.is_over, junk))


def test_nonsense_brings_sound_or_nothing_and_breaks_nothing() -> None:
    drawn = random.Random(9)  # noqa: S311 (no secret)
    sessions = [omi_app.Session(codec) for codec in omi_app.CODECS.values()]
    for n in range(500):
        junk = drawn.randbytes(drawn.randrange(0, 300))
        for session in sessions:
            for heard in session.take(junk, 320 * n):
                assert len(heard.samples) <= 4 * 1920
        omi_app.is_over(junk.decode("latin-1"))


def test_the_secret_can_be_typed() -> None:
    word = omi_app.word(bytes(range(32)))
    assert (len(word), word.isalnum(), word == word.lower()) == (16, True, True)
