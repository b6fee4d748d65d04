"""What a chamber can claim, message by message."""

import pytest

from edge.chamber import asr
from edge.messages import (
    Dropped,
    Dying,
    Ended,
    Enrolling,
    Hello,
    Leaves,
    Level,
    Model,
    Overheard,
    Saying,
    Seen,
    SpeechStarted,
    Stage,
    StageTime,
    Transcript,
    Unclear,
    VoiceProfile,
)
from edge.runtime.claims import Claims
from edge.runtime.clocks import Window

NOW_MS = 1_000_000
WINDOWS = {
    "audio": Window(NOW_MS - 600_000, NOW_MS),
    "video": Window(NOW_MS - 600_000, NOW_MS + 5_000),
}


def claims() -> Claims:
    known = Claims()
    known.begin(Hello((Model("ears", "0" * 16), Model("eyes", "1" * 16))))
    return known


def judge(*messages: Leaves, by: Claims | None = None) -> str:
    """Return the first complaint over messages in a row."""
    judged = by or claims()
    return next(filter(None, (judged.judge(m, WINDOWS) for m in messages)), "")


def said(start_ms: int, end_ms: int, text: str = "hello") -> Transcript:
    return Transcript(text, start_ms, end_ms, 90, 0)


VOICE = VoiceProfile("A" * 342 + "==", "ge2e/1")


def seen(at_ms: int, *, detector: int = 0, reader: int = 1) -> Seen:
    return Seen(at_ms, (), (), detector, reader)


def test_an_honest_stretch_of_time_is_believed() -> None:
    complaint = judge(
        SpeechStarted(900_000),
        seen(900_500),
        SpeechStarted(902_100),  # the next one begins before the first is understood
        said(900_000, 902_000),
        Unclear(902_100, 902_500),
        Overheard(902_500, 902_900),
        Level(902_000, -30, 5),
        said(902_900, 910_000),
        seen(901_000),
        Dropped(1_004_000, 1, 0),
        Dying("ValueError at loop.py:1"),
        Ended(1_005_000, 2, 1),
    )
    assert complaint == ""


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([said(900_000, 899_999)], "ends before it begins"),
        ([said(900_000, 902_000), said(901_999, 903_000)], "overlap"),
        ([said(900_000, 902_000), Unclear(800_000, 801_000)], "run backwards"),
        ([said(900_000, 902_000), Overheard(901_000, 903_000)], "overlap"),
        ([VOICE], "nobody asked for"),
        ([Enrolling(5_000)], "nobody asked for"),
        ([SpeechStarted(900_000), SpeechStarted(899_999)], "run backwards"),
        ([Level(900_000, -9, 0), Level(899_999, -9, 0)], "run backwards"),
        ([Saying("a", 890_000, 900_000), Saying("b", 890_000, 899_999)], "run backwards"),
        ([Saying("a", 999_000, 1_000_001)], "further than the stream"),
        ([Saying("a" * 106, 899_000, 900_000)], "106 characters at once"),
        ([Saying("a", 890_000, 900_000), Saying("b" * 106, 890_000, 901_000)], "at once"),
        ([seen(900_000), seen(899_999)], "run backwards"),
        ([said(998_000, 1_000_001)], "further than the stream"),
        ([SpeechStarted(1_000_001)], "further than the stream"),
        ([Level(1_000_001, -9, 0)], "further than the stream"),
        ([seen(1_005_001)], "further than the stream"),
        ([Dropped(1_005_001, 1, 1)], "further than the stream"),
        ([Ended(1_005_001, 1, 1)], "further than the stream"),
        ([said(398_000, 399_000)], "1 s older"),
        ([SpeechStarted(399_000)], "older"),
        ([seen(300_000)], "older"),
        ([said(900_000, 901_000, "x" * 106)], "106 characters in 1.0 s"),
        ([seen(900_000, detector=2)], "not introduced"),
        ([seen(900_000, reader=63)], "not introduced"),
        ([Transcript("a", 0, NOW_MS, 90, 2)], "not introduced"),
        ([Transcript("a", 0, NOW_MS, 90, 0, (StageTime(Stage.MEL, 1),) * 2)], "taken twice"),
        ([Transcript("a", 0, NOW_MS, 90, 0, (StageTime(Stage.MEL, 2**40),))], "ten minutes"),
    ],
)
def test_what_cannot_be_is_complained_of(messages: list[Leaves], complaint: str) -> None:
    assert judge(*messages[:-1]) == ""
    assert complaint in judge(*messages)


def test_a_voice_that_was_asked_for_comes_once() -> None:
    asked = claims()
    asked.enrolment_asked()
    assert "further" in judge(Enrolling(NOW_MS + 1), by=asked)
    assert judge(Enrolling(5_000), VOICE, by=asked) == ""
    assert "nobody asked for" in judge(VOICE, by=asked)


def test_the_chamber_that_takes_another_s_place_may_answer_for_it() -> None:
    asked = claims()
    asked.enrolment_asked()
    asked.begin(Hello((Model("ears", "0" * 16),)))
    assert judge(VOICE, by=asked) == ""


def test_words_need_their_time() -> None:
    assert judge(said(900_000, 901_000, "x" * 105)) == ""
    assert judge(said(900_000, 928_000, "字" * 780)) == ""
    assert "characters" in judge(said(900_000, 928_000, "字" * 781))


def test_the_recogniser_s_own_limits_are_near_these() -> None:
    """Four characters a token, as in English: its second is longer, its rest the same."""
    assert judge(said(900_000, 900_000, "x" * 4 * asr.TOKENS_BESIDES)) == ""
    assert "characters" in judge(said(900_000, 910_000, "x" * 4 * asr.TOKENS_PER_S * 10))


def test_a_source_that_begins_again_may_go_back_once() -> None:
    replayed = claims()
    assert judge(said(900_000, 910_000), seen(900_000), by=replayed) == ""
    replayed.source_started("audio")
    assert judge(said(910_000, 911_000), said(905_000, 906_000), by=replayed) == ""
    assert "backwards" in judge(said(905_500, 907_000), by=replayed)
    assert "backwards" in judge(seen(899_000), by=replayed)


def test_what_was_being_said_before_a_long_pause_may_come_after_it() -> None:
    muted = claims()
    muted.source_started("audio")
    assert judge(said(1_000, 2_000), by=muted) == ""
    assert "older" in judge(said(2_000, 3_000), by=muted)


def test_another_chamber_owes_nothing_of_the_last_one_s() -> None:
    replaced = claims()
    assert judge(said(900_000, 910_000), by=replaced) == ""
    replaced.begin(Hello((Model("ears", "0" * 16),)))
    assert judge(said(900_000, 910_000), by=replaced) == ""


def again(start_ms: int, end_ms: int) -> Transcript:
    return Transcript("hello again", start_ms, end_ms, 90, 0, goes_on=True)


def test_an_utterance_may_be_said_again_with_more() -> None:
    first = said(900_000, 901_000)
    assert judge(first, again(900_000, 903_000), again(900_000, 905_000)) == ""
    assert judge(again(900_000, 903_000)) == ""  # the first half was kept inside


def test_but_not_an_older_one_and_not_without_more() -> None:
    first, second = said(900_000, 901_000), said(902_000, 903_000)
    assert "overlap" in judge(first, second, again(900_000, 905_000))
    assert "overlap" in judge(first, again(900_000, 901_000))
    assert "overlap" in judge(first, again(900_500, 903_000))
    assert "overlap" in judge(first, said(900_000, 903_000))
