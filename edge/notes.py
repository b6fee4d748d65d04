"""What is remembered? One SQLite file: remember, search, recent, last seen, forget.

Every note is committed when `remember` returns, so a kill -9 loses none: the write-ahead log lies
in the kernel's page cache, which outlives the process. A power cut may take the last seconds, for
`synchronous=NORMAL` does not wait for the medium; what the wearer *asked* to keep is waited for
(FULL), and takes everything before it to the medium too. Forgetting overwrites: rows with
`secure_delete`, the search index by merging it, the log by emptying it.
"""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from edge.evidence import Kind, Note

FILE_NAME: Final = "notes.sqlite"
SCHEMA_VERSION: Final = 1
_COLUMNS: Final = "kind, text, at_ms, at_wall_s, run, source, confidence"
_SCHEMA: Final = """
CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL, at_wall_s REAL NOT NULL,
    run TEXT NOT NULL, source TEXT NOT NULL, confidence INTEGER NOT NULL);
CREATE INDEX note_wall ON note (at_wall_s);
CREATE INDEX note_run ON note (run);
CREATE VIRTUAL TABLE note_words USING fts5 (
    text, content='note', content_rowid='id', tokenize='porter unicode61');
CREATE TRIGGER note_kept AFTER INSERT ON note BEGIN
    INSERT INTO note_words (rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER note_gone AFTER DELETE ON note BEGIN
    INSERT INTO note_words (note_words, rowid, text) VALUES ('delete', old.id, old.text); END;
"""


class DamagedNotes(RuntimeError):
    """The file of notes cannot be read; nothing was deleted."""


class NotesUnwritable(OSError):
    """A note could not be written: the medium is full, read-only or gone."""


class Notes:
    """The memory. One process at a time writes to it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises DamagedNotes or NotesUnwritable."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.OperationalError) as error:
            raise NotesUnwritable(f"cannot open the notes {path}: {error}") from None
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
                raise NotesUnwritable(f"cannot use the notes {path}: {error}") from None
            raise DamagedNotes(
                f"the notes {path} are damaged ({error}); nothing was deleted: "
                "put a copy back, or move the file aside to begin with empty ones"
            ) from None

    def _prepare(self) -> None:
        for pragma in (
            "secure_delete = ON",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "temp_store = MEMORY",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._db.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif version != SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"they are of version {version}, not {SCHEMA_VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def remember(self, note: Note) -> int:
        """Keep a note and return its id. Raises NotesUnwritable."""
        waits = "FULL" if note.kind == "remembered" else "NORMAL"
        values = (
            note.kind,
            note.text,
            note.at_ms,
            note.at_wall_s,
            note.run,
            note.source,
            note.confidence,
        )
        try:
            self._db.execute(f"PRAGMA synchronous = {waits}")
            row = self._db.execute(
                f"INSERT INTO note ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 (ours)
                values,
            )
        except sqlite3.OperationalError as error:
            raise NotesUnwritable(f"cannot write a note to {self.path}: {error}") from None
        return row.lastrowid or 0

    def search(
        self,
        words: Iterable[str],
        limit: int = 50,
        kinds: Iterable[Kind] = ("said", "seen", "remembered"),
    ) -> list[Note]:
        """Return the notes that hold any of the words, the best match first."""
        query = " OR ".join(f'"{word}"' for word in words if word.isalnum())
        if not query:
            return []
        return self._select(
            "JOIN note_words ON note_words.rowid = note.id "
            f"WHERE note_words MATCH ? AND {_among(kinds)} ORDER BY rank LIMIT ?",
            query,
            limit,
        )

    def recent(
        self, limit: int = 50, kinds: Iterable[Kind] = ("said", "seen", "remembered")
    ) -> list[Note]:
        """Return the latest notes, the newest first."""
        return self._select(f"WHERE {_among(kinds)} ORDER BY note.id DESC LIMIT ?", limit)

    def of_run(self, run: str, limit: int = 200) -> list[Note]:
        """Return the last notes of one run, the oldest first."""
        return self._select("WHERE run = ? ORDER BY note.id DESC LIMIT ?", run, limit)[::-1]

    def count(self, run: str, kind: Kind) -> int:
        """Return how many notes of a kind a run has made."""
        query = "SELECT count(*) FROM note WHERE run = ? AND kind = ?"
        return int(self._db.execute(query, (run, kind)).fetchone()[0])

    def last_seen(self, label: str) -> Note | None:
        """Return the newest note of a picture that showed a thing, or a text that named it."""
        found = self._select(
            "JOIN note_words ON note_words.rowid = note.id "
            "WHERE note_words MATCH ? AND kind = 'seen' ORDER BY note.id DESC LIMIT 1",
            '"' + label.replace('"', "") + '"',
        )
        return found[0] if found else None

    def forget(self, since_wall_s: float) -> int:
        """Erase all notes since a moment, from the file's bytes too, and return how many."""
        try:
            gone = self._db.execute("DELETE FROM note WHERE at_wall_s >= ?", (since_wall_s,))
            if gone.rowcount:
                self._db.execute("INSERT INTO note_words (note_words) VALUES ('optimize')")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise NotesUnwritable(f"cannot erase from {self.path}: {error}") from None
        return gone.rowcount

    def _select(self, clause: str, *values: object) -> list[Note]:
        query = f"SELECT note.{_COLUMNS.replace(', ', ', note.')}, note.id FROM note {clause}"  # noqa: S608 (ours)
        with closing(self._db.execute(query, values)) as rows:
            return [Note(*row) for row in rows]


def _among(kinds: Iterable[Kind]) -> str:
    return f"kind IN ({', '.join(repr(str(kind)) for kind in kinds)})"


def set_aside(path: Path, suffix: str) -> Path:
    """Move damaged notes out of the way, with what belongs to them, and return where they are."""
    aside = path.with_name(f"{path.name}.damaged-{suffix}")
    for ending in ("", "-wal", "-shm"):
        source = path.with_name(path.name + ending)
        if source.exists():
            source.rename(aside.with_name(aside.name + ending))
    return aside
