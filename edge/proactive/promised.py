"""Which promise is worth a reminder: one that is due, or about the person whom the wearer names?"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from edge.evidence import Note, Now, time_of_day
from edge.proactive import GLANCE_CHARACTERS, Candidate, Kind, glance
from edge.promises import Promise
from edge.search.when import DAYS, MONTHS

LEAD_S: Final = 15 * 60.0
"""So long before a promise is due by the clock it is reminded of."""
LEAD_OF_DAY_S: Final = 6 * 3600.0
"""The same where only a day was named: in its evening."""
LATE_S: Final = 30 * 60.0
FRESH_S: Final = 5 * 60.0
"""Who has just promised something needs no reminder when they name the person again."""
NAMED_MS: Final = 5 * 60_000
"""So long after a person was named one may still want to know."""
DUE, NAMED = 0.85, 0.7
"""How likely it is wanted."""
DOUBTED: Final = 0.85
"""Where nobody can tell who promised."""
_NAME: Final = re.compile(r"\b[A-Z][a-z]{2,}\b")
_CALLED_FIRST: Final = re.compile(r"^([A-Z][a-z]{2,}),")
_NO_NAMES: Final = frozenset(
    {word.title() for word in (*DAYS, *MONTHS)} | {"Offrecord", "The", "And", "But", "Okay", "Yes"}
)


def due(promises: Sequence[Promise], now: Now) -> list[Candidate]:
    """Return what is due soon, or was a moment ago."""
    found = []
    for promise in promises:
        if promise.kept_by or promise.due_s is None or not _is_own(promise):
            continue
        lead_s = LEAD_OF_DAY_S if _is_midnight(promise.due_s) else LEAD_S
        left_s = promise.due_s - now.wall_s
        half_s = (promise.due_s - promise.said.at_wall_s) / 2
        if -LATE_S <= left_s <= min(lead_s, half_s):
            when = "today" if _is_midnight(promise.due_s) else f"by {time_of_day(promise.due_s)}"
            until_ms = now.ms + round(1000 * (left_s + LATE_S))
            found.append(_reminder(promise, f"Promised, {when}: ", DUE, now.ms, until_ms))
    return found


def named(promises: Sequence[Promise], heard: Note, now: Now) -> list[Candidate]:
    """Return what the wearer promised to a person whom they name."""
    names = _names(heard.text)
    return [
        _reminder(promise, "You promised: ", NAMED, now.ms, now.ms + NAMED_MS)
        for promise in promises
        if not promise.kept_by
        and _is_own(promise)
        and now.wall_s - promise.said.at_wall_s >= FRESH_S
        and names & people(promise)
    ]


def people(promise: Promise) -> set[str]:
    """Return the names in a promise."""
    return _names(promise.text) | ({promise.to} if promise.to[:1].isupper() else set())


def _names(text: str) -> set[str]:
    """Return what is spelt as a name inside a sentence, or called at its beginning."""
    called = _CALLED_FIRST.match(text)
    inside = {
        found[0]
        for found in _NAME.finditer(text)
        if found.start() and not re.search(r"[.?!]\s*$", text[: found.start()])
    }
    return (inside | ({called[1]} if called else set())) - _NO_NAMES


def _is_own(promise: Promise) -> bool:
    return promise.who in {"wearer", ""}


def _reminder(promise: Promise, lead: str, score: float, from_ms: int, until_ms: int) -> Candidate:
    likely = score if promise.who else score * DOUBTED
    said = promise.said.text
    whole = said if len(said) <= GLANCE_CHARACTERS - len(lead) - 2 else promise.text
    text, grounds = glance(lead, whole), (promise.said.id,)
    return Candidate(Kind.PROMISE, text, likely, grounds, from_ms, until_ms, promise.text)


def _is_midnight(moment_s: float) -> bool:
    moment = datetime.fromtimestamp(moment_s, UTC).astimezone()
    return (moment.hour, moment.minute) == (0, 0)
