"""What did an attack leave behind? The target, its folder, and what outlives a process."""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from edge.audit.attack.files import Planted

SHARED_PLACES: Final = ("/dev/shm", "/dev/mqueue")  # noqa: S108 (looked at)
TABLES: Final = ("shm", "msg", "sem")


@dataclass(frozen=True, slots=True)
class Traces:
    """What is there at one moment. `last read` is not among it: whoever checks reads."""

    content: str
    """Of the target: the SHA-256."""
    attributes: tuple[int, ...]
    """Of the target: mode, links, owner, group, size, times of content."""
    extended: tuple[str, ...]
    """Of the target: names of extended attributes."""
    beside: tuple[str, ...]
    """Names in its folder."""
    shared: tuple[str, ...]
    """Files in shared memory, and queues, that carry the run's name."""
    system_v: tuple[str, ...]
    """Memory, messages and semaphores of System V with the run's key."""
    keys: int
    """Keys with the run's name."""

    @classmethod
    def of(cls, target: Path, planted: Planted) -> Self:
        """Look."""
        status = target.stat()
        return cls(
            content=hashlib.sha256(target.read_bytes()).hexdigest(),
            attributes=(
                *(status.st_mode, status.st_nlink, status.st_uid, status.st_gid, status.st_size),
                status.st_mtime_ns,
            ),
            extended=_extended(target),
            beside=tuple(sorted(path.name for path in target.parent.iterdir())),
            shared=tuple(str(path) for path in _shared(planted)),
            system_v=tuple(table for table in TABLES if _has_key(table, planted.key)),
            keys=_text("/proc/keys").count(planted.token),
        )

    def changes_since(self, later: Self, *, may_write: bool) -> tuple[str, ...]:
        """Return a sentence for each thing that is not as it was.

        Who may write to what it has open may write to the target, which was left open.
        """
        allowed = {"content", "attributes"} if may_write else set()
        words = {
            "content": "the target's content has changed",
            "attributes": "the target's mode, owner, size or time has changed",
            "extended": "the target has other extended attributes",
            "beside": f"its folder now holds {', '.join(later.beside)}",
            "shared": f"there is {', '.join(later.shared)}",
            "system_v": f"there is System V's {', '.join(later.system_v)}",
            "keys": f"{later.keys} keys are left",
        }
        return tuple(
            sentence
            for field, sentence in words.items()
            if field not in allowed and getattr(self, field) != getattr(later, field)
        )


def take_away(planted: Planted) -> None:
    """Remove what an attack made outside its folder."""
    for path in _shared(planted):
        with contextlib.suppress(OSError):
            path.unlink()


def _shared(planted: Planted) -> list[Path]:
    found: list[Path] = []
    for place in SHARED_PLACES:
        with contextlib.suppress(OSError):
            found += Path(place).glob(f"*{planted.token}*")
    return found


def _extended(target: Path) -> tuple[str, ...]:
    try:
        return tuple(os.listxattr(target))
    except OSError:  # a file system without them
        return ()


def _has_key(table: str, key: int) -> bool:
    rows = _text(f"/proc/sysvipc/{table}").splitlines()[1:]
    return any(int(row.split()[0]) == key for row in rows)


def _text(place: str) -> str:
    """Return a table of the kernel's; empty where the kernel has none."""
    try:
        return Path(place).read_text("utf-8", "replace")
    except OSError:
        return ""
