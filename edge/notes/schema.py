"""What does the file of notes hold, and what does forgetting do with each table of it?

Every table is a row of `TABLES`; whoever adds one says here when its rows go. A file that was begun
without it is given it when it is next opened. Nothing of it is outside the encryption.

`note_words` is the full-text index, with English stems, kept by triggers. `note_rests_on` says from
which notes another was made: who forgets the one forgets the other. `note_vector` holds what a note
means as a whole, `note_pieces` what its pieces mean: signs of embeddings, apart, because all of the
first are read at the start. `left_text` holds the words of the ledger's rows, whose facts lie in
the ledger itself. `lesson` holds what a correction taught, `offer` what became of an offer. `wish`
holds what is to be forgotten until it is.
"""

from dataclasses import dataclass
from typing import Final

VERSION: Final = 2
"""1 was the plain file of before; `edge/notes/migration.py` reads it. A table more changes nothing
for those who do not know it, and is no other version."""
GONE, UNSAID, LOST = "gone", "unsaid", "lost"
"""Temporary tables of what a new file is made without: notes, rows of the ledger, other rows."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and when its rows go. One that says nothing of that keeps them all."""

    name: str
    columns: str
    """In SQL. It has a `rowid`, unless `with_note` alone says when a row goes."""
    with_note: str = ""
    """A column: the number of the note with which the row goes, whatever for."""
    with_wished_note: str = ""
    """A column: the same, but a note that merely expires takes no row with it."""
    moment: str = ""
    """A column: the row goes with the stretch of wall time that this is in."""
    texts: tuple[str, ...] = ()
    """Columns: the row goes when the words, or the person, stand in one of them."""
    options: str = ""
    stays: str = ""
    """In SQL, where none of that says it: which rows stay."""

    @property
    def sql(self) -> str:
        """What makes it."""
        return f"CREATE TABLE {self.name} ({self.columns}) {self.options};"

    @property
    def staying(self) -> str:
        """In SQL, which rows a new file is given."""
        if self.stays:
            return self.stays
        if self.with_note:
            return f"{self.with_note} NOT IN (SELECT note FROM {GONE})"  # noqa: S608 (ours)
        return f"rowid NOT IN (SELECT row FROM {LOST} WHERE name = '{self.name}')"  # noqa: S608 (ours)


TABLES: Final = (
    Table(
        "note",
        """
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL, at_wall_s REAL NOT NULL,
    run TEXT NOT NULL, source TEXT NOT NULL, confidence INTEGER NOT NULL,
    who TEXT NOT NULL, mark TEXT NOT NULL, observation INTEGER NOT NULL, keeps TEXT NOT NULL""",
        with_note="id",
    ),
    Table(
        "note_rests_on",
        "note INTEGER NOT NULL, on_note INTEGER NOT NULL, PRIMARY KEY (note, on_note)",
        with_note="note",
        options="WITHOUT ROWID",
    ),
    Table("note_vector", "note INTEGER PRIMARY KEY, vector BLOB NOT NULL", with_note="note"),
    Table("note_pieces", "note INTEGER PRIMARY KEY, vectors BLOB NOT NULL", with_note="note"),
    Table(
        "left_text",
        "number INTEGER PRIMARY KEY, when_s REAL NOT NULL, salt TEXT NOT NULL, text TEXT NOT NULL",
        stays=f"number NOT IN (SELECT number FROM {UNSAID})",  # noqa: S608 (ours)
    ),
    Table(
        "lesson",
        "id INTEGER PRIMARY KEY, at_wall_s REAL NOT NULL, note INTEGER NOT NULL, "
        "kind TEXT NOT NULL, was_meant INTEGER NOT NULL, move REAL NOT NULL, places BLOB NOT NULL",
        with_wished_note="note",
        moment="at_wall_s",
    ),
    Table("offer", "note INTEGER PRIMARY KEY, verdict INTEGER NOT NULL", with_note="note"),
    Table("wish", "id INTEGER PRIMARY KEY, wish TEXT NOT NULL", stays="FALSE"),
    Table(
        "fact",
        "name TEXT PRIMARY KEY, value REAL NOT NULL",
        options="WITHOUT ROWID",
        stays="TRUE",
    ),
)
"""A wish does not stay: it has been fulfilled. A fact is a moment of the notes themselves."""
TOLD_OF: Final = tuple(
    table for table in TABLES if table.with_wished_note or table.moment or table.texts
)
"""Those of whose rows a wish itself says which go."""

INDEXES: Final = """
CREATE INDEX note_wall ON note (at_wall_s);
CREATE INDEX note_run ON note (run);
CREATE INDEX rested_on ON note_rests_on (on_note);
CREATE INDEX left_when ON left_text (when_s);
CREATE VIRTUAL TABLE note_words USING fts5 (
    text, content='note', content_rowid='id', tokenize='porter unicode61');
CREATE VIRTUAL TABLE note_terms USING fts5vocab (note_words, row);
INSERT INTO note_words (note_words) VALUES ('rebuild');
INSERT INTO note_words (note_words, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER note_kept AFTER INSERT ON note BEGIN
    INSERT INTO note_words (rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER note_gone AFTER DELETE ON note BEGIN
    INSERT INTO note_words (note_words, rowid, text) VALUES ('delete', old.id, old.text);
    DELETE FROM note_vector WHERE note = old.id;
    DELETE FROM note_pieces WHERE note = old.id;
    DELETE FROM note_rests_on WHERE note = old.id; END;
"""
"""Made once the tables are filled: so an index is built of what stays, and of nothing else."""
