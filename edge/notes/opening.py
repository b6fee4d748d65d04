"""How are the notes opened, whatever has become of the file?

The writer goes on with the last good copy where the file is damaged, and says so; the damaged one
is set aside, encrypted as it was. Who only looks may look on a medium that nobody can write to.
"""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from edge.notes import migration, vault
from edge.notes.forgetting import Wish
from edge.notes.reading import Reading
from edge.notes.store import NAME, Notes, NotesUnwritable
from edge.notes.vault import DatabaseError, Generation, OperationalError

COPIED_EVERY_S: Final = 20 * 3600.0
Tell = Callable[[str], None]


class NoNotes(RuntimeError):
    """There is nothing to look at, or it cannot be looked at; one sentence."""


def for_writing(folder: Path, secret: bytes, tell: Tell) -> Notes:
    """Open the notes of a folder for their one writer.

    Raises vault.WrongKey, and NotesUnwritable where the medium takes nothing.
    """
    try:
        notes = Notes(folder, secret)
    except vault.Damaged as damage:
        generation = vault.newest(folder, NAME)
        if generation is None:
            raise
        has_copy = _set_aside(generation)
        if has_copy:
            shutil.copyfile(generation.copy, generation.file)
            when = time.strftime("%d %B, %H:%M", time.localtime(generation.copy.stat().st_mtime))
            tell(f"{damage}; they were set aside, and the copy of {when} takes their place")
        else:
            tell(f"{damage}; they were set aside, and new ones begin")
        notes = Notes(folder, secret)
    if complaint := migration.complaint(folder):
        tell(complaint)
    return notes


@contextlib.contextmanager
def for_reading(folder: Path, secret: bytes) -> Iterator[Reading]:
    """Open the notes of a folder beside whoever writes them. Raises NoNotes, vault.WrongKey."""
    generation = vault.newest(folder, NAME)
    if generation is None:
        raise NoNotes(f"there are no notes in {folder} yet")
    with contextlib.ExitStack() as held:
        try:
            key = vault.key_of(generation, secret)
            db = held.enter_context(contextlib.closing(vault.open_file(generation.file, key)))
            try:
                db.execute("SELECT count(*) FROM fact").fetchone()
            except OperationalError:  # a log must be made beside it, and none can be
                db.close()
                elsewhere = _elsewhere(generation, held)
                db = held.enter_context(contextlib.closing(vault.open_file(elsewhere, key)))
                db.execute("SELECT count(*) FROM fact").fetchone()
        except (OSError, DatabaseError) as error:
            raise NoNotes(f"cannot read the notes {generation.file}: {error}") from None
        yield Reading(db)


@contextlib.contextmanager
def texts(folder: Path, secret: Callable[[], bytes]) -> Iterator[Reading | None]:
    """Open what holds the words of a folder's ledger; None where there are no notes beside it.

    Raises NoNotes, vault.WrongKey.
    """
    if vault.newest(folder, NAME) is None:
        yield None
        return
    with for_reading(folder, secret()) as reading:
        yield reading


def leave_wish(folder: Path, secret: bytes, wish: Wish) -> None:
    """Write down what whoever runs is to forget. Raises NotesUnwritable, vault.WrongKey."""
    generation = vault.newest(folder, NAME)
    assert generation
    try:
        with contextlib.closing(vault.connect(generation, secret)) as db:
            text = msgspec.json.encode(wish).decode()
            db.execute("INSERT INTO wish (wish) VALUES (?)", (text,))
    except (OSError, DatabaseError) as error:
        raise NotesUnwritable(f"cannot write to {generation.file}: {error}") from None


def sizes(folder: Path) -> dict[str, Any]:
    """Return how large the notes are on the disk, and when they were last copied."""
    generation = vault.newest(folder, NAME)
    assert generation
    copied_s = generation.copy.stat().st_mtime if generation.copy.exists() else None
    sizes = [file.stat().st_size for file in generation.all_files() if file != generation.copy]
    return {"bytes": sum(sizes), "copied_s": copied_s}


def is_copy_due(notes: Notes, now_s: float) -> bool:
    """Say whether the last good copy is older than a day."""
    try:
        return not 0 <= now_s - notes.generation.copy.stat().st_mtime < COPIED_EVERY_S
    except FileNotFoundError:
        return True


def _set_aside(generation: Generation) -> bool:
    """Move what is damaged out of the way, and say whether there is a copy that can be read."""
    stamp = f"damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    is_salt_whole = vault.has_whole_salt(generation)
    start = f"{generation.name}.{generation.number}."
    for file in generation.all_files():
        if file.name.startswith(f"{start}sqlite"):
            file.rename(file.with_name(f"{start}{stamp}{file.name.removeprefix(start)}"))
    if not is_salt_whole:
        generation.salt.rename(generation.salt.with_name(f"{start}{stamp}.salt"))
    return is_salt_whole and generation.copy.exists()


def _elsewhere(generation: Generation, held: contextlib.ExitStack) -> Path:
    """Return where a copy of the file and its log lies that can be read: encrypted as it is."""
    folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="offrecord-notes-")))
    for ending in ("", "-wal"):
        file = generation.file.with_name(generation.file.name + ending)
        if file.exists():
            shutil.copyfile(file, folder / file.name)
    return folder / generation.file.name
