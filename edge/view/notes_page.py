"""What is in the notes, for a person: the found ones, one of them whole, and how much there is.

Words that were heard or read are shown in their plain form, which no terminal takes for a command.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.evidence import Note
from edge.notes import Doomed, exchange
from edge.notes.retention import CLASS_OF
from edge.view.lines import size

NAMED: Final = 8
"""Of what is to be forgotten so many are shown."""
WIDEST: Final = 140
CLASSES: Final = {"month": "for 30 days", "year": "for a year", "forever": "until you forget it"}


def show(notes: Sequence[Note], stream: IO[str], *, as_json: bool) -> None:
    """Print notes, one a line."""
    if as_json:
        _dump([exchange.fields(note) for note in notes], stream)
        return
    if not notes:
        stream.write("There is no such note.\n")
        return
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    table.add_column("number", justify="right", style="dim")
    table.add_column("when", width=16)
    table.add_column("kind", width=10)
    table.add_column("who", max_width=10)
    table.add_column("text", ratio=1, overflow="fold")
    for note in notes:
        cells = (f"{note.id}", moment(note), note.kind, plain(note.who), one_line(note))
        table.add_row(*map(Text, cells))
    _console(stream).print(table)


def show_one(
    note: Note, grounds: Sequence[Note], made: Sequence[Note], stream: IO[str], *, as_json: bool
) -> None:
    """Print one note whole, with what it was made of and what was made of it."""
    if as_json:
        _dump({**exchange.fields(note), "made_into": [each.id for each in made]}, stream)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    observed = f"row {note.observation} of the ledger" if note.observation >= 0 else ""
    marks = {"live": "live", "file": "out of a file that was played"}
    rows: Mapping[str, str] = {
        "note": f"{note.id}",
        "when": moment(note),
        "kind": note.kind,
        "who": plain(note.who),
        "text": one_line(note),
        "model": plain(note.source),
        "confidence": f"{note.confidence} %",
        "heard or seen": marks.get(note.mark, ""),
        "left the chamber as": observed,
        "kept": CLASSES[CLASS_OF[note.kind]],
        "made of": ", ".join(f"{each.id} ({one_line(each)[:60]})" for each in grounds),
        "made into": ", ".join(f"{each.id} ({one_line(each)[:60]})" for each in made),
    }
    for name, words in rows.items():
        if words:
            table.add_row(name, Text(words))
    _console(stream).print(table)


def show_stats(stats: Mapping[str, Any], where: str, stream: IO[str], *, as_json: bool) -> None:
    """Print how many notes there are, of when, and how large they are."""
    if as_json:
        _dump({**stats, "key": where}, stream)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for kind, count in stats["kinds"].items():
        table.add_row(kind, f"{count:,}")
    table.add_row("words of the ledger's rows", f"{stats['ledger_texts']:,}")
    table.add_row("sentence embeddings", f"{stats['vectors']:,}")
    for name in ("oldest", "newest"):
        if stats[f"{name}_s"] is not None:
            table.add_row(name, _when(stats[f"{name}_s"]))
    table.add_row("on the disk", size(stats["bytes"]))
    table.add_row("copy of", _when(stats["copied_s"]) if stats["copied_s"] else "none yet")
    console = _console(stream)
    console.print(table)
    console.print(Text(f"Encrypted; the key is {where}."))


def counted(doomed: Doomed) -> str:
    """Say how much a wish means."""
    notes, texts = len(doomed.notes), len(doomed.texts)
    rows = f"the words of {texts:,} row{'s' * (texts != 1)} of the ledger"
    return f"{notes:,} note{'s' * (notes != 1)} and {rows}"


def show_forgotten(doomed: Doomed, stream: IO[str], *, as_json: bool) -> None:
    """Say what was forgotten."""
    if as_json:
        _dump({"notes": len(doomed.notes), "ledger_texts": len(doomed.texts)}, stream)
    elif doomed:
        stream.write(f"Forgotten: {counted(doomed)}. The key that opened them is destroyed.\n")
    else:
        stream.write("There is nothing to forget.\n")


def say(fields: Mapping[str, Any], sentence: str, stream: IO[str], *, as_json: bool) -> None:
    """Say what was done."""
    if as_json:
        _dump(fields, stream)
    else:
        stream.write(f"{plain(sentence)}\n")


def warn(sentence: str) -> None:
    """Tell a person something about the notes themselves."""
    sys.stderr.write(f"offrecord: {plain(sentence)}\n")


def _dump(fields: Any, stream: IO[str]) -> None:  # noqa: ANN401 (whatever JSON can spell)
    stream.write(f"{json.dumps(fields)}\n")


def one_line(note: Note) -> str:
    """Return the text of a note in one line, in its plain form."""
    return plain(" / ".join(filter(None, note.text.split("\n"))))


def moment(note: Note) -> str:
    """Return when a note was made."""
    return _when(note.at_wall_s)


def _when(wall_s: float) -> str:
    return datetime.fromtimestamp(wall_s, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _console(stream: IO[str]) -> Console:
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console
