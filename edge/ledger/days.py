"""What left on which day? The local calendar's days, of live runs and of files that were played."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from edge.ledger import CHAMBER, Row, Totals, newest_first, rows

QUARTER_S: Final = 900
"""Local midnight falls on a quarter of an hour everywhere."""
CLOCK_MARGIN: Final = timedelta(days=1)
"""A clock that was wrong by less hides no row of the day."""


@dataclass(frozen=True, slots=True)
class Day:
    """What left on one day."""

    live: Totals = field(default_factory=Totals)
    """Of devices: what the day's budget is about."""
    file: Totals = field(default_factory=Totals)
    """Of files that were played."""


def days(path: Path) -> dict[date, Day]:
    """Return the sums of each day of the local calendar, the oldest first."""
    found: dict[date, Day] = {}
    for row, _ in rows(path):
        add(found, row)
    return dict(sorted(found.items()))


def add(to: dict[date, Day], row: Row) -> None:
    """Add a row to the sums of its day."""
    of_day = to.setdefault(day_of(row.when_s), Day())
    (of_day.live if row.mark == "live" else of_day.file).add(row)


def left_on(path: Path, day: date) -> int:
    """Return the bytes that left the chamber on a day, not counting files that were played.

    Reads from the end: what counts is the day that is not over yet.
    """
    left_bytes = 0
    for row, _ in newest_first(path):
        of_row = day_of(row.when_s)
        if of_row < day - CLOCK_MARGIN:
            break
        if of_row == day and row.mark == "live" and row.origin == CHAMBER:
            left_bytes += row.bytes
    return left_bytes


def day_of(when_s: float) -> date:
    """Return the day of the local calendar."""
    return _day_of_quarter(int(when_s // QUARTER_S))


@lru_cache
def _day_of_quarter(quarter: int) -> date:
    return datetime.fromtimestamp(quarter * QUARTER_S, UTC).astimezone().date()
