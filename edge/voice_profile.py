"""Where is the wearer's voice kept? In the file `voice` of the data folder, the owner's alone.

The runtime writes it once an enrolment ends, the launcher reads it and hands it to each chamber at
its birth. 256 signed bytes: no sound can be made of it, but it can tell whether another recording
is of the same person. It is not encrypted yet; it will be, as soon as notes are.
"""

from pathlib import Path
from typing import Final

import msgspec

from edge import whole_file
from edge.messages import VoiceProfile

FILE_NAME: Final = "voice"
MODEL: Final = "ge2e/1"
"""Counts up when weights, mel or windows change: an older voice then says nothing."""
MOST_BYTES: Final = 4096


class UselessVoice(ValueError):
    """The file is there, but no use; the message says what to do."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}; run `offrecord enroll` again")


def load(folder: Path) -> VoiceProfile | None:
    """Return the voice that is kept, None if there is none. Raises UselessVoice, OSError."""
    path = folder / FILE_NAME
    try:
        with path.open("rb") as file:
            profile = msgspec.json.decode(file.read(MOST_BYTES), type=VoiceProfile)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UselessVoice(path, "is damaged") from None
    if profile.model != MODEL:
        raise UselessVoice(path, "was learnt with another model")
    return profile


def store(folder: Path, profile: VoiceProfile) -> None:
    """Keep a voice in place of the one before. Raises OSError."""
    whole_file.write(folder / FILE_NAME, msgspec.json.encode(profile))


def forget(folder: Path) -> bool:
    """Delete the voice; say whether there was one. Raises OSError."""
    try:
        (folder / FILE_NAME).unlink()
    except FileNotFoundError:
        return False
    return True
