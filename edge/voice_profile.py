"""Where is the wearer's voice kept? In an encrypted file of its own in the data folder.

The runtime writes it once an enrolment ends, the launcher reads it and hands it to each chamber at
its birth. 256 signed bytes: no sound can be made of it, but it can tell whether another recording
is of the same person. So it is protected as notes are (`edge/notes/vault.py`): a new voice, like a
forgotten one, leaves the old one's file without its key.
"""

import errno
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from edge.garbled import GARBLED
from edge.messages import VoiceProfile
from edge.notes import vault
from edge.notes.migration import shred

NAME: Final = "voice"
PLAIN: Final = "voice"
"""The file of before, which is taken over and destroyed."""
MODEL: Final = "ge2e/1"
"""Counts up when weights, mel or windows change: an older voice then says nothing."""
MOST_BYTES: Final = 4096


class UselessVoice(ValueError):
    """A voice is there, but no use; the message says what to do."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(f"the voice in {folder} {problem}; run `offrecord enroll` again")


def load(folder: Path, secret: bytes) -> VoiceProfile | None:
    """Return the voice that is kept, None if there is none.

    Raises UselessVoice, OSError, vault.WrongKey.
    """
    try:
        profile = _kept(folder, secret)
    except (*GARBLED, vault.Damaged, vault.DatabaseError):
        raise UselessVoice(folder, "is damaged") from None
    if profile and profile.model != MODEL:
        raise UselessVoice(folder, "was learnt with another model")
    return profile


def store(folder: Path, profile: VoiceProfile, secret: bytes) -> None:
    """Keep a voice in place of the one before. Raises OSError, vault.Damaged."""

    def fill(path: Path, key: str) -> None:
        with closing(vault.open_file(path, key)) as db:
            db.execute("CREATE TABLE voice (profile BLOB NOT NULL)")
            db.execute("INSERT INTO voice VALUES (?)", (msgspec.json.encode(profile),))

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    vault.settle(folder, NAME)
    try:
        vault.renew(folder, NAME, secret, fill)
    except vault.DatabaseError as error:
        raise OSError(errno.EIO, str(error)) from None


def is_kept(folder: Path) -> bool:
    """Say whether there is a voice."""
    return vault.newest(folder, NAME) is not None or (folder / PLAIN).exists()


def forget(folder: Path) -> bool:
    """Destroy the voice's key, and its file; say whether there was one. Raises OSError."""
    was_kept = is_kept(folder)
    if was_kept and (last := vault.settle(folder, NAME)):
        vault.destroy(last)
    if (folder / PLAIN).exists():
        shred(folder / PLAIN)
    return was_kept


def _kept(folder: Path, secret: bytes) -> VoiceProfile | None:
    plain = folder / PLAIN
    if plain.exists():
        with plain.open("rb") as file:
            profile = msgspec.json.decode(file.read(MOST_BYTES), type=VoiceProfile)
        store(folder, profile, secret)
        shred(plain)
        return profile
    last = vault.newest(folder, NAME)
    if last is None:
        return None
    with closing(vault.connect(last, secret)) as db:
        row = db.execute("SELECT profile FROM voice").fetchone()
        return msgspec.json.decode(row[0], type=VoiceProfile)
