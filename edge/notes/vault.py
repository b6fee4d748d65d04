"""Where does an encrypted file lie, with which key, and how is that key destroyed?

A kept thing called `notes` is a pair of files in the data folder: `notes.7.sqlite`, encrypted by
SQLCipher, and `notes.7.salt`. The file's key is made of the salt and of the owner's secret
(`edge/notes/keys.py`), which lies elsewhere: neither the folder nor the secret alone opens it.

Nothing is ever erased in place. What is to stay is written into generation 8, under a fresh salt;
the moment at which `notes.8.salt` has its name is the moment of the change. Then the old salt is
overwritten, and with it the old file, its log and its copies are noise, wherever the medium may
still hold their sectors. `settle` finishes, at the next start, what a kill -9 interrupted.
"""

import hmac
import os
import re
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

from sqlcipher3 import dbapi2 as sqlcipher

from edge import whole_file

SECRET_BYTES: Final = 32
SALT_BYTES: Final = 32
CHECK_BYTES: Final = 16
BUSY_S: Final = 5.0
"""How long one process waits for another's transaction."""

DatabaseError: Final = cast("type[sqlite3.DatabaseError]", sqlcipher.DatabaseError)
OperationalError: Final = cast("type[sqlite3.OperationalError]", sqlcipher.OperationalError)
Connection = sqlite3.Connection
"""SQLCipher's has the same methods."""


class WrongKey(ValueError):
    """The secret is not the one with which the file was written; one sentence."""


class Damaged(RuntimeError):
    """The file, or its salt, cannot be read. Nothing was deleted."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One pair of files."""

    folder: Path
    name: str
    number: int

    @property
    def file(self) -> Path:
        """The encrypted database."""
        return self.folder / f"{self.name}.{self.number}.sqlite"

    @property
    def salt(self) -> Path:
        """What makes its key out of the secret."""
        return self.folder / f"{self.name}.{self.number}.salt"

    @property
    def copy(self) -> Path:
        """The last good copy of the file, under the same key."""
        return self.folder / f"{self.name}.{self.number}.copy"

    def all_files(self) -> list[Path]:
        """Return every file of this generation but its salt."""
        start = f"{self.name}.{self.number}."
        return [p for p in self.folder.iterdir() if p.name.startswith(start) and p != self.salt]


def newest(folder: Path, name: str) -> Generation | None:
    """Return the pair that holds now; None where nothing was ever kept. Changes nothing."""
    found = _generations(folder, name)
    return found[-1] if found else None


def settle(folder: Path, name: str) -> Generation | None:
    """Return the same, once what a death interrupted is finished. For the folder's one writer."""
    found = _generations(folder, name)
    for old in found[:-1]:
        destroy(old)
    last = found[-1] if found else None
    files = folder.iterdir() if folder.is_dir() else ()
    for path in list(files):
        match = re.match(rf"{re.escape(name)}\.(\d+)\.(?:sqlite|copy|salt)", path.name)
        is_unborn = match and (last is None or int(match[1]) != last.number)
        if is_unborn or (last and path.name.startswith(f"{last.salt.name}.")):
            if ".salt" in path.name:
                _overwrite(path)
            path.unlink()
    return last


def connect(generation: Generation, secret: bytes) -> Connection:
    """Open a pair. Raises WrongKey, Damaged, OSError."""
    return open_file(generation.file, key_of(generation, secret))


def key_of(generation: Generation, secret: bytes) -> str:
    """Return the key of a pair, in hexadecimal. Raises WrongKey, Damaged, OSError."""
    content = generation.salt.read_bytes()
    salt, check = content[:SALT_BYTES], content[SALT_BYTES:]
    if len(check) != CHECK_BYTES:
        raise Damaged(f"{generation.salt} is damaged, and without it the notes cannot be read")
    key, true_check = _derive(secret, salt)
    if not hmac.compare_digest(check, true_check):
        raise WrongKey(
            f"the {generation.name} in {generation.folder} were written with another key than "
            "this one; nothing was changed: bring back the key that they were written with"
        )
    return key


def has_whole_salt(generation: Generation) -> bool:
    """Say whether the salt can be read, and is of its size."""
    try:
        return generation.salt.stat().st_size == SALT_BYTES + CHECK_BYTES
    except OSError:
        return False


def open_file(path: Path, key: str) -> Connection:
    """Open an encrypted file that is there, or make it. Raises OperationalError."""
    connection = cast(
        "Connection", sqlcipher.connect(str(path), isolation_level=None, timeout=BUSY_S)
    )
    for pragma in (
        "cipher_log_level = NONE",  # it would tell stderr of what it cannot decrypt
        f"key = \"x'{key}'\"",
        "secure_delete = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def renew(folder: Path, name: str, secret: bytes, fill: Callable[[Path, str], None]) -> Generation:
    """Have a new pair take the place of the old one, whose key is destroyed.

    `fill` is given the path of the new file and its key, in hexadecimal, and writes it to the end.
    Raises what `fill` raises, and OSError; then nothing has changed. Raises Damaged where the new
    pair is there and the old key could not be destroyed: `settle` does that later.
    """
    old = newest(folder, name)
    new = Generation(folder, name, old.number + 1 if old else 1)
    salt = secrets.token_bytes(SALT_BYTES)
    key, check = _derive(secret, salt)
    try:
        _make(new.file)
        fill(new.file, key)
        bring_to_medium(new.file)
        whole_file.write(new.salt, salt + check)
    except (OSError, DatabaseError):
        with suppress(OSError):
            new.salt.unlink(missing_ok=True)  # it may have its name; without its file it must not
            new.file.unlink(missing_ok=True)
        raise
    if old:
        try:
            destroy(old)
        except OSError as error:
            problem = f"was not destroyed: {error.strerror}"
            raise Damaged(f"the old key of the {name} in {folder} {problem}") from None
    return new


def make_copy(generation: Generation, secret: bytes) -> None:
    """Make the copy, under the same key, so that it is forgotten with the rest; for a thread.

    It reads through a connection of its own: notes may be written meanwhile. Raises OSError, and
    then the last copy stays.
    """
    unborn = generation.copy.with_name(f"{generation.copy.name}.new")
    try:
        _make(unborn)
        key = key_of(generation, secret)
        with (
            closing(open_file(generation.file, key)) as source,
            closing(open_file(unborn, key)) as target,
        ):
            source.backup(target)
        bring_to_medium(unborn)
        unborn.replace(generation.copy)
    except DatabaseError as error:
        raise OSError(f"cannot copy the notes: {error}") from None
    finally:
        unborn.unlink(missing_ok=True)


def destroy(generation: Generation) -> None:
    """Overwrite the salt where it lies, and then remove the whole pair. Raises OSError."""
    _overwrite(generation.salt)
    _remove(generation.all_files())
    generation.salt.unlink()
    bring_to_medium(generation.folder)


def bring_to_medium(path: Path) -> None:
    """Wait until the medium has a file, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make(path: Path) -> None:
    """Make an empty file that its owner alone can read."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _derive(secret: bytes, salt: bytes) -> tuple[str, bytes]:
    """Return the key that secret and salt make, and by what it is known."""
    key = hmac.digest(secret, b"offrecord key" + salt, sha256)
    return key.hex(), hmac.digest(key, b"offrecord check", sha256)[:CHECK_BYTES]


def _generations(folder: Path, name: str) -> list[Generation]:
    """Return those whose salt has not been overwritten, the oldest first."""
    pattern = re.compile(rf"{re.escape(name)}\.(\d+)\.salt")
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    numbers = sorted(int(match[1]) for match in map(pattern.fullmatch, names) if match)
    found = [Generation(folder, name, number) for number in numbers]
    return [each for each in found if _has_key(each)]


def _has_key(generation: Generation) -> bool:
    """Say whether a salt has not been overwritten; a renewal may remove it meanwhile."""
    try:
        return bool(generation.salt.read_bytes().strip(b"\0"))
    except FileNotFoundError:
        return False


def _overwrite(salt: Path) -> None:
    with salt.open("r+b") as file:
        file.write(bytes(SALT_BYTES + CHECK_BYTES))
        file.flush()
        os.fdatasync(file.fileno())


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
