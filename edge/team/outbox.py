"""What has been said to the team and is not with the broker yet? One file a sentence, closed.

`offrecord team say` writes, the runtime enters each envelope in the ledger, hands it to the broker
and then removes the file. Killed in between, it sends it again: the number tells the others.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec

from edge import whole_file
from edge.garbled import GARBLED
from edge.team import envelope
from edge.team.envelope import Letter
from edge.team.members import MOST_MEMBERS, Member, Team, TeamRefused

FOLDER: Final = "team-out"
MOST_BYTES: Final = 2 * MOST_MEMBERS * envelope.MOST_BYTES
DIGITS: Final = 15
ENDING: Final = ".letter"
LAST: Final = "last"
"""The number of the sentence that was said last."""
MOST_WAITING: Final = 1000


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence for one member."""

    to: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    closed: Annotated[bytes, msgspec.Meta(max_length=envelope.MOST_BYTES)]


def post(data: Path, team: Team, text: str) -> int:
    """Close a sentence for every member and keep it; return for how many. Raises TeamRefused."""
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _held(folder):
            if len(waiting(data)) >= MOST_WAITING:
                raise TeamRefused("the broker has not taken what was said before; is it there?")
            number = _next(folder)
            closed = [_closed(team, member, Letter(number, text)) for member in team.members]
            path = folder / f"{number:0{DIGITS}}{ENDING}"
            whole_file.write(path, msgspec.msgpack.encode(closed))
    except OSError as error:
        raise TeamRefused(f"cannot write in {folder}: {error.strerror}") from None
    return len(closed)


def waiting(data: Path) -> list[Path]:
    """Return what is to be sent, in the order in which it was said."""
    folder = data / FOLDER
    return sorted(folder.glob(f"[0-9]*{ENDING}")) if folder.is_dir() else []


def read(path: Path) -> Sequence[Envelope]:
    """Return the envelopes of a sentence; none where the file is damaged. Raises OSError."""
    with path.open("rb") as file:
        try:
            return msgspec.msgpack.decode(file.read(MOST_BYTES), type=tuple[Envelope, ...])
        except GARBLED:
            return ()


def readable(team: Team, envelopes: Sequence[Envelope]) -> Iterator[tuple[Member, Envelope, str]]:
    """Yield each envelope to who is a member still, with its words: the ledger has them."""
    known = {member.id: member for member in team.members}
    for each in envelopes:
        if member := known.get(each.to):
            yield member, each, envelope.reread(team.secret, member.public, each.closed).text


def _closed(team: Team, member: Member, letter: Letter) -> Envelope:
    return Envelope(member.id, envelope.close(team.secret, member.public, letter))


def _next(folder: Path) -> int:
    """Return a number larger than any before, also where the clock was set back."""
    last = folder / LAST
    before = int(last.read_bytes() or b"0") if last.exists() else 0
    number = max(before + 1, time.time_ns() // 1_000_000)
    whole_file.write(last, b"%d" % number)
    return number


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Have nobody else number a sentence meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
