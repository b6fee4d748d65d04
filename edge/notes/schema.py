"""What does the file of notes hold? Its tables, in SQL; nothing of them is outside the encryption.

`note_words` is the full-text index, with English stems, kept by triggers. `note_rests_on` says from
which notes another was made: who forgets the one forgets the other. `note_vector` holds what a note
means as a whole, `note_pieces` what its pieces mean: signs of embeddings, apart, because all of the
first are read at the start. `left_text` holds the words of the ledger's rows, whose facts lie in
the ledger itself. `wish` holds what is to be forgotten until it is.
"""

from typing import Final

VERSION: Final = 2
"""1 was the plain file of before; `edge/notes/migration.py` reads it."""

TABLES: Final = """
CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL, at_wall_s REAL NOT NULL,
    run TEXT NOT NULL, source TEXT NOT NULL, confidence INTEGER NOT NULL,
    who TEXT NOT NULL, mark TEXT NOT NULL, observation INTEGER NOT NULL, keeps TEXT NOT NULL);
CREATE TABLE note_rests_on (
    note INTEGER NOT NULL, on_note INTEGER NOT NULL, PRIMARY KEY (note, on_note)) WITHOUT ROWID;
CREATE TABLE note_vector (note INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE note_pieces (note INTEGER PRIMARY KEY, vectors BLOB NOT NULL);
CREATE TABLE left_text (
    number INTEGER PRIMARY KEY, when_s REAL NOT NULL, salt TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE wish (id INTEGER PRIMARY KEY, wish TEXT NOT NULL);
CREATE TABLE fact (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
"""
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
