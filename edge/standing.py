"""What stands at the beginning of what a reasoner is given? What seldom changes, in order. Pure.

What the wearer wants remembered, whom they know, what was promised and is not done, what happened
today. A line is spelt the same whenever it is asked for, and new ones come at the end of their
part. Where there is no room for all, the oldest go, several at a time: then the beginning stays the
same for some questions more.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from edge.digest.compaction import EPISODE, JOINT, PERSON
from edge.evidence import Note, date_of, day_and_month
from edge.promises import Promise, promises

GO_TOGETHER: Final = 4
"""So many old lines of one part are left out at once."""
PRESSING_S: Final = 7 * 86_400.0
"""So long after it was due, or made where no time was said, a promise is told unasked."""
MOST_PEOPLE: Final = 8
LONGEST: Final = 160
"""Characters of a line."""


def lines(notes: Iterable[Note], now_s: float, room_bytes: int) -> list[str]:
    """Return the lines of `remembered` and `derived` notes that fit, in the order of their parts.

    Each part has its share of the room, and what those before it left.
    """
    known = list(notes)
    every = (_remembered(known), _people(known), _promised(known, now_s), _today(known, now_s))
    parts = [part for part in every if part]
    found: list[str] = []
    for place, part in enumerate(parts):
        fitting = _newest(part, room_bytes // (len(parts) - place))
        found += fitting
        room_bytes -= _bytes(fitting)
    return found


def remembered(note: Note) -> str:
    """Return the line of what the wearer wanted remembered, whole; empty for another note."""
    return f"To remember: {' '.join(note.text.split())}" if note.kind == "remembered" else ""


def _remembered(notes: Sequence[Note]) -> list[str]:
    return list(dict.fromkeys(_short(line) for line in map(remembered, notes) if line))


def _people(notes: Sequence[Note]) -> list[str]:
    names = list(dict.fromkeys(note.who for note in notes if note.source == PERSON))
    names = names[-MOST_PEOPLE:]
    return [_short(f"People: {', '.join(names)}.")] if names else []


def _promised(notes: Sequence[Note], now_s: float) -> list[str]:
    return [
        _short(f"{_lead(each)}: {each.text}")
        for each in promises(notes)
        if not each.kept_by and (each.due_s or each.said.at_wall_s) > now_s - PRESSING_S
    ]


def _lead(promise: Promise) -> str:
    by = f" by {promise.who}" if promise.who else ""
    return f"Promised{by}, {day_and_month(promise.said.at_wall_s)}"


def _today(notes: Sequence[Note], now_s: float) -> list[str]:
    today = date_of(now_s)
    return [
        _short("Today " + JOINT.join(note.text.splitlines()))
        for note in notes
        if note.source == EPISODE and date_of(note.at_wall_s) == today
    ]


def _newest(part: Sequence[str], room_bytes: int) -> list[str]:
    """Return the newest lines of a part that fit; the old ones go several at a time."""
    for start in range(0, len(part), GO_TOGETHER):
        if _bytes(part[start:]) <= room_bytes:
            return list(part[start:])
    return [line for line in part[-1:] if _bytes([line]) <= room_bytes]


def _bytes(part: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in part)


def _short(line: str) -> str:
    plain = " ".join(line.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
