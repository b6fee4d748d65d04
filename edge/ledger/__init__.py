"""What left the chamber, what left the device, to whom, and why? Append-only and hash-chained.

JSON lines, one `write` a row to a descriptor opened with O_APPEND: a kill -9 leaves a row whole or
absent, and a torn last line (a power cut) is dropped at the next start, and said so in a row.

A line is `{"row": ...}`: the number, the moment, the bytes, from and to, the reason, the SHA-256 of
the row before it, and a salted SHA-256 of the content. The salt and the content itself, so that the
user can read what left, lie with the notes, encrypted (`Texts`), and are forgotten with them: the
fact that something left cannot be erased, its words can, and the chain still verifies. Only what
tells of the device itself (`OF_THE_DEVICE`) stands in its line. What the chain cannot show is a cut
at its very end; the counter rule shows that.
"""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol, Self

import msgspec

from edge.garbled import GARBLED
from edge.ledger.whole_lines import lines, lines_backwards

FILE_NAME: Final = "ledger.jsonl"
FIRST: Final = "0" * 64
"""What the first row names as the hash of the row before it."""

CHAMBER, RUNTIME = "chamber", "runtime"
OF_THE_DEVICE: Final = frozenset({"Hello", "Lending"})
"""What says nothing of anybody: readable without a key."""


class Leaving(NamedTuple):
    """What is to be entered."""

    what: str
    """Type of the message, or of the event."""
    size_bytes: int
    why: str
    text: str = ""
    """What left, readable."""
    to: str = RUNTIME
    """The runtime, or the address of an endpoint."""
    at_ms: int = 0
    """On the stream's clock, where it says so itself."""

    @property
    def origin(self) -> str:
        """What it left: the chamber, unless it goes further than to the runtime."""
        return CHAMBER if self.to == RUNTIME else RUNTIME


class Occasion(NamedTuple):
    """When, and in which run."""

    run: str
    when_s: float
    """Seconds since 1970."""
    mark: Literal["file", "live"]


class Row(msgspec.Struct, frozen=True):
    """What can never be erased. The line's bytes of this are what the next row hashes."""

    number: int
    when_s: float
    what: str
    bytes: int
    origin: str
    to: str
    why: str
    run: str
    mark: str
    content: str
    """SHA-256 of the salt and the text."""
    previous: str


class Content(msgspec.Struct, frozen=True):
    """What can be forgotten."""

    salt: str
    text: str


class Texts(Protocol):
    """Where the contents of rows lie (`edge/notes/`)."""

    def text(self, number: int) -> Content | None:
        """Return what a row says, unless it was forgotten."""


class WritableTexts(Texts, Protocol):
    """The same, for the one who writes."""

    def keep_text(self, number: int, when_s: float, content: Content) -> None:
        """Keep what a row says. Raises OSError."""


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    row: msgspec.Raw
    open: Content | None = None


class _Entry(msgspec.Struct, frozen=True):
    """A line as it is read where its exact bytes do not matter."""

    row: Row
    open: Content | None = None


_entries = msgspec.json.Decoder(_Entry)
_raw_lines = msgspec.json.Decoder(_Line)
_rows = msgspec.json.Decoder(Row)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that does not follow from the one before it."""

    line: int
    reason: str


@dataclass(slots=True)
class Totals:
    """Sums of rows."""

    rows: int = 0
    left_chamber_bytes: int = 0
    left_device_bytes: int = 0
    count: dict[str, int] = field(default_factory=dict)
    """Rows by type of message."""

    def add(self, row: Row) -> None:
        self.rows += 1
        self.count[row.what] = self.count.get(row.what, 0) + 1
        if row.origin == CHAMBER:
            self.left_chamber_bytes += row.bytes
        else:
            self.left_device_bytes += row.bytes


class Ledger:
    """The file, open for appending."""

    def __init__(self, path: Path, texts: WritableTexts) -> None:
        """Open or make the file, and drop a torn last line. Raises OSError."""
        self.path = path
        self._texts = texts
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._append_fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._edit_fd = os.open(path, os.O_RDWR)
        self.dropped_bytes = self._drop_torn_line()
        last = self._last_line()
        self._next, self._previous = 0, FIRST
        if last and (found := _decode(last)):
            line, row = found
            self._next, self._previous = row.number + 1, sha256(line.row).hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the medium, and close."""
        if self._append_fd >= 0:
            os.fsync(self._append_fd)
            os.close(self._append_fd)
            os.close(self._edit_fd)
            self._append_fd = self._edit_fd = -1

    @property
    def descriptors(self) -> tuple[int, int]:
        """The descriptors it writes to."""
        return self._append_fd, self._edit_fd

    def append(self, leaving: Leaving, occasion: Occasion) -> Row:
        """Enter what left. Raises OSError when it cannot be written down."""
        content = Content(secrets.token_hex(8), leaving.text)
        row = Row(
            number=self._next,
            when_s=occasion.when_s,
            what=leaving.what,
            bytes=leaving.size_bytes,
            origin=leaving.origin,
            to=leaving.to,
            why=leaving.why,
            run=occasion.run,
            mark=occasion.mark,
            content=_commit(content),
            previous=self._previous,
        )
        raw = msgspec.json.encode(row)
        stands_open = leaving.what in OF_THE_DEVICE
        if not stands_open:
            self._texts.keep_text(row.number, row.when_s, content)
        line = msgspec.json.encode(_Line(msgspec.Raw(raw), content if stands_open else None))
        line += b"\n"
        if os.write(self._append_fd, line) != len(line):
            self._drop_torn_line()
            raise OSError("the ledger could not be written: the medium is full")
        self._next += 1
        self._previous = sha256(raw).hexdigest()
        return row

    def hand_over(self) -> None:
        """Take the contents out of the lines of before, in which all of them stood."""
        at = 0
        for raw in lines(self.path):
            line, row = _decode(raw) or (None, None)
            if line and row and line.open and row.what not in OF_THE_DEVICE:
                self._texts.keep_text(row.number, row.when_s, line.open)
                kept = b'{"row":' + bytes(line.row)
                os.pwrite(self._edit_fd, kept.ljust(len(raw) - 1) + b"}", at)
            at += len(raw) + 1
        os.fdatasync(self._edit_fd)

    def _drop_torn_line(self) -> int:
        """Cut the file after its last line end and return how many bytes that took."""
        size = os.fstat(self._edit_fd).st_size
        end = self._line_start(size)
        if end < size:
            os.ftruncate(self._edit_fd, end)
        return size - end

    def _last_line(self) -> bytes:
        size = os.fstat(self._edit_fd).st_size
        start = self._line_start(size - 1)
        return os.pread(self._edit_fd, size - start, start).rstrip(b"\n") if size else b""

    def _line_start(self, end: int) -> int:
        """Return where the line begins that holds the byte before `end`."""
        while end > 0:
            begin = max(0, end - 65_536)
            found = os.pread(self._edit_fd, end - begin, begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
        return 0


def verify(path: Path, texts: Texts | None = None) -> Broken | None:
    """Return the first row that breaks the chain, or None when all is well.

    With `texts`, what is kept of the contents must be what was entered, too.
    """
    previous = FIRST
    for number, raw in enumerate(lines(path)):
        found = _decode(raw)
        if found is None:
            return Broken(number, "the line is not a row")
        line, row = found
        if row.previous != previous or row.number != number:
            return Broken(number, "it does not follow from the row before it")
        content = line.open or (texts.text(number) if texts else None)
        if content and _commit(content) != row.content:
            return Broken(number, "its content is not what was entered")
        previous = sha256(line.row).hexdigest()
    return None


def rows(path: Path, texts: Texts | None = None) -> Iterator[tuple[Row, str | None]]:
    """Yield each row with its content, None where it was forgotten. Torn lines are left out."""
    return _entries_of(lines(path), texts)


def newest_first(path: Path, texts: Texts | None = None) -> Iterator[tuple[Row, str | None]]:
    """Yield the same from the end on."""
    return _entries_of(lines_backwards(path), texts)


def readable(message: msgspec.Struct) -> str:
    """Return all of a message, spelled out for a reader."""
    return json.dumps(msgspec.to_builtins(msgspec.structs.asdict(message)), ensure_ascii=False)


def _entries_of(
    raw_lines: Iterator[bytes], texts: Texts | None
) -> Iterator[tuple[Row, str | None]]:
    for raw in raw_lines:
        try:
            entry = _entries.decode(raw)
        except GARBLED:
            continue
        content = entry.open or (texts.text(entry.row.number) if texts else None)
        yield entry.row, content.text if content else None


def _decode(raw: bytes) -> tuple[_Line, Row] | None:
    try:
        line = _raw_lines.decode(raw)
        return line, _rows.decode(line.row)
    except GARBLED:
        return None


def _commit(content: Content) -> str:
    return sha256(f"{content.salt}\n{content.text}".encode()).hexdigest()
