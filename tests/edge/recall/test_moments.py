from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from edge.recall.moments import named

TUESDAY = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 18, 10, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


def when(text: str, now: datetime) -> str:
    """Return the moment that a text names, as day and time, or nothing."""
    found = named(text, now.timestamp(), UTC)
    return f"{datetime.fromtimestamp(found.at_s, UTC):%a %d %H:%M}" if found else ""


SAID = [
    ("call Ann at five", TUESDAY, "Tue 24 17:00"),
    ("call Ann at five", EVENING, "Wed 25 17:00"),
    ("call Ann at five", NIGHT, "Tue 24 05:00"),
    ("tomorrow at 9 feed the cat", TUESDAY, "Wed 25 09:00"),
    ("tomorrow at five", TUESDAY, "Wed 25 17:00"),
    ("in two hours take the pill", TUESDAY, "Tue 24 18:00"),
    ("in an hour and a half", TUESDAY, "Tue 24 17:30"),
    ("in a week", TUESDAY, "Tue 01 16:00"),
    ("at half past six", TUESDAY, "Tue 24 18:30"),
    ("by quarter to nine", TUESDAY, "Tue 24 20:45"),
    ("at 17:30", TUESDAY, "Tue 24 17:30"),
    ("at 17:30", EVENING, "Wed 25 17:30"),
    ("at 8 in the evening", TUESDAY, "Tue 24 20:00"),
    ("at ten tonight", TUESDAY, "Tue 24 22:00"),
    ("on Friday at three pm", TUESDAY, "Fri 27 15:00"),
    ("on Friday", TUESDAY, "Fri 27 09:00"),
    ("on Tuesday at noon", TUESDAY, "Tue 01 12:00"),
    ("next Tuesday at 10", TUESDAY, "Tue 01 10:00"),
    ("tomorrow morning", TUESDAY, "Wed 25 09:00"),
    ("tonight", TUESDAY, "Tue 24 20:00"),
    ("at midnight", TUESDAY, "Wed 25 00:00"),
    ("the day after tomorrow at 8.15 am", TUESDAY, "Thu 26 08:15"),
    ("today at five", EVENING, ""),
    ("for five minutes", TUESDAY, ""),
    ("at the shop", TUESDAY, ""),
    ("at 25", TUESDAY, ""),
    ("at 90 Main Street", TUESDAY, ""),
]


@pytest.mark.parametrize(("text", "now", "expected"), SAID)
def test_a_moment_to_come_is_understood(text: str, now: datetime, expected: str) -> None:
    assert when(text, now) == expected


def test_what_names_the_moment_can_be_cut_out() -> None:
    text = "feed the cat tomorrow at 9 please"
    found = named(text, TUESDAY.timestamp(), UTC)
    assert found
    assert text[found.start : found.end] == "tomorrow at 9"


def test_nine_is_nine_on_the_day_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    saturday = datetime(2026, 10, 24, 12, 0, tzinfo=zone)
    found = named("tomorrow at 9", saturday.timestamp(), zone)
    assert found
    assert datetime.fromtimestamp(found.at_s, zone).hour == 9
