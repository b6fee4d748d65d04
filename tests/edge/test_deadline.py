from datetime import UTC, datetime

import pytest

from edge.deadline import deadline

WEDNESDAY = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("by Friday", "2026-11-28 00:00"),
        ("next Wednesday", "2026-12-03 00:00"),
        ("on Friday morning", "2026-11-27 12:00"),
        ("in ten minutes", "2026-11-25 14:15"),
        ("in two weeks", "2026-12-09 14:05"),
        ("at half past six", "2026-11-25 18:30"),
        ("tomorrow at nine", "2026-11-26 09:00"),
        ("tomorrow", "2026-11-27 00:00"),
        ("tonight", "2026-11-26 00:00"),
        ("by the end of the day", "2026-11-26 00:00"),
        ("this weekend", "2026-11-30 00:00"),
        ("next week", "2026-12-07 00:00"),
        ("by the end of next month", "2027-01-01 00:00"),
        ("by 5 December", "2026-12-06 00:00"),
        ("on the 14th", "2026-12-15 00:00"),
        ("in May", "2027-06-01 00:00"),
    ],
)
def test_a_stretch_is_due_at_its_end_and_a_moment_then(text: str, due: str) -> None:
    found = deadline(f"I'll bring it {text}.", WEDNESDAY.timestamp(), UTC)
    assert found is not None
    assert f"{datetime.fromtimestamp(found, UTC):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize("text", ["I'll bring it.", "It was last Friday.", "on the 31st of April"])
def test_what_names_no_moment_ahead(text: str) -> None:
    assert deadline(text, WEDNESDAY.timestamp(), UTC) is None
