"""By when? The moment ahead that a text names, or the end of the stretch: "by Friday", "next week".

Pure: the moment at which it was said and the zone of its clock are arguments. A time by the clock
and a duration are read as for a reminder; what names a day or more is due at its end.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from edge.recall.moments import named
from edge.search.when import DAYS, HOURS, MONTHS

_PART: Final = rf"(?: ?(?P<part>{'|'.join(HOURS)}))?"
_DATE: Final = r"(?P<date>\d{1,2})(?:st|nd|rd|th)?"
_MONTH: Final = rf"(?P<month>{'|'.join(MONTHS)})"
_DAY: Final = re.compile(
    rf"\b(?P<day>the day after tomorrow|tomorrow|tonight|today|the end of the day|"
    rf"this(?= (?:morning|noon|afternoon|evening))){_PART}\b"
)
_WEEKDAY: Final = re.compile(rf"(?<!last )\b(?P<weekday>{'|'.join(DAYS)}){_PART}\b")
_SPAN: Final = re.compile(
    r"\b(?P<which>next|this|(?:the )?end of (?:the|this|next)) (?P<span>week|weekend|month|year)\b"
)
_DATED: Final = (
    re.compile(rf"\b{_DATE}(?: of)? {_MONTH}\b"),
    re.compile(rf"\b{_MONTH} (?:the )?{_DATE}\b"),
    re.compile(r"\b(?:on|by|before|until) the (?P<date>\d{1,2})(?:st|nd|rd|th)\b"),
)
_IN_MONTH: Final = re.compile(rf"\b(?:in|by|before|until) {_MONTH}\b")
_DECEMBER: Final = 12
_SATURDAY: Final = 5
Said = dict[str, str | None]


def deadline(text: str, said_s: float, zone: tzinfo | None = None) -> float | None:
    """Return the moment by which something is to be; None where a text names none ahead.

    `zone` defaults to the device's.
    """
    plain = " ".join(text.lower().split())
    now = datetime.fromtimestamp(said_s, UTC).astimezone(zone)
    if not any(pattern.search(plain) for pattern in _DATED):
        exact = named(plain, said_s, zone)
        if exact and exact.is_exact:
            return exact.at_s
    for pattern, read in _WAYS:
        if found := pattern.search(plain):
            end = read(found.groupdict(), now)
            return end.timestamp() if end and end > now else None
    return None


def _of_day(said: Said, now: datetime) -> datetime:
    day, part = said["day"] or "", said["part"]
    ahead = {"tomorrow": 1, "the day after tomorrow": 2}.get(day, 0)
    return _end(_midnight(now, ahead), "evening" if day == "tonight" else part)


def _of_weekday(said: Said, now: datetime) -> datetime:
    ahead = (DAYS.index(said["weekday"] or "") - now.weekday()) % 7 or 7
    return _end(_midnight(now, ahead), said["part"])


def _of_span(said: Said, now: datetime) -> datetime:
    """Return the end of a week, which is that of its Sunday, of a month or of a year."""
    ahead, span = int("next" in (said["which"] or "")), said["span"]
    if span == "year":
        return _midnight(now).replace(year=now.year + ahead + 1, month=1, day=1)
    if span == "month":
        return _first_of(now, ahead + 1)
    if span == "weekend":
        ahead = int(bool(ahead) and now.weekday() >= _SATURDAY)
    return _midnight(now, 7 * (ahead + 1) - now.weekday())


def _of_month(said: Said, now: datetime) -> datetime:
    month = MONTHS.index(said["month"] or "") + 1
    return _first_of(now, 1 + (month - now.month) % _DECEMBER)


def _dated(said: Said, now: datetime) -> datetime | None:
    """Return the end of the next such date; None for one that its month has not."""
    month, today = said.get("month"), _midnight(now)
    first = today.replace(day=1)
    if month:
        first = first.replace(month=MONTHS.index(month) + 1)
    try:
        day = first.replace(day=int(said["date"] or 1))
        if day < today:
            later = day.replace(year=day.year + 1) if month else _first_of(now, 1)
            day = later.replace(day=day.day)
    except ValueError:
        return None
    return day + timedelta(days=1)


_WAYS: Final[tuple[tuple[re.Pattern[str], Callable[[Said, datetime], datetime | None]], ...]] = (
    *((pattern, _dated) for pattern in _DATED),
    (_DAY, _of_day),
    (_WEEKDAY, _of_weekday),
    (_SPAN, _of_span),
    (_IN_MONTH, _of_month),
)
"""The first that reads something is believed."""


def _midnight(moment: datetime, days_ahead: int = 0) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=days_ahead)


def _first_of(moment: datetime, months_ahead: int) -> datetime:
    months = moment.month - 1 + months_ahead
    first = _midnight(moment).replace(day=1)
    return first.replace(year=first.year + months // _DECEMBER, month=months % _DECEMBER + 1)


def _end(midnight: datetime, part: str | None) -> datetime:
    return midnight + timedelta(hours=HOURS[part][1] if part else 24)
