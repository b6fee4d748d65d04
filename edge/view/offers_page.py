"""What was offered and what it has taught, and how promises and attention stand: for a person."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import IO, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.proactive import NAMES, Kind
from edge.proactive.offers import Offered
from edge.proactive.review import Review
from edge.proactive.taste import Taste, Verdict, Wanted
from edge.promises import Promise

MOST_SHOWN: Final = 12
WIDEST: Final = 110
MOVED: Final = 0.3
"""Log-odds from which one notices that a kind is offered more readily, or less."""


def show_taste(taste: Taste, latest: Sequence[Offered], stream: IO[str], *, as_json: bool) -> None:
    """Print what was learnt, and the latest offers."""
    if as_json:
        _dump(taste_fields(taste) | {"latest": [_offer(each) for each in latest]}, stream)
        return
    console = _console(stream)
    if latest:
        table = _table("number", "when", "kind", "verdict", "offer")
        for each in latest:
            note = each.note
            when, text = _when(note.at_wall_s), plain(note.text)
            table.add_row(*map(Text, (str(note.id), when, each.kind, _word(each.verdict), text)))
        console.print(table)
    else:
        console.print("Nothing has been offered yet.")
    for line in _told(taste):
        console.print(Text(line))


def taste_fields(taste: Taste) -> dict[str, Any]:
    """Return all that was learnt: counts, and centroids as numbers by place."""
    return {
        "kinds": {
            str(kind): {
                "about": NAMES[kind],
                "wanted": taste.kinds.get(kind, Wanted()).yes,
                "unwanted": taste.kinds.get(kind, Wanted()).no,
                "log_odds": round(taste.kinds.get(kind, Wanted()).moved, 3),
                "stopped": kind in taste.stopped,
            }
            for kind in Kind
        },
        "aims": list(taste.aims),
        "wanted": _places(taste.wanted),
        "unwanted": _places(taste.unwanted),
    }


def show_review(review: Review, stream: IO[str], *, as_json: bool) -> None:
    """Print a review."""
    if as_json:
        _dump(_review_fields(review), stream)
        return
    console = _console(stream)
    for title, some in (
        ("Promises past their time", review.late),
        ("Promises still open", review.still_open),
        ("Promises kept", review.kept),
    ):
        _print_promises(console, title, some)
    if not review.offers:
        console.print("Nothing was offered.")
        return
    table = _table("offers", "made", "accepted", "declined", "passed over", "open")
    for kind, verdicts in review.counts().items():
        counts = [verdicts[verdict] for verdict in _ORDER]
        table.add_row(Text(NAMES[kind]), str(sum(counts)), *map(str, counts))
    console.print(table)
    for day in review.days:
        share = f"{day.attention_s:.0f} of {review.budget_s} s of attention"
        console.print(Text(f"{day.day}: {day.offers} offers, {share}"))


_ORDER: Final = (Verdict.ACCEPTED, Verdict.DISMISSED, Verdict.IGNORED, Verdict.OPEN)


def _review_fields(review: Review) -> dict[str, Any]:
    return {
        "promises": {
            "kept": [_promise(each) for each in review.kept],
            "late": [_promise(each) for each in review.late],
            "open": [_promise(each) for each in review.still_open],
        },
        "offers": {
            str(kind): {_word(verdict): verdicts[verdict] for verdict in _ORDER}
            for kind, verdicts in review.counts().items()
        },
        "days": [
            {"day": day.day, "offers": day.offers, "attention_s": round(day.attention_s, 1)}
            for day in review.days
        ],
        "budget_s_a_day": review.budget_s,
    }


def _print_promises(console: Console, title: str, some: Sequence[Promise]) -> None:
    if not some:
        return
    console.print(Text(f"{title}: {len(some)}", "bold"))
    for promise in some[-MOST_SHOWN:]:
        due = f", by {_when(promise.due_s)}" if promise.due_s is not None else ""
        said = _when(promise.said.at_wall_s)
        console.print(Text(f"  {plain(promise.text)} ({said}{due})"))


def _told(taste: Taste) -> list[str]:
    """Say what was learnt, a sentence a line."""
    lines = []
    for kind in Kind:
        wanted = taste.kinds.get(kind)
        if kind in taste.stopped:
            lines.append(f"Never offered, as you said: {NAMES[kind]}.")
        elif wanted:
            counts = f"wanted {wanted.yes:g}, unwanted {wanted.no:g}"
            lines.append(f"{NAMES[kind].capitalize()}: {counts}; {_effect(wanted)}.")
    if not lines:
        return ["Nothing has been learnt: no offer was judged."]
    aims = [f"Your aims: {'; '.join(map(plain, taste.aims))}."] if taste.aims else []
    return [*lines, *aims, "`offrecord offers reset` lets all of it be forgotten."]


def _effect(wanted: Wanted) -> str:
    if abs(wanted.moved) < MOVED:
        return "offered as before"
    return "offered more readily" if wanted.moved > 0 else "offered less readily"


def _offer(each: Offered) -> dict[str, Any]:
    note = each.note
    return {
        "number": note.id,
        "at_s": note.at_wall_s,
        "kind": str(each.kind),
        "text": note.text,
        "verdict": _word(each.verdict),
        "rests_on": list(note.rests_on),
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "note": promise.said.id,
        "text": promise.text,
        "to": promise.to,
        "said_s": promise.said.at_wall_s,
        "due_s": promise.due_s,
        "kept_by": promise.kept_by.id if promise.kept_by else None,
    }


def _places(centroids: Any) -> dict[str, dict[str, float]]:  # noqa: ANN401 (by space, by place)
    return {
        space: {str(place): round(value, 4) for place, value in sorted(vector.items())}
        for space, vector in centroids.items()
    }


def _word(verdict: Verdict) -> str:
    return verdict.name.lower()


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _dump(fields: dict[str, Any], stream: IO[str]) -> None:
    stream.write(f"{json.dumps(fields)}\n")


def _when(wall_s: float) -> str:
    return datetime.fromtimestamp(wall_s, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _console(stream: IO[str]) -> Console:
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console
