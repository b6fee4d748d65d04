"""Which stretches of the week are these, as moments? The clock is an argument; nothing waits here.

`[mute] schedule` speaks of the clock on the wall. Where that clock is set forward or back, a
stretch begins at the earliest and ends at the latest moment that its words can mean.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from edge.config import STRETCH

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
DAYS_BEFORE, DAYS_AHEAD = 1, 8
"""A stretch lasts a day at most; a week and a day ahead is as far as anybody looks."""


class Stretch(NamedTuple):
    """A stretch of some days, in minutes since midnight; the end may lie on the next day."""

    days: frozenset[int]
    """On which it begins; 0 is Monday."""
    start: int
    end: int


class Span(NamedTuple):
    """From one moment to another, in seconds since 1970."""

    start_s: float
    end_s: float


def read(specs: Iterable[str]) -> tuple[Stretch, ...]:
    """Return the stretches that a configuration spells; its grammar is `config.STRETCH`."""
    return tuple(_read(stretch) for spec in specs if (stretch := STRETCH.fullmatch(spec)))


def span_at(schedule: Sequence[Stretch], at_s: float, zone: tzinfo | None = None) -> Span | None:
    """Return the span that a moment lies in; neighbours that touch are one."""
    return next((s for s in spans(schedule, at_s, zone) if s.start_s <= at_s < s.end_s), None)


def next_edge_s(
    schedule: Sequence[Stretch], at_s: float, zone: tzinfo | None = None
) -> float | None:
    """Return the next moment at which a span begins or ends; None where there is no schedule."""
    edges = (edge_s for span in spans(schedule, at_s, zone) for edge_s in span)
    return min((edge_s for edge_s in edges if edge_s > at_s), default=None)


def spans(schedule: Sequence[Stretch], at_s: float, zone: tzinfo | None = None) -> list[Span]:
    """Return the spans around a moment, in order; `zone` defaults to the device's."""
    today = datetime.fromtimestamp(at_s, UTC).astimezone(zone).date()
    days = [today + timedelta(days=d) for d in range(-DAYS_BEFORE, DAYS_AHEAD)]
    found = sorted(
        Span(_moment_s(day, stretch.start, zone)[0], _moment_s(day, stretch.end, zone)[1])
        for stretch in schedule
        for day in days
        if day.weekday() in stretch.days
    )
    return list(_joined(found))


def _joined(found: Iterable[Span]) -> Iterator[Span]:
    """Join spans that overlap or touch; they come in order."""
    joined: Span | None = None
    for span in found:
        if joined and span.start_s <= joined.end_s:
            joined = Span(joined.start_s, max(joined.end_s, span.end_s))
            continue
        if joined:
            yield joined
        joined = span
    if joined:
        yield joined


def _moment_s(day: date, minutes: int, zone: tzinfo | None) -> tuple[float, float]:
    """Return the first and the last moment that a time of a day can mean."""
    day += timedelta(days=minutes // DAY_MINUTES)
    hour, minute = divmod(minutes % DAY_MINUTES, 60)
    meant = [
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).timestamp()
        for fold in (0, 1)
    ]
    return min(meant), max(meant)


def _read(stretch: re.Match[str]) -> Stretch:
    start, end = _minutes(stretch["start"]), _minutes(stretch["end"])
    return Stretch(_days(stretch["days"]), start, end if end > start else end + DAY_MINUTES)


def _minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def _days(words: str | None) -> frozenset[int]:
    if not words:
        return frozenset(range(len(DAYS)))
    found: set[int] = set()
    for word in words.lower().split(","):
        first, _, last = word.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % len(DAYS) for day in range(start, end + 1 + len(DAYS) * (end < start))}
    return frozenset(found)
