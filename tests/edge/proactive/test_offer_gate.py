"""When silence is better than an offer, and why."""

from dataclasses import replace

import pytest

from edge.messages import Seen, TextLine, Thing
from edge.proactive import Candidate, Kind
from edge.proactive.around import Around, Text
from edge.proactive.gate import LIMITS, Past, Silence, attention_s, shut

LOST = Candidate(
    Kind.LOST,
    "2 h ago: “The drawings are in the top drawer.”",
    0.85,
    (1, 2),
    0,
    300_000,
    "The drawings are in the top drawer.",
    "my drawings",
)
NOW = Around(now_ms=100_000)
PAST = Past(attention_left_s=60)


def test_what_is_likely_is_offered_to_who_is_alone() -> None:
    assert shut(LOST, 0.8, NOW, PAST, "quiet") is None


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (replace(NOW, speaking_since_ms=99_000), Silence.SPEAKING),
        (replace(NOW, others_until_ms=80_000), Silence.OTHERS),
        (replace(NOW, people_until_ms=99_000), Silence.PEOPLE),
        (replace(NOW, call_until_ms=120_000), Silence.CALL),
        (replace(NOW, now_ms=300_001), Silence.OVER),
    ],
)
def test_it_waits_while_somebody_speaks_or_is_there(around: Around, reason: Silence) -> None:
    assert shut(LOST, 0.99, around, PAST, "helpful") is reason


@pytest.mark.parametrize(
    ("past", "reason"),
    [
        (replace(PAST, offered_ms=(10_000,)), Silence.OFTEN),
        (replace(PAST, attention_left_s=1.0), Silence.SPENT),
        (replace(PAST, told=("The drawings? In the top drawer.",)), Silence.TOLD),
        (replace(PAST, is_answering=True), Silence.ANSWERING),
    ],
)
def test_enough_is_enough(past: Past, reason: Silence) -> None:
    assert shut(LOST, 0.99, NOW, past, "quiet") is reason


def test_no_more_than_two_an_hour_at_quiet() -> None:
    later = replace(NOW, now_ms=2_000_000)
    candidate = replace(LOST, wanted_until_ms=3_000_000)
    two = replace(PAST, offered_ms=(100_000, 500_000))
    assert shut(candidate, 0.99, later, two, "quiet") is Silence.OFTEN
    assert shut(candidate, 0.99, later, two, "helpful") is None


def test_helpful_offers_what_quiet_leaves() -> None:
    between = (LIMITS["quiet"].least_probability + LIMITS["helpful"].least_probability) / 2
    assert shut(LOST, between, NOW, PAST, "quiet") is Silence.UNLIKELY
    assert shut(LOST, between, NOW, PAST, "helpful") is None
    assert shut(LOST, 0.99, NOW, PAST, "off") is Silence.OFF


def test_what_is_in_view_is_not_told() -> None:
    book = Thing("book", 80, (0, 0, 10, 10))
    line = TextLine("DRAWINGS TOP DRAWER", 95, (0, 0, 10, 10))
    text = Text("DRAWINGS TOP DRAWER", 0, 100_000, is_looked_at=True)
    view = replace(NOW, view=Seen(0, (book,), (line,), 0, 0), view_until_ms=100_000)
    assert shut(LOST, 0.99, replace(view, texts=(text,)), PAST, "quiet") is Silence.SEEN
    assert shut(LOST, 0.99, view, PAST, "quiet") is None
    assert shut(replace(LOST, thing="my book"), 0.99, view, PAST, "quiet") is Silence.SEEN


def test_a_glance_takes_a_few_seconds() -> None:
    assert 2 < attention_s(LOST.text) < 5
