"""Of which stretch of time does a text speak? "Yesterday morning", "in May", "an hour ago". Pure.

The moment of the question and the zone of its clock are arguments. A day or month without a year
is the last one that has begun: what is remembered is past.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_COUNTS: Final = {
    word: number
    for number, words in enumerate(
        ["", "a an one", "two couple", "three few", "four", "five", "six", "seven", "eight", "nine",
         "ten", "eleven", "twelve"]
    )
    for word in words.split()
}  # fmt: skip
_UNITS: Final = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1),
    "day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30),
    "year": timedelta(days=365),
}  # fmt: skip
HOURS: Final = {"morning": (4, 12), "noon": (11, 14), "afternoon": (12, 18), "evening": (17, 24),
                 "night": (18, 28)}  # fmt: skip
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august",
                  "september", "october", "november", "december")  # fmt: skip
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"
_UNIT: Final = rf"(?P<unit>{'|'.join(_UNITS)})s?"
_PART: Final = rf"(?: ?(?P<part>{'|'.join(HOURS)}))?"
_MONTH: Final = rf"(?P<month>{'|'.join(MONTHS)})"
_DATE: Final = r"(?P<date>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_AGO: Final = re.compile(rf"\b{_COUNT}(?: of)? {_UNIT} (?:ago|earlier)\b")
_WITHIN: Final = re.compile(
    rf"\b(?:in|over|during|for|within)? ?the (?:last|past) (?:{_COUNT} (?:of )?)?{_UNIT}\b"
)
_DAY: Final = re.compile(
    rf"\b(?P<day>the day before yesterday|yesterday|today|tonight|last night|"
    rf"this(?= (?:morning|noon|afternoon|evening))){_PART}\b"
)
_WEEKDAY: Final = re.compile(rf"\b(?:on|last|this|since) (?P<weekday>{'|'.join(DAYS)}){_PART}\b")
_SPAN: Final = re.compile(r"\b(?P<which>last|this) (?P<span>week|weekend|month|year)\b")
_DATED: Final = (
    re.compile(rf"\b{_DATE}(?: of)? {_MONTH}(?:,? {_YEAR})?\b"),
    re.compile(rf"\b{_MONTH} {_DATE}\b(?:,? {_YEAR})?"),
    re.compile(rf"\b{_MONTH},? {_YEAR}\b"),
    re.compile(rf"\b(?:in|during|last|of|since|early|late) {_MONTH}\b"),
    re.compile(rf"\b(?:in|during|of|year) {_YEAR}\b"),
)
_HINT: Final = re.compile(
    rf"\b(?:ago|earlier|last|past|yesterday|today|tonight|this|{'|'.join(DAYS)}|"
    rf"{'|'.join(MONTHS)}|(?:19|20)\d\d)\b"
)
"""Most texts speak of no time, and are asked for no more than this."""
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of wall time, in seconds since 1970; its end does not belong to it."""

    since_s: float
    until_s: float

    def holds(self, at_wall_s: float) -> bool:
        """Say whether a moment belongs to it."""
        return self.since_s <= at_wall_s < self.until_s

    def meets(self, other: "Stretch") -> bool:
        """Say whether two stretches have a moment in common."""
        return self.since_s < other.until_s and other.since_s < self.until_s


def stretch(text: str, now_s: float, zone: tzinfo | None = None) -> Stretch | None:
    """Return the stretch of time that a text names; `zone` defaults to the device's."""
    plain = " ".join(text.lower().split())
    if not _HINT.search(plain):
        return None
    now = datetime.fromtimestamp(now_s, UTC).astimezone(zone)
    for pattern, read in _WAYS:
        if (found := pattern.search(plain)) and (bounds := read(found.groupdict(), now)):
            since, until = bounds
            return Stretch(since.timestamp(), until.timestamp())
    return None


_Said = dict[str, str | None]
_Bounds = tuple[datetime, datetime]


def _counted(said: _Said) -> timedelta:
    count, unit = said["count"] or "one", said["unit"] or "day"
    return (int(count) if count.isdigit() else _COUNTS[count]) * _UNITS[unit]


def _ago(said: _Said, now: datetime) -> _Bounds:
    """Return a stretch around a moment: the vaguer, the longer ago."""
    moment, unit = now - _counted(said), _UNITS[said["unit"] or "day"]
    if unit >= _UNITS["day"]:
        midnight = _midnight(moment)
        vague = timedelta(0) if unit == _UNITS["day"] else unit / 2
        return midnight - vague, midnight + timedelta(days=1) + vague
    return moment - unit * 0.75, moment + unit * 0.75


def _within(said: _Said, now: datetime) -> _Bounds:
    return now - _counted(said), now


def _day(said: _Said, now: datetime) -> _Bounds:
    day, part = said["day"] or "", said["part"]
    back = {"the day before yesterday": 2, "yesterday": 1, "last night": 1}.get(day, 0)
    if day in {"tonight", "last night"}:
        part = "night"
    return _part(_midnight(now) - timedelta(days=back), part)


def _weekday(said: _Said, now: datetime) -> _Bounds:
    back = (now.weekday() - DAYS.index(said["weekday"] or "")) % 7 or 7
    return _part(_midnight(now) - timedelta(days=back), said["part"])


def _span(said: _Said, now: datetime) -> _Bounds:
    is_last, span = said["which"] == "last", said["span"]
    today = _midnight(now)
    if span == "month":
        first = today.replace(day=1)
        return (_earlier_month(first), first) if is_last else (first, now)
    if span == "year":
        first = today.replace(month=1, day=1)
        return (first.replace(year=first.year - 1), first) if is_last else (first, now)
    monday = today - timedelta(days=today.weekday())
    if span == "weekend":
        saturday = monday - timedelta(days=2 if is_last or today.weekday() < 5 else -5)  # noqa: PLR2004 (Saturday)
        return saturday, saturday + timedelta(days=2)
    return (monday - timedelta(weeks=1), monday) if is_last else (monday, now)


def _dated(said: _Said, now: datetime) -> _Bounds | None:
    """Return a year, a month or a day; None for a day that no month has."""
    year, date = said.get("year"), said.get("date")
    today = _midnight(now)
    if not said.get("month"):
        first = today.replace(year=int(year or now.year), month=1, day=1)
        return first, first.replace(year=first.year + 1)
    month = MONTHS.index(said["month"] or "") + 1
    try:
        first = today.replace(year=int(year or now.year), month=month, day=int(date or 1))
    except ValueError:
        return None
    if not year and first > now:
        first = first.replace(year=first.year - 1)
    if date:
        return first, first + timedelta(days=1)
    later = month == _DECEMBER
    return first, first.replace(year=first.year + later, month=1 if later else month + 1)


_WAYS: Final[tuple[tuple[re.Pattern[str], Callable[[_Said, datetime], _Bounds | None]], ...]] = (
    *((pattern, _dated) for pattern in _DATED),
    (_AGO, _ago),
    (_WITHIN, _within),
    (_DAY, _day),
    (_WEEKDAY, _weekday),
    (_SPAN, _span),
)
"""The first that reads something is believed: "last Friday, 23 January" is a date."""


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _part(midnight: datetime, part: str | None) -> _Bounds:
    begin, end = HOURS[part] if part else (0, 24)
    return midnight + timedelta(hours=begin), midnight + timedelta(hours=end)


def _earlier_month(first: datetime) -> datetime:
    return (first - timedelta(days=1)).replace(day=1)
