"""What do words such as `last 10m` or `day yesterday` want forgotten? Pure; time is an argument."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from edge.notes.forgetting import Wish

UNITS_S: Final = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 7 * 86_400.0}
FORMS: Final = (
    '"last 10m" (s, m, h, d, w), "day 2026-11-20" (or today, yesterday), "person NAME", '
    '"topic WORDS", or "all"'
)


class BadWish(ValueError):
    """Nobody can tell what is meant; one sentence."""


def read(words: Sequence[str], now: datetime) -> Wish:
    """Return what words want forgotten; `now` is the wall clock's. Raises BadWish."""
    what, *rest = words or ("",)
    said = " ".join(rest).strip()
    match what:
        case "all" if not said:
            return Wish()
        case "last" if said:
            return Wish(since_s=max(0.0, now.timestamp() - _duration_s(said)))
        case "day" if said:
            try:
                return _of_day(_day(said, now))
            except (OverflowError, OSError, ValueError):  # also the first and last of all
                raise BadWish(
                    f"{said!r} is no day; write {now.date()}, today or yesterday"
                ) from None
        case "person" if said:
            return Wish(person=said)
        case "topic" if re.search(r"\w", said):
            return Wish(words=tuple(re.findall(r"\w+", said)))
    raise BadWish(f"cannot tell what to forget: say {FORMS}")


def _duration_s(said: str) -> float:
    found = re.fullmatch(r"(\d{1,6})\s*([a-z]+)", said.lower())
    if not found or found[2] not in UNITS_S:
        raise BadWish(f"{said!r} is no stretch of time; write 90s, 10m, 2h, 3d or 1w")
    return int(found[1]) * UNITS_S[found[2]]


def _day(said: str, now: datetime) -> date:
    """Return the day that is meant. Raises ValueError."""
    if said in {"today", "yesterday"}:
        return now.date() - timedelta(days=said == "yesterday")
    return date.fromisoformat(said)


def _of_day(day: date) -> Wish:
    """Return the stretch of a day of the wall's clock, which may have 23 or 25 hours."""
    begins, ends = (
        datetime.combine(each, time()).astimezone().timestamp()
        for each in (day, day + timedelta(days=1))
    )
    return Wish(since_s=max(0.0, begins), until_s=max(0.0, ends))
