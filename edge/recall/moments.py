"""Which moment to come does a text name? "At five", "tomorrow at 9", "in two hours". Pure.

The moment of the question and the zone of its clock are arguments. An hour without am or pm is the
next of both, but a small hour of the night is nobody's: "at five", said in the evening, is tomorrow
afternoon. A day without a time is that day's morning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from edge.recall.duration import seconds_in
from edge.search.when import DAYS

_HOURS: Final = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six",
         "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}  # fmt: skip
_MINUTES: Final = {"half": 30, "quarter": 15, "thirty": 30, "fifteen": 15, "forty": 40,
                   "forty five": 45, "twenty": 20, "ten": 10, "five": 5, "oh five": 5}  # fmt: skip
_PARTS: Final = {"morning": 9, "noon": 12, "lunchtime": 12, "afternoon": 15, "evening": 19,
                 "tonight": 20, "midnight": 24, "night": 20}  # fmt: skip
"""What is meant by a part of a day without an hour."""
_MORNING, _EARLY, _NOON, _MIDNIGHT = 9, 7, 12, 24
_WEEK_DAYS: Final = 7
_HOUR: Final = rf"(?:\d{{1,2}}|{'|'.join(_HOURS)})"
_CLOCK: Final = rf"""(?:
    (?P<off>half|quarter|ten|five|twenty)\ (?P<side>past|to)\ (?P<of>{_HOUR})|
    (?P<hour>{_HOUR})(?:[:.](?P<minute>[0-5]\d)|
        \ (?P<spelt>thirty|fifteen|forty[-\ ]five|forty|twenty|ten|oh[-\ ]five|[1-5]\d))?
    )(?:\ ?o'?\ ?clock)?(?:\ ?(?P<half>[ap])\.?\ ?m\b\.?)?
    (?!\w|:|\ ?-?(?:seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|percent)\b)"""
_DAY: Final = rf"""(?:(?:the\ )?day\ after\ tomorrow|tomorrow|today|
    (?:(?:on|next|this)\ )?(?:{"|".join(DAYS)}))"""
_PART: Final = r"(?:(?:in\ the\ |this\ |at\ )?(?:morning|noon|afternoon|evening|tonight|night))"
_FLAGS: Final = re.IGNORECASE | re.VERBOSE
_WITHIN: Final = re.compile(
    r"""\b(?:in|after)\ (?P<time>[\w\s.-]*?\b(?:seconds?|secs?|minutes?|mins?|hours?|days?|weeks?)
    (?:\ and\ a\ (?:half|quarter))?)\b(?:\ from\ now)?""",
    _FLAGS,
)
_AT: Final = re.compile(
    rf"""(?:\b(?P<before>{_DAY}(?:\ {_PART})?|{_PART})\ )?\b(?:at|by|for)\ {_CLOCK}
    (?:\ (?P<after>{_DAY}(?:\ {_PART})?|{_PART}(?:\ {_DAY})?))?\b""",
    _FLAGS,
)
_DAY_ALONE: Final = re.compile(rf"\b(?P<before>{_DAY}(?:\ {_PART})?)\b", _FLAGS)
_PART_ALONE: Final = re.compile(
    r"""\b(?P<before>tonight|(?:in\ the|this)\ (?:morning|afternoon|evening)|
    at\ (?:noon|lunchtime|midnight|night))\b""",
    _FLAGS,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A moment, and where in the text it is named."""

    at_s: float
    start: int
    end: int
    is_exact: bool = True
    """Whether it is named by the clock or as a duration, and not as a mere day or part of one."""


def named(text: str, now_s: float, zone: tzinfo | None = None) -> Named | None:
    """Return the first moment to come that a text names; `zone` defaults to the device's."""
    if (within := _WITHIN.search(text)) and (duration_s := _duration_s(within["time"])):
        return Named(now_s + duration_s, within.start(), within.end())
    now = datetime.fromtimestamp(now_s, UTC).astimezone(zone).replace(tzinfo=None)
    for pattern in (_AT, _DAY_ALONE, _PART_ALONE):
        if found := pattern.search(text):
            at = next((at for at in _candidates(found, now) if at > now), None)
            if at:
                at_s = (at.replace(tzinfo=zone) if zone else at).timestamp()
                return Named(at_s, found.start(), found.end(), pattern is _AT)
    return None


def _duration_s(text: str) -> float | None:
    if re.search(r"\bweeks?\b", text):
        days_s = seconds_in(re.sub(r"\bweek(s?)\b", r"day\1", text))
        return days_s * _WEEK_DAYS if days_s else None
    return seconds_in(text)


def _candidates(found: re.Match[str], now: datetime) -> Iterator[datetime]:
    """Yield the moments that are meant, the likeliest first; some may have passed."""
    groups = found.groupdict()
    said = " ".join(filter(None, (groups["before"], groups.get("after")))).lower()
    day = _days_ahead(said, now)
    ahead: tuple[int, ...] = (0, 1) if day is None else (day,)
    if any(name in said for name in DAYS):
        ahead = (*ahead, *(days + _WEEK_DAYS for days in ahead))
        ahead = ahead[1:] if "next" in said and ahead[0] == 0 else ahead
    hours, minute = _hours(groups, said), _minute(groups)
    for days in ahead:
        for hour in hours:
            is_night = hour < _EARLY and len(hours) > 1
            if not is_night or (now.hour < _EARLY and days == 0):
                yield _on(now, days, hour, minute)


def _hours(groups: dict[str, str | None], said: str) -> tuple[int, ...]:
    """Return the hours of the day that a clock's hour may mean."""
    word = groups.get("of") or groups.get("hour")
    if not word:
        return (next((hour for part, hour in _PARTS.items() if part in said), _MORNING),)
    hour = int(word) if word.isdigit() else _HOURS[word.lower()]
    if groups.get("side") == "to":
        hour = (hour - 1) % _MIDNIGHT
    if hour > _MIDNIGHT:
        return ()
    half = (groups.get("half") or "").lower()
    if half == "p" or re.search(r"noon|evening|night", said):
        return (hour + _NOON if hour < _NOON else hour,)
    if half == "a" or "morning" in said:
        return (hour % _NOON,)
    return (
        (hour % _MIDNIGHT,) if hour > _NOON or word == "0" else (hour % _NOON, hour % _NOON + _NOON)
    )


def _minute(groups: dict[str, str | None]) -> int:
    if groups.get("off"):
        minutes = _MINUTES[str(groups["off"]).lower()]
        return minutes if groups["side"] == "past" else 60 - minutes
    spelt = (groups.get("spelt") or "").lower().replace("-", " ")
    if spelt:
        return int(spelt) if spelt.isdigit() else _MINUTES[spelt]
    return int(groups.get("minute") or 0)


def _days_ahead(said: str, now: datetime) -> int | None:
    """Return how many days from now the named day is; None where none is named."""
    if "tomorrow" in said:
        return 2 if "after" in said.partition("tomorrow")[0] else 1
    weekday = next((place for place, day in enumerate(DAYS) if day in said), None)
    if weekday is not None:
        return (weekday - now.weekday()) % _WEEK_DAYS
    return 0 if re.search(r"\b(?:today|tonight|this)\b", said) else None


def _on(now: datetime, days: int, hour: int, minute: int) -> datetime:
    """Return a time of day by the wall's clock, so many days from now."""
    day = now.date() + timedelta(days=days + hour // _MIDNIGHT)
    return datetime.combine(day, time(hour % _MIDNIGHT, minute))
