"""How do notes leave in a file of their owner's, and come back? JSON lines, one note each.

An exported file is not encrypted: it is the owner's, and nobody can forget in it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from edge.evidence import Kind, Note
from edge.garbled import GARBLED
from edge.notes.reading import Reading
from edge.notes.store import Notes

FORMAT: Final = "offrecord notes 1"
MOST_LINE_BYTES: Final = 1 << 20
Text = Annotated[str, msgspec.Meta(max_length=1 << 16)]


class NotExchanged(RuntimeError):
    """The file could not be written, or read; one sentence."""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="head"):
    """The first line."""

    format: Literal["offrecord notes 1"] = FORMAT


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="note"):
    """Every other line; fields as in `edge.evidence.Note`."""

    id: int
    kind: Kind
    text: Text
    at_ms: int
    at_wall_s: float
    run: Text = ""
    source: Text = ""
    confidence: int = 100
    who: Text = ""
    mark: Text = ""
    observation: int = -1
    rests_on: tuple[int, ...] = ()


_lines: Final[msgspec.json.Decoder[Head | Line]] = msgspec.json.Decoder(Head | Line)


def fields(note: Note) -> dict[str, Any]:
    """Return a note for a program."""
    return {name: getattr(note, name) for name in Line.__struct_fields__}


def export(reading: Reading, target: Path) -> int:
    """Write all notes into a new file of the owner's, and return how many. Raises NotExchanged."""
    count = 0
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(Head()) + b"\n")
            for note in reading.all_notes():
                file.write(msgspec.json.encode(Line(**fields(note))) + b"\n")
                count += 1
    except FileExistsError:
        raise NotExchanged(f"{target} exists already; name a file that does not") from None
    except OSError as refusal:
        raise NotExchanged(f"cannot write {target}: {refusal.strerror}") from None
    return count


def take_in(notes: Notes, source: Path) -> tuple[int, int]:
    """Take the notes of an exported file in; return how many are new, and how many were there.

    Raises NotExchanged before anything is changed, or NotesUnwritable.
    """
    lines = list(_read(source))
    known = {line.id: number for line in lines if (number := notes.number_of(_note(line)))}
    new = [line for line in lines if line.id not in known]
    numbers = notes.remember_all(map(_note, new))
    known |= {line.id: number for line, number in zip(new, numbers, strict=True)}
    grounds = {
        known[line.id]: [known[each] for each in line.rests_on if each in known] for line in new
    }
    notes.rest(grounds)
    return len(new), len(lines) - len(new)


def _note(line: Line) -> Note:
    return Note(**{**msgspec.structs.asdict(line), "id": 0, "rests_on": ()})


def _read(source: Path) -> Iterator[Line]:
    try:
        with source.open("rb") as file:
            for count, raw in enumerate(iter(lambda: file.readline(MOST_LINE_BYTES), b"")):
                line = _lines.decode(raw)
                if isinstance(line, Head) != (count == 0):
                    raise NotExchanged(f"{source} is no export of notes: line {count + 1}")
                if isinstance(line, Line):
                    yield line
    except GARBLED as problem:
        raise NotExchanged(f"{source} is no export of notes: {problem}") from None
    except OSError as refusal:
        raise NotExchanged(f"cannot read {source}: {refusal.strerror}") from None
