"""Who shares the memory on this device, what each takes, and who stays under the budget?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.messages import Lending, Lent, Lot

MIB: Final = 1 << 20
WIDTH: Final = 120
"""A narrower terminal wraps the lines; figures must not be cut off."""
WORDS: Final = 2
"""Columns of a table that come before its figures."""
STYLES: Final = {"stays": "green", "in turn": "yellow", "declined": "bold red"}


@dataclass(frozen=True, slots=True)
class Line:
    """One specialist."""

    name: str
    job: str
    patience: str
    resident_bytes: int
    loading_bytes: int
    working_bytes: int
    load_ms: float
    run_ms: float
    is_measured: bool
    state: str
    """`stays`, `in turn` or `declined`."""
    why: str


LOTS: Final = {
    Lot.NOT_WANTED: "not wanted yet",
    Lot.ASKED: "loaded when it was asked for",
    Lot.ANNOUNCED: "loaded ahead, when it was announced",
    Lot.LIKELY: "loaded ahead, when there was time and room",
    Lot.MADE_ROOM: "made room",
    Lot.DECLINED: "needs more than the budget leaves; raise [memory] budget_mb",
    Lot.ABSENT: "is not on this device; run `offrecord models fetch {model}`",
    Lot.DAMAGED: "its file is damaged; run `offrecord models fetch {model}`",
    Lot.ANOTHER: "its file is not what its row says; see docs/specialists.md",
    Lot.FAILED: "its work ended with an error",
    Lot.HUNG: "it did not answer in time",
}
REFUSED: Final = frozenset(lot for lot in Lot if lot >= Lot.DECLINED)


def as_json(budget_bytes: int, lines: Sequence[Line], told: Lending | None) -> dict[str, Any]:
    """Return the page for a program."""
    rows = [{slot: getattr(line, slot) for slot in Line.__slots__} for line in lines]
    fared = [_as_json(each, told) for each in told.lent] if told else []
    return {"budget_bytes": budget_bytes, "specialists": rows, "last_told": fared}


def _as_json(each: Lent, told: Lending) -> dict[str, Any]:
    return {
        "name": each.name,
        "resident": each.is_resident,
        "hits": each.hits,
        "stalls": each.stalls,
        "stalled_ms": each.stalled_ms,
        "loads": each.loads,
        "why": why(each, told),
    }


def why(each: Lent, told: Lending) -> str:
    """Return the last decision about a specialist, in words."""
    whom = told.lent[each.for_whom].name if 0 <= each.for_whom < len(told.lent) else ""
    words = LOTS[each.lot].format(model=each.name.partition("/")[0])
    return f"{words} for {whom}" if whom else words


def refusals(told: Lending) -> list[str]:
    """Return a sentence for each specialist that is not used."""
    return [
        f"{each.name} is not used: {why(each, told)}" for each in told.lent if each.lot in REFUSED
    ]


def show(budget_bytes: int, lines: Sequence[Line], told: Lending | None, stream: IO[str]) -> None:
    """Print the page for a person."""
    console = Console(file=stream, highlight=False, markup=False, soft_wrap=True, width=WIDTH)
    console.print(_footprints(lines))
    total_bytes = sum(line.resident_bytes for line in lines)
    budget = f"{budget_bytes / MIB:.0f} MB" if budget_bytes else "none, everybody stays"
    console.print(f"\nat rest all together {total_bytes / MIB:.0f} MB; budget: {budget}")
    for line in lines:
        if line.state == "declined":
            console.print(line.why)
    if not all(line.is_measured for line in lines):
        console.print("~ is not measured on this device; `offrecord tune` does that")
    if told:
        budget = f"{told.budget_mb} MB" if told.budget_mb else "no budget"
        console.print(f"\nwhat the last chamber told, with {budget}:")
        console.print(_fared(told))
        for sentence in refusals(told):
            console.print(sentence)


def _footprints(lines: Sequence[Line]) -> Table:
    table = _table("specialist", "wanted", "rest MB", "load MB", "work MB", "load ms", "run ms")
    table.add_column("state", no_wrap=True)
    for line in lines:
        sizes = (line.resident_bytes, line.loading_bytes, line.working_bytes)
        guessed = "" if line.is_measured else "~"
        table.add_row(
            line.name,
            line.patience,
            *(f"{guessed}{size / MIB:.0f}" for size in sizes),
            f"{line.load_ms:.0f}",
            f"{line.run_ms:.1f}",
            Text(line.state, STYLES[line.state]),
        )
    return table


def _fared(told: Lending) -> Table:
    table = _table("specialist", "in memory", "hits", "stalls", "stalled ms", "loads")
    table.add_column("why", no_wrap=True)
    for each in told.lent:
        figures = (each.hits, each.stalls, each.stalled_ms, each.loads)
        is_here = "yes" if each.is_resident else "no"
        table.add_row(each.name, is_here, *(str(figure) for figure in figures), why(each, told))
    return table


def _table(*columns: str) -> Table:
    """Return a table: two columns of words, then figures."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < WORDS else "right", no_wrap=True)
    return table


def dump(budget_bytes: int, lines: Sequence[Line], told: Lending | None, stream: IO[str]) -> None:
    """Write the page as one JSON object."""
    stream.write(f"{json.dumps(as_json(budget_bytes, lines, told))}\n")
