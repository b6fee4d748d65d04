"""What is remembered? One encrypted file and its one writer: remember, forget, keep in order.

Every note is committed when `remember` returns, so a kill -9 loses none: the write-ahead log lies
in the kernel's page cache, which outlives the process. Against a power cut the log is brought to
the medium within a second (`unsynced`, for whoever has a clock), and what the wearer *asked* to
keep before `remember` returns. Forgetting writes what stays into a new file under a fresh key and
destroys the old key (`edge/notes/vault.py`): there is nothing left to overwrite.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, Self, TypeVar

import msgspec

from edge.evidence import Note
from edge.ledger import Content
from edge.notes import forgetting, migration, retention, schema, vault
from edge.notes.forgetting import Doomed, Wish
from edge.notes.reading import COLUMNS, Reading
from edge.notes.vault import DatabaseError, OperationalError
from edge.recall.lesson import Lesson, packed

NAME: Final = "notes"
_Done = TypeVar("_Done")
_INSERT: Final = (
    f"INSERT INTO note ({COLUMNS.replace('id, ', '')}, keeps) "  # noqa: S608 (ours)
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_TEACH: Final = (
    "INSERT INTO lesson (at_wall_s, note, kind, was_meant, move, places) VALUES "
    "(?, (SELECT coalesce(max(id), 0) FROM note WHERE at_wall_s = ?), ?, ?, ?, ?)"
)
_REST: Final = "INSERT OR IGNORE INTO note_rests_on VALUES (?, ?)"


class NotesUnwritable(OSError):
    """A note could not be written: the medium is full, read-only or gone."""


class Notes(Reading):
    """The memory. One process at a time writes to it."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        """Open the notes of a folder, or begin them.

        Raises vault.WrongKey, vault.Damaged or NotesUnwritable; nothing is ever deleted by those.
        """
        self.folder, self._secret = folder, secret
        self.unsynced = False
        """Whether something was written that the medium may not have yet."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.generation = vault.settle(folder, NAME) or vault.renew(
                folder, NAME, secret, self._begin
            )
            file = self.generation.file
            if not file.exists():
                if self.generation.copy.exists():
                    raise vault.Damaged(f"the notes {file} are gone")
                self._begin(file, vault.key_of(self.generation, secret))
            migration.finish(folder)
            super().__init__(vault.connect(self.generation, secret))
        except (OSError, OperationalError) as error:
            raise NotesUnwritable(f"cannot open the notes in {folder}: {error}") from None
        self._prepare()

    def _begin(self, path: Path, key: str) -> None:
        """Make the first file: empty, or of the plain notes that were kept before."""
        with closing(vault.open_file(path, key)) as db:
            _lay_out(db)
            migration.carry_over(self.folder, db)
            _complete(db)

    def _prepare(self) -> None:
        """Check the file as a whole: also every page against its own code."""
        path = self.generation.file
        try:
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = NORMAL")
            found = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            known = self.tables()
            for table in schema.TABLES if version == schema.VERSION else ():
                if table.name not in known:  # the file was begun before there was such a table
                    self.db.execute(table.sql)
        except DatabaseError as error:
            self.db.close()
            if isinstance(error, OperationalError) and "malformed" not in str(error):
                raise NotesUnwritable(f"cannot use the notes {path}: {error}") from None
            raise vault.Damaged(f"the notes {path} are damaged ({error})") from None
        if found != "ok" or version != schema.VERSION:
            self.db.close()
            if found == "ok":
                found = f"they are of version {version}, not {schema.VERSION}"
            raise vault.Damaged(f"the notes {path} are damaged ({found})")
        try:
            self._log_fd = os.open(f"{path}-wal", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            self.db.close()
            raise NotesUnwritable(f"cannot use the notes {path}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Bring everything to the medium, and close."""
        with suppress(OSError):
            os.fdatasync(self._log_fd)
        os.close(self._log_fd)
        self.db.close()

    # --- writing -------------------------------------------------------------------------------

    def remember(self, note: Note) -> int:
        """Keep a note and return its id. Raises NotesUnwritable."""
        number = self.remember_all([note])[0]
        if note.kind == "remembered":
            self.sync()
        return number

    def remember_all(self, notes: Iterable[Note]) -> list[int]:
        """Keep notes, all or none, and return their ids. Raises NotesUnwritable."""
        return self._write(lambda: [self._insert(note) for note in notes])

    def _insert(self, note: Note) -> int:
        values = (
            note.kind,
            note.text,
            note.at_ms,
            note.at_wall_s,
            note.run,
            note.source,
            note.confidence,
            note.who,
            note.mark,
            note.observation,
            retention.CLASS_OF[note.kind],
        )
        number = self.db.execute(_INSERT, values).lastrowid or 0
        self.db.executemany(_REST, [(number, ground) for ground in note.rests_on])
        return number

    def rest(self, grounds: Mapping[int, Iterable[int]]) -> None:
        """Know of which notes others were made. Raises NotesUnwritable."""
        rows = [(number, ground) for number, on in grounds.items() for ground in on]
        self._write(lambda: self.db.executemany(_REST, rows))

    def drop(self, ids: Iterable[int]) -> None:
        """Take out notes whose words other notes say better. Raises NotesUnwritable."""
        self._write(
            lambda: self.db.executemany("DELETE FROM note WHERE id = ?", [(each,) for each in ids])
        )

    def keep_meaning(self, number: int, whole: bytes, pieces: bytes) -> bool:
        """Keep what a note means, if it is still there, and say so. Raises NotesUnwritable."""

        def insert() -> bool:
            if not self.db.execute("SELECT 1 FROM note WHERE id = ?", (number,)).fetchone():
                return False
            self.db.execute("INSERT OR REPLACE INTO note_vector VALUES (?, ?)", (number, whole))
            self.db.execute("INSERT OR REPLACE INTO note_pieces VALUES (?, ?)", (number, pieces))
            return True

        return self._write(insert)

    def keep_text(self, number: int, when_s: float, content: Content) -> None:
        """Keep what a row of the ledger says. Raises NotesUnwritable."""
        values = (number, when_s, content.salt, content.text)
        self._write(
            lambda: self.db.execute("INSERT OR REPLACE INTO left_text VALUES (?, ?, ?, ?)", values)
        )

    def keep_lesson(self, at_wall_s: float, lesson: Lesson) -> None:
        """Keep what the wearer taught about a sentence of that moment. Raises NotesUnwritable."""
        values = (lesson.kind, lesson.was_meant, lesson.move, packed(lesson.places))
        self._write(lambda: self.db.execute(_TEACH, (at_wall_s, at_wall_s, *values)))

    def keep_verdict(self, number: int, verdict: int) -> None:
        """Keep what became of an offer. Raises NotesUnwritable."""
        statement = "INSERT OR REPLACE INTO offer VALUES (?, ?)"
        self._write(lambda: self.db.execute(statement, (number, verdict)))

    def keep_facts(self, facts: Mapping[str, float]) -> None:
        """Keep moments of the notes themselves. Raises NotesUnwritable."""
        rows = list(facts.items())
        self._write(lambda: self.db.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", rows))

    def sync(self) -> None:
        """Bring what was written to the medium. Raises NotesUnwritable."""
        self.unsynced = False
        try:
            os.fdatasync(self._log_fd)
        except OSError as error:
            raise NotesUnwritable(f"cannot write to {self.generation.file}: {error}") from None

    def flush(self) -> None:
        """Do the same, for a thread; what fails now fails again when something is written."""
        with suppress(OSError):
            os.fdatasync(self._log_fd)

    def make_copy(self) -> None:
        """Make the day's copy, for a thread: through a connection of its own."""
        vault.make_copy(self.generation, self._secret)

    def _write(self, change: Callable[[], _Done]) -> _Done:
        """Make one change, whole or not at all. Raises NotesUnwritable."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            done = change()
            self.db.execute("COMMIT")
        except OperationalError as error:
            with suppress(OperationalError):
                self.db.execute("ROLLBACK")
            raise NotesUnwritable(f"cannot write to {self.generation.file}: {error}") from None
        self.unsynced = True
        return done

    # --- forgetting ----------------------------------------------------------------------------

    def wish(self, wish: Wish) -> None:
        """Keep what is to be forgotten, so that it will be whatever happens now."""
        text = msgspec.json.encode(wish).decode()
        self._write(lambda: self.db.execute("INSERT INTO wish (wish) VALUES (?)", (text,)))
        self.sync()

    def wishes(self) -> list[Wish]:
        """Return what is still to be forgotten."""
        rows = self.db.execute("SELECT wish FROM wish ORDER BY id").fetchall()
        return [msgspec.json.decode(text, type=Wish) for (text,) in rows]

    def forget(self, *wishes: Wish) -> Doomed:
        """Forget what was wished, now and before, and return what went. Raises NotesUnwritable."""
        for wish in wishes:
            self.wish(wish)
        return self._renew(forgetting.NOTHING)

    def expire(self, now_s: float) -> Doomed:
        """Forget what its class no longer keeps, if the clock is to be believed."""
        last_s, doubted_until_s = self.fact("looked_at_s"), self.fact("doubted_until_s")
        is_true, doubted_until_s = retention.believed(now_s, last_s, doubted_until_s)
        doomed = forgetting.expired(self, now_s) if is_true else forgetting.NOTHING
        self.keep_facts({"looked_at_s": now_s, "doubted_until_s": doubted_until_s})
        return self._renew(doomed) if doomed else doomed

    def _renew(self, doomed: Doomed) -> Doomed:
        """Go on in a new file, under a fresh key, without what is doomed and what is wished.

        Returns both.
        """
        old_path, old_key = self.generation.file, vault.key_of(self.generation, self._secret)

        def fill(path: Path, key: str) -> None:
            with closing(vault.open_file(path, key)) as db:
                _carry_over(db, old_path, old_key, doomed)

        try:
            self.db.execute("BEGIN IMMEDIATE")  # nobody's wish comes in between
            try:
                for wish in self.wishes():
                    doomed = doomed.and_(forgetting.meant(self, wish))
                generation = vault.renew(self.folder, NAME, self._secret, fill)
            finally:
                self.db.execute("ROLLBACK")
        except (OSError, OperationalError) as error:
            raise NotesUnwritable(f"cannot erase from {old_path}: {error}") from None
        self.close()
        self.generation = generation
        self.db = vault.connect(generation, self._secret)
        self._prepare()
        return doomed


def _carry_over(db: vault.Connection, old: Path, old_key: str, doomed: Doomed) -> None:
    """Fill a new file with what stays; its full-text index is built of that alone."""
    db.execute("ATTACH DATABASE ? AS old KEY ?", (str(old), f"x'{old_key}'"))
    _lay_out(db)
    db.execute(f"CREATE TEMP TABLE {schema.GONE} (note INTEGER PRIMARY KEY)")
    db.execute(f"CREATE TEMP TABLE {schema.UNSAID} (number INTEGER PRIMARY KEY)")
    db.execute(f"CREATE TEMP TABLE {schema.LOST} (name TEXT, row INTEGER)")
    db.executemany(f"INSERT INTO {schema.GONE} VALUES (?)", ((each,) for each in doomed.notes))  # noqa: S608 (ours)
    db.executemany(f"INSERT INTO {schema.UNSAID} VALUES (?)", ((each,) for each in doomed.texts))  # noqa: S608 (ours)
    db.executemany(f"INSERT INTO {schema.LOST} VALUES (?, ?)", doomed.rows)  # noqa: S608 (ours)
    for table in schema.TABLES:
        db.execute(
            f"INSERT INTO main.{table.name} SELECT * FROM old.{table.name} WHERE {table.staying}"  # noqa: S608 (ours)
        )
    db.execute("UPDATE main.sqlite_sequence SET seq = (SELECT seq FROM old.sqlite_sequence)")
    _complete(db)
    db.execute("DETACH DATABASE old")


def _lay_out(db: vault.Connection) -> None:
    """Make the tables of a file that nobody reads before it is complete: it needs no journal."""
    tables = " ".join(table.sql for table in schema.TABLES)
    db.executescript(f"PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF; {tables}")
    db.execute("BEGIN")


def _complete(db: vault.Connection) -> None:
    """Build what is built of the rows. Whoever called brings the file to the medium."""
    db.execute("COMMIT")
    db.executescript(f"{schema.INDEXES} PRAGMA user_version = {schema.VERSION};")
