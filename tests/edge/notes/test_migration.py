"""Plain notes of before come in whole, and their file is destroyed."""

import sqlite3
from pathlib import Path

from test_store import SECRET

from edge.notes import Notes, migration, opening

PLAIN = """
CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL, at_wall_s REAL NOT NULL,
    run TEXT NOT NULL, source TEXT NOT NULL, confidence INTEGER NOT NULL);
INSERT INTO note VALUES (4, 'said', 'The zanzibar pin.', 5, 6.5, 'r', 'tiny', 90);
INSERT INTO note VALUES (9, 'remembered', 'Buy figs.', 7, 8.5, 'r', 'wearer', 100);
"""


def plain(folder: Path) -> Path:
    path = folder / migration.PLAIN
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(PLAIN)
    db.close()
    return path


def test_they_come_in_with_their_numbers_and_are_found(tmp_path: Path) -> None:
    path = plain(tmp_path)
    with Notes(tmp_path, SECRET) as memory:
        assert [(n.id, n.kind, n.text, n.at_wall_s) for n in memory.recent()] == [
            (9, "remembered", "Buy figs.", 8.5),
            (4, "said", "The zanzibar pin.", 6.5),
        ]
        assert memory.search(["pins"])
    assert not path.exists()
    assert b"zanzibar" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_a_death_before_the_plain_file_is_destroyed_brings_nothing_twice(tmp_path: Path) -> None:
    content = plain(tmp_path).read_bytes()
    Notes(tmp_path, SECRET).close()
    (tmp_path / migration.PLAIN).write_bytes(content)
    with Notes(tmp_path, SECRET) as memory:
        assert len(memory.recent()) == 2
    assert not (tmp_path / migration.PLAIN).exists()


def test_damaged_ones_are_set_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / migration.PLAIN).write_bytes(b"no database at all" * 500)
    told: list[str] = []
    with opening.for_writing(tmp_path, SECRET, told.append) as memory:
        assert memory.recent() == []
    assert "notes.sqlite.damaged" in told[0]
    assert (tmp_path / migration.DAMAGED).exists()
