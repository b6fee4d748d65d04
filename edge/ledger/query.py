"""What does a person ask of the ledger? One pass over it: rows, sums of days, and the chain.

Only reads; the system may be running.
"""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from edge import ledger
from edge.ledger import Broken, Row, Texts
from edge.ledger.days import Day, add, day_of

ALL: Final = "all"


class BadQuestion(ValueError):
    """What was asked cannot be answered; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows are wanted."""

    day: date | None = None
    """None for all days."""
    words: str = ""

    def wants(self, row: Row, text: str | None) -> bool:
        """Say whether a row is among them; words are looked for in everything that is shown."""
        if self.day and day_of(row.when_s) != self.day:
            return False
        if not self.words:
            return True
        where = "\n".join((row.what, row.why, row.to, text or ""))
        return self.words.casefold() in where.casefold()


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger says."""

    query: Query
    rows: list[tuple[Row, str | None]] = field(default_factory=list)
    days: dict[date, Day] = field(default_factory=dict)
    broken: Broken | None = None


def day_asked(word: str, today: date) -> date | None:
    """Return the day that `--day` names, None for all; raise BadQuestion."""
    if word == ALL:
        return None
    try:
        return date.fromisoformat(word) if word else today
    except ValueError:
        raise BadQuestion(f"--day takes a date such as {today}, or all; not {word!r}") from None


def path_in(folder: Path) -> Path:
    """Return the ledger of a data folder, which may not have been begun; raise BadQuestion."""
    path = folder / ledger.FILE_NAME
    try:
        if folder.exists() and not folder.is_dir():
            raise BadQuestion(f"{folder} is not a folder; --data takes the one that notes lie in")
        if path.exists() and not os.access(path, os.R_OK):
            raise BadQuestion(f"{path} may not be read by this user; it is its owner's alone")
    except PermissionError:
        raise BadQuestion(f"{folder} may not be entered by this user") from None
    return path


def ask(path: Path, query: Query, texts: Texts | None) -> Found:
    """Return what the ledger says of a query."""
    found = Found(query, broken=verify(path, texts))
    for row, text in ledger.rows(path, texts):
        add(found.days, row)
        if query.wants(row, text):
            found.rows.append((row, text))
    return found


def verify(path: Path, texts: Texts | None) -> Broken | None:
    """Return the first row that breaks the chain.

    A row that is being written at this moment may look torn: what seems broken is looked at again.
    """
    return ledger.verify(path, texts) and ledger.verify(path, texts)


def verdict(path: Path, broken: Broken | None, *, as_json: bool) -> str:
    """Return what is said of the chain, as a sentence or as JSON."""
    rows = 0 if broken else sum(1 for _ in ledger.rows(path))
    if as_json:
        return json.dumps({"chain": "broken", **_broken(broken)} if broken else
                          {"chain": "whole", "rows": rows})  # fmt: skip
    if broken:
        return f"The ledger is not whole: row {broken.line} of {path}: {broken.reason}."
    return f"The chain holds: {rows:,} rows, each follows from the one before it."


def export(path: Path, query: Query, target: Path, texts: Texts | None) -> int:
    """Write the rows that are wanted as JSON lines and return how many; raise BadQuestion."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadQuestion(f"{target} exists already; name a file that does not") from None
    except OSError as refusal:
        raise BadQuestion(f"cannot write {target}: {refusal.strerror}") from None
    count = 0
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            for row, text in ledger.rows(path, texts):
                if query.wants(row, text):
                    file.write(f"{json.dumps(as_json(row, text), ensure_ascii=False)}\n")
                    count += 1
    except OSError as refusal:
        raise BadQuestion(f"cannot write {target}: {refusal.strerror}") from None
    return count


def as_json(row: Row, text: str | None) -> dict[str, Any]:
    """Return a row with its content; `text` is null where that was forgotten."""
    moment = datetime.fromtimestamp(row.when_s, UTC).astimezone().isoformat("T", "milliseconds")
    return {**msgspec.to_builtins(row), "when": moment, "text": text}


def found_as_json(found: Found) -> dict[str, Any]:
    """Return an answer for a program."""
    return {
        "chain": "broken" if found.broken else "whole",
        **_broken(found.broken),
        "days": {str(day): msgspec.to_builtins(sums) for day, sums in sorted(found.days.items())},
        "rows": [as_json(row, text) for row, text in found.rows],
    }


def _broken(broken: Broken | None) -> dict[str, Any]:
    return {"row": broken.line, "reason": broken.reason} if broken else {}
