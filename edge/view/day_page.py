"""What was kept about a day, for a person: one page, the day's own words."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.digest.day import Day
from edge.evidence import Note, time_of_day
from edge.promises import Promise

WIDEST: Final = 100


def show(kept: Day, since_s: float, now_s: float, stream: IO[str], *, as_json: bool) -> None:
    """Print a day that began at a moment, as it looks at another."""
    if as_json:
        stream.write(f"{json.dumps(_fields(kept, since_s, now_s))}\n")
        return
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    date = datetime.fromtimestamp(since_s, UTC).astimezone()
    console.print(Text(f"{date:%A}, {date.day} {date:%B %Y}", style="bold"))
    if not _is_anything(kept):
        console.print(Text("Nothing was kept about this day."))
        return
    for title, rows in _parts(kept, now_s):
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for first, words in rows:
            table.add_row(Text(plain(first)), Text(plain(words)))
        if table.row_count:
            console.print()
            console.print(Text(title, style="bold"))
            console.print(table)


def _is_anything(kept: Day) -> bool:
    parts = (kept.episodes, kept.people, kept.promises, kept.exchanges, kept.remembered)
    return any((*parts, kept.places))


def _parts(kept: Day, now_s: float) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each part of the page: its title, and what stands left and right in each row."""
    happened = []
    for each in kept.episodes:
        told = ", ".join(filter(None, (each.who, each.in_view and f"in view: {each.in_view}")))
        lines = [*filter(None, [told]), *each.sentences]
        happened += [("" if place else each.when, line) for place, line in enumerate(lines)]
    yield "What happened", happened
    yield "Where you were", [(time_of_day(note.at_wall_s), note.text) for note in kept.places]
    yield "To remember", [(time_of_day(n.at_wall_s), n.text) for n in kept.remembered]
    yield (
        "People",
        [
            ("" if place else each.name, line)
            for each in kept.people
            for place, line in enumerate(each.sentences)
        ],
    )
    yield "Promises", [(each.state(now_s), _promise(each)) for each in kept.promises]
    yield (
        "Asked",
        [
            ("" if place else time_of_day(each.asked.at_wall_s), line)
            for each in kept.exchanges
            for place, line in enumerate(filter(None, (each.asked.text, each.told)))
        ],
    )
    yield "Left open", [(_name(note), note.text) for note in kept.open_questions]


def _promise(promise: Promise) -> str:
    who = f"{_name(promise.said)}: " if promise.who else ""
    due = "" if promise.due_s is None else f" (by {_moment(promise.due_s)})"
    return f"{who}{promise.text}{due}"


def _name(note: Note) -> str:
    return {"wearer": "you", "other": "another"}.get(note.who, note.who)


def _moment(wall_s: float) -> str:
    """Return a moment; the end of a day is called by that day."""
    moment = datetime.fromtimestamp(wall_s, UTC).astimezone()
    if moment.hour or moment.minute:
        return f"{moment:%A} {moment.day} {moment:%B, %H:%M}"
    moment = datetime.fromtimestamp(wall_s - 1, UTC).astimezone()
    return f"{moment:%A} {moment.day} {moment:%B}"


def _fields(kept: Day, since_s: float, now_s: float) -> dict[str, Any]:
    return {
        "day": datetime.fromtimestamp(since_s, UTC).astimezone().date().isoformat(),
        "episodes": [
            {
                "note": each.note.id,
                "when": each.when,
                "who": each.who.split(", ") if each.who else [],
                "in_view": each.in_view,
                "sentences": list(each.sentences),
            }
            for each in kept.episodes
        ],
        "people": [{"name": p.name, "sentences": list(p.sentences)} for p in kept.people],
        "promises": [
            {
                "text": each.text,
                "who": each.who,
                "to": each.to,
                "due_s": each.due_s,
                "state": each.state(now_s),
                "note": each.said.id,
            }
            for each in kept.promises
        ],
        "asked": [{"question": e.asked.text, "answer": e.told} for e in kept.exchanges],
        "open_questions": [{"who": n.who, "text": n.text} for n in kept.open_questions],
        "remembered": [note.text for note in kept.remembered],
        "places": [{"at_s": note.at_wall_s, "name": note.text} for note in kept.places],
    }
