from datetime import UTC, datetime

import pytest

from edge.search.when import stretch

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
"""A Wednesday."""


def days(question: str) -> tuple[str, str] | None:
    found = stretch(question, NOW.timestamp(), UTC)
    if found is None:
        return None
    since, until = (datetime.fromtimestamp(s, UTC) for s in (found.since_s, found.until_s))
    return f"{since:%Y-%m-%d %H:%M}", f"{until:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did I do yesterday?", "2026-11-17 00:00", "2026-11-18 00:00"),
        ("Who called yesterday morning?", "2026-11-17 04:00", "2026-11-17 12:00"),
        ("What did she say this afternoon?", "2026-11-18 12:00", "2026-11-18 18:00"),
        ("What was on last night?", "2026-11-17 18:00", "2026-11-18 04:00"),
        ("What did we talk about last week?", "2026-11-09 00:00", "2026-11-16 00:00"),
        ("Where was I on Monday?", "2026-11-16 00:00", "2026-11-17 00:00"),
        ("What happened last Wednesday?", "2026-11-11 00:00", "2026-11-12 00:00"),
        ("Where were we last weekend?", "2026-11-14 00:00", "2026-11-16 00:00"),
        ("What did I promise two days ago?", "2026-11-16 00:00", "2026-11-17 00:00"),
        ("What was that an hour ago?", "2026-11-18 13:45", "2026-11-18 15:15"),
        ("Who came in the last two hours?", "2026-11-18 13:30", "2026-11-18 15:30"),
        ("Where did we go in May?", "2026-05-01 00:00", "2026-06-01 00:00"),
        ("Where did we go in December?", "2025-12-01 00:00", "2026-01-01 00:00"),
        ("What was on 7 July, 2023?", "2023-07-07 00:00", "2023-07-08 00:00"),
        ("What was last Friday, January 23?", "2026-01-23 00:00", "2026-01-24 00:00"),
        ("What did I buy last month?", "2026-10-01 00:00", "2026-11-01 00:00"),
        ("Who won in 2023?", "2023-01-01 00:00", "2024-01-01 00:00"),
    ],
)
def test_a_stretch_of_time_is_read(question: str, since: str, until: str) -> None:
    assert days(question) == (since, until)


@pytest.mark.parametrize(
    "question",
    ["Where are my keys?", "May I ask you something?", "How long does it last?", "On 31 June?"],
)
def test_other_questions_name_none(question: str) -> None:
    assert days(question) is None


def test_a_stretch_holds_its_beginning_and_not_its_end() -> None:
    found = stretch("yesterday", NOW.timestamp(), UTC)
    assert found
    assert found.holds(found.since_s)
    assert not found.holds(found.until_s)
