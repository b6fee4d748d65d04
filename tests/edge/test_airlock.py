"""What may leave, and what ends whoever tries something else."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import airlock
from edge.messages import (
    Go,
    Hello,
    Leaves,
    Model,
    Seen,
    SpeechStarted,
    Stage,
    StageTime,
    TextLine,
    Thing,
    Transcript,
)

SAID = Transcript("The keys are in the bowl.", 200, 1900, 93, 1, (StageTime(Stage.MEL, 1700),))
SEEN = Seen(4000, (Thing("cup", 62, (1, 2, 3, 4)),), (TextLine("EXIT", 99, (0, 0, 9, 9)),), 2, 3)
HELLO = Hello((Model("silero-vad", "0123456789abcdef"),))


@pytest.mark.parametrize("message", [SAID, SEEN, HELLO, SpeechStarted(32)])
def test_what_may_leave_arrives_as_it_was(message: Leaves) -> None:
    assert airlock.decode_leaving(airlock.encode(message)) == message


def test_a_transcript_is_little_more_than_its_words() -> None:
    assert len(airlock.encode(SAID)) <= len(SAID.text) + 24


@pytest.mark.parametrize(
    "media",
    [np.zeros(160, np.float32), b"\0" * 160, bytearray(160), memoryview(b"\0" * 160), [0.1] * 160],
)
def test_media_cannot_become_a_message(media: object) -> None:
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(media)  # type: ignore[arg-type]
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(Transcript(media, 0, 1, 2, 3))  # type: ignore[arg-type]
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(Seen(0, (Thing("cup", 50, media),), (), 0, 0))  # type: ignore[arg-type]


def test_what_is_too_long_does_not_leave() -> None:
    with pytest.raises(airlock.CannotLeave):
        airlock.encode(Transcript("x" * 801, 0, 1, 2, 3))


def as_sent_by_a_liar(*fields: object) -> bytes:
    return msgspec.msgpack.encode(fields)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff" * 40,
        as_sent_by_a_liar(99, "no such message"),
        as_sent_by_a_liar(2, 1, "one field too many"),
        as_sent_by_a_liar(3, "x" * 801, 0, 1, 2, 3),
        as_sent_by_a_liar(3, b"\x01\x02", 0, 1, 2, 3),
        as_sent_by_a_liar(3, "negative time", -5, 1, 2, 3),
        as_sent_by_a_liar(3, "\x1b[2J clears the screen", 0, 1, 2, 3),
        as_sent_by_a_liar(3, "private use \ue000", 0, 1, 2, 3),
        as_sent_by_a_liar(32),
        airlock.encode(SAID)[:-1],
        airlock.encode(SAID) + b"\0",
        b"\xc0" * (airlock.MAX_MESSAGE_BYTES + 1),
    ],
)
def test_the_receiver_refuses_what_is_not_on_the_list(packet: bytes) -> None:
    with pytest.raises(airlock.Violation):
        airlock.decode_leaving(packet)


@given(st.binary(max_size=airlock.MAX_MESSAGE_BYTES + 8))
def test_garbage_is_a_violation_and_nothing_worse(packet: bytes) -> None:
    try:
        message = airlock.decode_leaving(packet)
    except airlock.Violation:
        return
    assert isinstance(message, Leaves)


def test_what_enters_does_not_leave() -> None:
    assert airlock.decode_entering(airlock.encode(Go())) == Go()
    with pytest.raises(airlock.Violation):
        airlock.decode_entering(airlock.encode(SAID))


@given(st.text())
def test_any_text_can_be_made_plain(text: str) -> None:
    assert airlock.is_plain(airlock.plain(text))


def test_plain_keeps_words_in_any_script() -> None:
    assert airlock.plain("  Grüße,\n世界 \x07!") == "Grüße, 世界 !"


def test_a_budget_refills_with_time_and_remembers_the_day() -> None:
    budget = airlock.Budget.full(rate_bytes_s=64, burst_bytes=640, day_bytes=10_000)
    spent = budget.spend(640, now_s=0)
    assert spent.used_share == 1
    assert spent.spend(0, now_s=5).used_share == pytest.approx(0.5)
    assert spent.spend(0, now_s=100).used_share == pytest.approx(0.064)  # the day's share stays


def test_a_clock_that_jumps_back_gives_nothing() -> None:
    budget = airlock.Budget.full(64, 640, 10_000).spend(320, now_s=100)
    assert budget.spend(0, now_s=3).tokens == budget.tokens
