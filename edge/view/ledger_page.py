"""What left, on one page for a person: rows, what was in them, the days and the chain.

Content is what was heard, read or written elsewhere: it is shown in its plain form, which no
terminal takes for a command.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, Final, get_args

import msgspec
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.garbled import GARBLED
from edge.ledger import Row, Totals
from edge.ledger.days import Day
from edge.ledger.query import Found
from edge.messages import Dying, Ended, Hello, Leaves, Level, SpeechStarted
from edge.view.lines import counted, event, size

MOST_ROWS: Final = 60
"""Of today; what was before them is counted."""
MOST_DAYS: Final = 7
WIDEST: Final = 140
FIXED_COLUMNS: Final = {"when": 8, "what": 13, "bytes": 5}
MAY_BE_EMPTY: Final = "-"
KINDS: Final[Mapping[str, type[Leaves]]] = {kind.__name__: kind for kind in get_args(Leaves)}


def show(found: Found, path: Path, day_bytes: int, stream: IO[str]) -> None:
    """Print the page."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    if not found.days and not found.broken:
        console.print(Text(f"Nothing has left yet: there is no row in {path}."))
        return
    console.print(page(found, day_bytes))


def page(found: Found, day_bytes: int) -> RenderableType:
    """Return the page: rows, the newest last, then the days and whether the chain holds."""
    parts: list[RenderableType] = []
    shown = found.rows if found.query.words else found.rows[-MOST_ROWS:]
    if left_out := len(found.rows) - len(shown):
        parts.append(Text(f"{left_out:,} rows before these: --json or --export has all.", "dim"))
    parts.append(_rows(shown, with_date=found.query.day is None) if shown else _nothing(found))
    if found.days:
        parts += [Text(), _days(found.days, day_bytes)]
    return Group(*parts, Text(), _chain(found))


def _nothing(found: Found) -> Text:
    what = f"that has {found.query.words!r} in it " if found.query.words else ""
    when = f"on {found.query.day}" if found.query.day else "ever"
    return Text(f"Nothing {what}left {when}.")


def _rows(rows: Sequence[tuple[Row, str | None]], *, with_date: bool) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    for name, width in FIXED_COLUMNS.items():
        wide = 16 if with_date and name == "when" else width
        table.add_column(name, width=wide, justify="right" if name == "bytes" else "left")
    table.add_column("to", max_width=30, overflow="fold")
    table.add_column("why", max_width=18, overflow="fold")
    table.add_column("text", ratio=1, overflow="fold")
    pattern = "%Y-%m-%d %H:%M" if with_date else "%H:%M:%S"
    for row, text in rows:
        moment = datetime.fromtimestamp(row.when_s, UTC).astimezone().strftime(pattern)
        cells = (row.what, f"{row.bytes}", row.to, row.why, words(row.what, text))
        style = "" if row.mark == "live" else "dim"
        table.add_row(moment, *(Text(plain(cell)) for cell in cells), style=style)
    return table


def words(what: str, text: str | None) -> str:
    """Return what a row's content says to a person; what is none of our messages, as it is."""
    if text is None:
        return "(forgotten)"
    message = _message(what, text)
    return _said(message) if message else plain(text) or MAY_BE_EMPTY


def _message(what: str, text: str) -> Leaves | None:
    """Return the message that was entered, if there still is one of that form."""
    kind = KINDS.get(what)
    if kind is None:
        return None
    try:
        content = msgspec.json.decode(text, type=dict[str, Any])
        fields = [content[field.name] for field in msgspec.structs.fields(kind)]
        message: Leaves = msgspec.convert([kind.__struct_config__.tag, *fields], type=Leaves)
    except (KeyError, *GARBLED):
        return None
    return message


def _said(message: Leaves) -> str:
    match message:
        case Hello(models=models):
            return f"born with {', '.join(plain(model.name) for model in models)}"
        case SpeechStarted():
            return "somebody began to speak"
        case Level(dbfs=dbfs):
            return f"{dbfs} dB"
        case Ended():
            return "all was understood"
        case Dying(fault=fault, specialist=specialist):
            return f"{fault}: {specialist}" if specialist else fault
        case _:
            line = event(message, 0)
            return line.words if line else MAY_BE_EMPTY


def _days(days: Mapping[date, Day], day_bytes: int) -> Table:
    """Return what left on each of the last days."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("day")
    for name in ("left the chamber", f"of {size(day_bytes)}", "left the device", "rows"):
        table.add_column(name, justify="right")
    table.add_column("files played", justify="right", style="dim")
    for day, sums in list(days.items())[-MOST_DAYS:]:
        share = f"{100 * sums.live.left_chamber_bytes / day_bytes:.1f} %"
        table.add_row(
            str(day),
            size(sums.live.left_chamber_bytes),
            share,
            size(sums.live.left_device_bytes + sums.file.left_device_bytes),
            f"{sums.live.rows + sums.file.rows:,}",
            _of_files(sums.file),
        )
    return table


def _of_files(sums: Totals) -> str:
    return size(sums.left_chamber_bytes) if sums.rows else MAY_BE_EMPTY


def _chain(found: Found) -> Text:
    if found.broken:
        where = f"row {found.broken.line}: {found.broken.reason}"
        return Text(f"! The ledger is not whole: {where}.", "bold red")
    rows = sum(day.live.rows + day.file.rows for day in found.days.values())
    return Text(f"The chain holds: {counted(rows, 'row')}, each follows from the one before it.")
