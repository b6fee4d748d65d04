"""A clock that is set neither gives a day anew nor keeps one from ending."""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from edge.wall_clock import Today, WallClock, since_boot_s

HOUR_S, YEAR_S = 3600.0, 365 * 86_400.0
DAY = date(2026, 3, 10)


class Clocks:
    """The wall's clock and the machine's, at noon."""

    def __init__(self) -> None:
        self.wall_s = datetime(2026, 3, 10, 12).astimezone().timestamp()
        self.machine_s = 5000.0
        self.today = Today(lambda: self.wall_s, lambda: self.machine_s)
        assert self.today.day() == DAY

    def pass_hours(self, hours: float) -> date:
        self.wall_s += hours * HOUR_S
        self.machine_s += hours * HOUR_S
        return self.today.day()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
def test_a_day_ends_at_midnight() -> None:
    clocks = Clocks()
    assert clocks.pass_hours(11.99) == DAY
    assert clocks.pass_hours(0.02) == DAY + timedelta(days=1)
    assert clocks.pass_hours(23) == DAY + timedelta(days=1)
    assert clocks.pass_hours(1) == DAY + timedelta(days=2)


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("jump_s", [YEAR_S, -YEAR_S, HOUR_S * 30, -HOUR_S * 13])
def test_a_clock_that_is_set_ends_no_day_and_one_that_is_set_right_again_neither(
    jump_s: float,
) -> None:
    clocks = Clocks()
    for sign in (1, -1, 1, -1):
        clocks.wall_s += sign * jump_s
        assert clocks.pass_hours(0.5) == DAY
    assert clocks.pass_hours(10.1) == DAY + timedelta(days=1)


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("jump_s", [YEAR_S, -YEAR_S])
def test_the_day_after_is_the_calendar_s(jump_s: float) -> None:
    clocks = Clocks()
    clocks.wall_s += jump_s
    assert clocks.pass_hours(12) == DAY + timedelta(seconds=jump_s, days=1)


def test_a_clock_that_nobody_sets_was_not_set() -> None:
    assert WallClock(time.time() - since_boot_s()).set_by_s() == 0.0
