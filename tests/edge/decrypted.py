"""All that the encrypted notes of a folder hold, for whoever has the key."""

from pathlib import Path

from edge.notes import opening


def words_in(folder: Path, secret: bytes) -> str:
    """Return every value of every table, the full-text index's own too."""
    with opening.for_reading(folder, secret) as notes:
        tables = notes.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = [row for (name,) in tables for row in notes.db.execute(f"SELECT * FROM {name}")]  # noqa: S608 (its own names)
    return "\n".join(str(value) for row in rows for value in row)
