"""How do notes of before come in? The plain file `notes.sqlite` is read once, then destroyed.

Beside it stood the words of the ledger, in its own lines; `edge/ledger/` hands them over itself.
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from edge.notes import retention
from edge.notes.vault import Connection

PLAIN: Final = "notes.sqlite"
LESSONS: Final = "addressee.json"
"""Numbers that corrections had taught a classifier which is no more."""
DAMAGED: Final = "notes.sqlite.damaged"
_COLUMNS: Final = "id, kind, text, at_ms, at_wall_s, run, source, confidence"
BLOCK_BYTES: Final = 1 << 20


def carry_over(folder: Path, db: Connection) -> None:
    """Take the plain notes of a folder into an encrypted file, if there are any.

    Of damaged ones as many as can be read; then the file is set aside, as it is.
    """
    path = folder / PLAIN
    if not path.exists():
        return
    try:
        _copy_rows(path, db)
    except sqlite3.DatabaseError:
        path.rename(folder / DAMAGED)


def complaint(folder: Path) -> str:
    """Return what a person should know of damaged notes of before; empty where there are none."""
    path = folder / DAMAGED
    if not path.exists():
        return ""
    return f"{path} is damaged; what could be read of it was taken over. It is not encrypted"


def _copy_rows(path: Path, db: Connection) -> None:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as plain:
        for row in plain.execute(f"SELECT {_COLUMNS} FROM note ORDER BY id"):  # noqa: S608 (ours)
            kept = retention.CLASS_OF.get(row[1], "month")
            db.execute(
                f"INSERT INTO note ({_COLUMNS}, who, mark, observation, keeps) "  # noqa: S608 (ours)
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', -1, ?)",
                (*row, kept),
            )


def finish(folder: Path) -> None:
    """Destroy what was not encrypted: the encrypted file is complete. Raises OSError."""
    for name in (*(f"{PLAIN}{ending}" for ending in ("-wal", "-shm", "-journal", "")), LESSONS):
        path = folder / name
        if path.exists():
            shred(path)


def shred(path: Path) -> None:
    """Overwrite a file where it lies, and remove it."""
    left_bytes = path.stat().st_size
    with path.open("r+b") as file:
        while left_bytes > 0:
            left_bytes -= file.write(bytes(min(left_bytes, BLOCK_BYTES)))
        file.flush()
        os.fdatasync(file.fileno())
    path.unlink()
