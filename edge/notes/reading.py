"""What is in the notes? Everything that only reads: search, the latest, one run, one stretch."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from edge.evidence import Kind, Note
from edge.ledger import Content
from edge.notes.vault import Connection
from edge.recall.lesson import Lesson, unpacked

EVIDENCE: Final[tuple[Kind, ...]] = ("said", "seen", "remembered")
"""What an answer may rest on."""
ALL: Final[tuple[Kind, ...]] = (
    *("said", "seen", "asked", "told", "remembered", "derived", "errand", "place"),
)
COLUMNS: Final = "kind, text, at_ms, at_wall_s, run, source, confidence, id, who, mark, observation"
AT_ONCE: Final = 500
"""Numbers in one statement."""


class Reading:
    """The open file, for looking at."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def search(
        self, words: Iterable[str], limit: int = 50, kinds: Iterable[Kind] = EVIDENCE
    ) -> list[Note]:
        """Return the notes that hold any of the words, the best match first."""
        return [note for note, _ in self.candidates(words, limit, kinds)]

    def candidates(
        self, words: Iterable[str], limit: int = 50, kinds: Iterable[Kind] = EVIDENCE
    ) -> list[tuple[Note, float]]:
        """Return the same, each with its BM25 score: more is better."""
        query = any_of(words)
        if not query:
            return []
        statement = (
            f"SELECT {_of('note')}, -rank FROM note_words JOIN note ON note.id = note_words.rowid "  # noqa: S608 (ours)
            f"WHERE note_words MATCH ? AND {_among(kinds)} ORDER BY rank LIMIT ?"
        )
        with closing(self.db.execute(statement, (query, limit))) as rows:
            return [(Note(*row[:-1]), row[-1]) for row in rows]

    def recent(self, limit: int = 50, kinds: Iterable[Kind] = EVIDENCE) -> list[Note]:
        """Return the latest notes, the newest first."""
        return self.select(f"WHERE {_among(kinds)} ORDER BY note.id DESC LIMIT ?", limit)

    def of_run(self, run: str, limit: int = 200) -> list[Note]:
        """Return the last notes of one run, the oldest first."""
        return self.select("WHERE run = ? ORDER BY note.id DESC LIMIT ?", run, limit)[::-1]

    def between(self, since_s: float, until_s: float, kinds: Iterable[Kind] = ALL) -> list[Note]:
        """Return the notes of a stretch of time, without its end, the oldest first."""
        return self.select(
            f"WHERE at_wall_s >= ? AND at_wall_s < ? AND {_among(kinds)} ORDER BY at_wall_s, id",
            since_s,
            until_s,
        )

    def get(self, ids: Iterable[int]) -> list[Note]:
        """Return the notes with these numbers, as far as there are any, in that order."""
        wanted = list(ids)
        found = {
            note.id: note
            for some in _by(wanted, AT_ONCE)
            for note in self.select(f"WHERE id IN ({', '.join('?' * len(some))})", *some)
        }
        return [found[number] for number in wanted if number in found]

    def around(self, note: Note, before: int = 2, after: int = 2) -> list[Note]:
        """Return what was said and seen in the same run just before a note and just after it."""
        clause = f"WHERE run = ? AND {_among(EVIDENCE)} AND id"
        earlier = self.select(f"{clause} < ? ORDER BY id DESC LIMIT ?", note.run, note.id, before)
        later = self.select(f"{clause} > ? ORDER BY id LIMIT ?", note.run, note.id, after)
        return [*reversed(earlier), note, *later]

    def with_grounds(self, note: Note) -> Note:
        """Return a note with the numbers of those that it was made of."""
        statement = "SELECT on_note FROM note_rests_on WHERE note = ? ORDER BY on_note"
        with closing(self.db.execute(statement, (note.id,))) as rows:
            return replace(note, rests_on=tuple(number for (number,) in rows))

    def all_notes(self) -> Iterator[Note]:
        """Yield every note with its grounds, the oldest first."""
        with closing(self.db.execute(f"SELECT {_of('note')} FROM note ORDER BY id")) as rows:  # noqa: S608 (ours)
            for row in rows:
                yield self.with_grounds(Note(*row))

    def number_of(self, note: Note) -> int:
        """Return the number of a note that says the same of the same moment; 0 if there is none."""
        found = self.select(
            "WHERE at_wall_s = ? AND kind = ? AND text = ? AND run = ?",
            note.at_wall_s,
            note.kind,
            note.text,
            note.run,
        )
        return found[0].id if found else 0

    def resting_on(self, note: Note) -> list[Note]:
        """Return the notes that were made of a note."""
        clause = "WHERE id IN (SELECT note FROM note_rests_on WHERE on_note = ?) ORDER BY id"
        return self.select(clause, note.id)

    def tables(self) -> set[str]:
        """Return the names of the file's tables."""
        rows = self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}

    def lessons(self) -> list[Lesson]:
        """Return what corrections taught, the oldest first."""
        if "lesson" not in self.tables():
            return []  # only looked at, and begun before there were lessons
        rows = self.db.execute("SELECT kind, was_meant, move, places FROM lesson ORDER BY id")
        return [
            Lesson(kind, bool(was_meant), move, unpacked(places))
            for kind, was_meant, move, places in rows
        ]

    def has_wishes(self) -> bool:
        """Say whether something is still to be forgotten."""
        return self.db.execute("SELECT 1 FROM wish LIMIT 1").fetchone() is not None

    def stats(self) -> dict[str, Any]:
        """Return how much there is."""
        kinds = self.db.execute("SELECT kind, count(*) FROM note GROUP BY kind ORDER BY kind")
        oldest_s, newest_s = self.db.execute(
            "SELECT min(at_wall_s), max(at_wall_s) FROM note"
        ).fetchone()
        return {
            "kinds": dict(kinds.fetchall()),
            "oldest_s": oldest_s,
            "newest_s": newest_s,
            "vectors": self._rows("note_vector"),
            "lessons": len(self.lessons()),
            "ledger_texts": self._rows("left_text"),
        }

    def _rows(self, table: str) -> int:
        return int(self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 (ours)

    def count(self, run: str, kind: Kind) -> int:
        """Return how many notes of a kind a run has made."""
        query = "SELECT count(*) FROM note WHERE run = ? AND kind = ?"
        return int(self.db.execute(query, (run, kind)).fetchone()[0])

    # --- what notes mean -----------------------------------------------------------------------

    def vectors(self) -> Iterator[tuple[int, bytes]]:
        """Yield what each note means as a whole, as it was kept, in order of their numbers."""
        yield from self.db.execute("SELECT note, vector FROM note_vector ORDER BY note")

    def pieces(self, ids: Iterable[int]) -> dict[int, bytes]:
        """Return what the pieces of these notes mean, as it was kept."""
        found: dict[int, bytes] = {}
        for some in _by(list(ids), AT_ONCE):
            places = ", ".join("?" * len(some))
            statement = f"SELECT note, vectors FROM note_pieces WHERE note IN ({places})"  # noqa: S608 (places)
            found.update(self.db.execute(statement, some))
        return found

    def wholes(self, ids: Iterable[int]) -> list[bytes]:
        """Return what these notes mean as a whole, of those of which it is known."""
        found: list[bytes] = []
        for some in _by(list(ids), AT_ONCE):
            places = ", ".join("?" * len(some))
            statement = f"SELECT vector FROM note_vector WHERE note IN ({places})"  # noqa: S608 (places)
            found += [vector for (vector,) in self.db.execute(statement, some)]
        return found

    def meaningless(self, kinds: Iterable[Kind] = EVIDENCE) -> list[int]:
        """Return the numbers of the notes of which no meaning is kept yet."""
        statement = (
            f"SELECT id FROM note WHERE {_among(kinds)} "  # noqa: S608 (ours)
            "AND id NOT IN (SELECT note FROM note_vector) ORDER BY id"
        )
        return [number for (number,) in self.db.execute(statement)]

    def verdicts(self) -> dict[int, int]:
        """Return what became of each offer, by the number of its note."""
        if "offer" not in self.tables():
            return {}  # only looked at, and begun before there were offers
        return dict(self.db.execute("SELECT note, verdict FROM offer").fetchall())

    # --- numbers of notes --------------------------------------------------------------

    def after(self, number: int, limit: int, kinds: Iterable[Kind] = EVIDENCE) -> list[Note]:
        """Return the notes that came after one, the oldest first."""
        clause = f"WHERE note.id > ? AND {_among(kinds)} ORDER BY note.id LIMIT ?"
        return self.select(clause, number, limit)

    def newest_id(self) -> int:
        """Return the number of the newest note; 0 where there is none."""
        found = self.db.execute("SELECT max(id) FROM note").fetchone()[0]
        return int(found or 0)

    def count_having(self, words: Iterable[str], limit: int) -> int:
        """Return how many notes have any of the words; no further than the limit."""
        query = any_of(words)
        if not query:
            return 0
        statement = (
            "SELECT count(*) FROM (SELECT 1 FROM note_words WHERE note_words MATCH ? LIMIT ?)"
        )
        return int(self.db.execute(statement, (query, limit)).fetchone()[0])

    def having(self, words: Iterable[str], limit: int) -> list[int]:
        """Return the numbers of the notes that have any of the words, the newest first."""
        statement = (
            "SELECT rowid FROM note_words WHERE note_words MATCH ? ORDER BY rowid DESC LIMIT ?"
        )
        query = any_of(words)
        if not query:
            return []
        return [number for (number,) in self.db.execute(statement, (query, limit))]

    def of_kinds(self, ids: Iterable[int], kinds: Iterable[Kind]) -> list[int]:
        """Return those of the numbers, in their order, whose notes are of these kinds."""
        wanted, among = list(ids), _among(kinds)
        kept: set[int] = set()
        for some in _by(wanted, AT_ONCE):
            places = ", ".join("?" * len(some))
            statement = f"SELECT id FROM note WHERE id IN ({places}) AND {among}"  # noqa: S608 (ours)
            kept.update(number for (number,) in self.db.execute(statement, some))
        return [number for number in wanted if number in kept]

    def numbers_between(self, since_s: float, until_s: float, limit: int) -> list[int]:
        """Return the numbers of the notes of a stretch of time, the newest first."""
        statement = (
            "SELECT id FROM note WHERE at_wall_s >= ? AND at_wall_s < ? "
            "ORDER BY at_wall_s DESC LIMIT ?"
        )
        return [number for (number,) in self.db.execute(statement, (since_s, until_s, limit))]

    # --- the words of the ledger's rows --------------------------------------------------------

    def text(self, number: int) -> Content | None:
        """Return what a row of the ledger said, unless it was forgotten."""
        row = self.db.execute(
            "SELECT salt, text FROM left_text WHERE number = ?", (number,)
        ).fetchone()
        return Content(*row) if row else None

    def fact(self, name: str) -> float:
        """Return a moment of the notes themselves; 0 where there was none."""
        row = self.db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return float(row[0]) if row else 0.0

    def select(self, clause: str, *values: object) -> list[Note]:
        """Return the notes that a clause of ours chooses."""
        with closing(self.db.execute(f"SELECT {_of('note')} FROM note {clause}", values)) as rows:  # noqa: S608 (ours)
            return [Note(*row) for row in rows]


def any_of(words: Iterable[str]) -> str:
    """Return what FTS5 is asked for notes with any of the words; empty where there is no word."""
    return " OR ".join(f'"{word}"' for word in words if word.isalnum())


def phrase(words: str) -> str:
    """Return what FTS5 is asked for notes with these words side by side."""
    return '"' + words.replace('"', "") + '"'


def _of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in COLUMNS.split(", "))


def _among(kinds: Iterable[Kind]) -> str:
    return f"kind IN ({', '.join(repr(str(kind)) for kind in kinds)})"


def _by(numbers: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(numbers)
    while some := list(islice(rest, size)):
        yield some
