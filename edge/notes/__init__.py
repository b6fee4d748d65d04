"""The memory: one encrypted file (`vault`), what it holds (`schema`), who reads and writes it.

`Notes` is the one writer, `Reading` whoever only looks. What is to be forgotten is a `Wish`.
"""

from edge.notes.forgetting import Doomed, Wish
from edge.notes.reading import ALL, EVIDENCE, Reading
from edge.notes.store import Notes, NotesUnwritable
from edge.notes.vault import Damaged, WrongKey

__all__ = [
    "ALL",
    "EVIDENCE",
    "Damaged",
    "Doomed",
    "Notes",
    "NotesUnwritable",
    "Reading",
    "Wish",
    "WrongKey",
]
