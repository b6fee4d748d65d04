"""Who is in the team? An own key, and the others' public keys under the names that we gave them.

Members are added by exchanging a line. It is no secret, but whoever can change it on its way is
taken for that member: hand it over face to face, or by something that you trust already.
"""

import base64
import binascii
import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Final, Self

import msgspec

from edge import whole_file
from edge.garbled import GARBLED

FILE_NAME: Final = "team.key"
MOST_BYTES: Final = 1 << 16
MOST_MEMBERS: Final = 32
"""Each sentence is closed for each of them."""
NAME: Final = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9 '-]{0,30}")
LINE: Final = re.compile(r"offrecord-team:([A-Za-z0-9_-]{43})")

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""32 bytes in base64url, without its padding."""


class TeamRefused(RuntimeError):
    """What was asked of the team cannot be done; one sentence."""


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the others."""

    name: str
    key: Key

    @property
    def public(self) -> bytes:
        """The key, in bytes."""
        return _bytes(self.key)

    @property
    def id(self) -> str:
        """What the broker knows it by."""
        return id_of(self.public)


class Team(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """We, and the others."""

    private: Key
    members: Annotated[tuple[Member, ...], msgspec.Meta(max_length=MOST_MEMBERS)] = ()

    @classmethod
    def new(cls) -> Self:
        """Return a team of one."""
        return cls(_text(os.urandom(32)))

    @property
    def secret(self) -> bytes:
        """Our own key, in bytes."""
        return _bytes(self.private)

    def with_member(self, name: str, line: str, own: bytes) -> "Team":
        """Return the team with one more. Raises TeamRefused."""
        found = LINE.fullmatch(line.strip())
        if not found:
            raise TeamRefused("that is no line of a member; `offrecord team create` prints one")
        if not NAME.fullmatch(name):
            raise TeamRefused(f'"{name}" is no name; up to 31 letters, digits, spaces, \' and -')
        member = Member(name, found[1])
        if member.public == own:
            raise TeamRefused("that line is your own; give it to the others, and add theirs")
        others = tuple(each for each in self.members if each.name.lower() != name.lower())
        if len(others) < len(self.members) or any(each.key == member.key for each in others):
            raise TeamRefused(f'"{name}", or who has that line, is a member; remove it first')
        if len(others) == MOST_MEMBERS:
            raise TeamRefused(f"a team has at most {MOST_MEMBERS + 1} members")
        return Team(self.private, (*others, member))

    def without(self, name: str) -> "Team":
        """Return the team without a member. Raises TeamRefused."""
        left = tuple(each for each in self.members if each.name.lower() != name.lower())
        if len(left) == len(self.members):
            raise TeamRefused(f'nobody is called "{name}"; `offrecord team members` lists them')
        return Team(self.private, left)


def load(folder: Path) -> Team | None:
    """Return the team that is kept in a folder, None if there is none. Raises TeamRefused."""
    path = folder / FILE_NAME
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=Team)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TeamRefused(f"cannot read {path}: {error.strerror}") from None
    except GARBLED:
        raise TeamRefused(f"{path} is damaged; move it away and create the team again") from None


def store(folder: Path, team: Team) -> None:
    """Keep it in place of the one before, readable by its owner alone. Raises TeamRefused."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole_file.write(folder / FILE_NAME, msgspec.json.encode(team))
    except OSError as error:
        raise TeamRefused(f"cannot write in {folder}: {error.strerror}") from None


def line_of(public: bytes) -> str:
    """Return what the others are to be given."""
    return f"offrecord-team:{_text(public)}"


def id_of(public: bytes) -> str:
    """Return what the broker knows the owner of a key by: it says nothing, and stays."""
    return hashlib.sha256(b"team" + public).hexdigest()[:16]


def _text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def _bytes(key: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(key + "=")
    except binascii.Error:
        raise TeamRefused("that is no key of a member") from None
