"""Stretches of the week as moments, in time zones whose clocks jump."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge import schedule

BERLIN = ZoneInfo("Europe/Berlin")


def at(moment: str) -> float:
    """Return the seconds since 1970 of a wall clock's time in Berlin."""
    return datetime.fromisoformat(moment).replace(tzinfo=BERLIN).timestamp()


def mutes(spec: str, moment: str) -> bool:
    return schedule.span_at(schedule.read([spec]), at(moment), BERLIN) is not None


# 2026-07-13 is a Monday
@pytest.mark.parametrize(
    ("spec", "inside", "outside"),
    [
        ("22:00-07:00", "2026-07-13 22:00", "2026-07-13 21:59:59"),
        ("22:00-07:00", "2026-07-14 06:59:59", "2026-07-14 07:00"),
        ("Sat,Sun 9:00-12:00", "2026-07-18 09:00", "2026-07-17 10:00"),
        ("Mon-Fri 12:00-13:00", "2026-07-17 12:30", "2026-07-18 12:30"),
        ("fri-mon 12:00-13:00", "2026-07-13 12:30", "2026-07-14 12:30"),
        ("Sun 22:00-07:00", "2026-07-13 06:00", "2026-07-14 06:00"),
        ("Mon 00:00-24:00", "2026-07-13 23:59:59", "2026-07-14 00:00"),
    ],
)
def test_a_stretch_of_the_week(spec: str, inside: str, outside: str) -> None:
    assert mutes(spec, inside)
    assert not mutes(spec, outside)


def test_stretches_that_touch_are_one() -> None:
    both = schedule.read(["22:00-24:00", "00:00-07:00"])
    span = schedule.span_at(both, at("2026-07-13 23:00"), BERLIN)
    assert span == (at("2026-07-13 22:00"), at("2026-07-14 07:00"))


def test_a_night_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    span = schedule.span_at(schedule.read(["22:00-07:00"]), at("2026-03-29 01:00"), BERLIN)
    assert span
    assert span.end_s - span.start_s == 8 * 3600


def test_an_hour_that_comes_twice_is_muted_twice() -> None:
    span = schedule.span_at(schedule.read(["Sun 02:00-03:00"]), at("2026-10-25 02:30"), BERLIN)
    assert span
    assert span.end_s - span.start_s == 2 * 3600


def test_an_hour_that_does_not_come_is_no_gap_in_the_mute() -> None:
    assert mutes("Sun 02:30-04:00", "2026-03-29 03:00")


def test_the_next_edge_is_a_beginning_or_an_end() -> None:
    night = schedule.read(["22:00-07:00"])
    assert schedule.next_edge_s(night, at("2026-07-13 12:00"), BERLIN) == at("2026-07-13 22:00")
    assert schedule.next_edge_s(night, at("2026-07-13 23:00"), BERLIN) == at("2026-07-14 07:00")
    assert schedule.next_edge_s((), at("2026-07-13 23:00"), BERLIN) is None
