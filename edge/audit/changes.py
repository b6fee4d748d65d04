"""Which files changed since a moment, anywhere that a process could write? Nothing is read in here.

The kernel stamps a file's ctime on every change: content, name, owner, timestamps, attributes. No
program can set it. What it does not show is a file that was made and removed again, and a folder of
which only the list changed (`edge/audit/witness.py` sees both, for root).
"""

import os
import re
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NOT_STORAGE: Final = frozenset(
    {
        *("proc", "sysfs", "cgroup", "cgroup2", "devpts", "securityfs", "debugfs", "tracefs"),
        *("configfs", "fusectl", "pstore", "bpf", "efivarfs", "rpc_pipefs", "binfmt_misc"),
        *("autofs", "nsfs", "selinuxfs", "fuse.portal"),
    }
)
"""File systems that are the kernel's own words, and a portal to what is seen elsewhere."""
OCTAL: Final = re.compile(r"\\([0-7]{3})")
MARK: Final = "now"


@dataclass(frozen=True, slots=True)
class Changed:
    """A file (or what else has a name) that changed."""

    path: Path
    status: os.stat_result


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk over file systems found."""

    changed: tuple[Changed, ...]
    files: int
    """How many were looked at."""
    took_s: float


def moment_ns(folder: Path) -> int:
    """Return the file system's own clock, by a mark in a folder that is not looked at."""
    mark = folder / MARK
    mark.write_bytes(b"")
    os.utime(mark)
    return mark.stat().st_ctime_ns


def places() -> list[Path]:
    """Return the mount points of all writable file systems that store, each once."""
    visible = {mount.path: mount for mount in _mounts()}  # the last one at a place hides the others
    mounts = sorted(visible.values(), key=lambda mount: (mount.root != "/", mount.path))
    whole: set[str] = set()
    found: dict[tuple[str, str], Path] = {}
    for mount in mounts:
        if not mount.is_writable or mount.kind in NOT_STORAGE or mount.device in whole:
            continue
        found.setdefault((mount.device, mount.root), Path(mount.path))
        if mount.root == "/":
            whole.add(mount.device)
    return sorted(found.values())


def is_looked_at(folder: Path) -> bool:
    """Say whether a walk over `places()` comes to a folder."""
    roots = places()
    mount_points = {Path(mount.path) for mount in _mounts()}
    for place in (folder, *folder.parents):
        if place in roots:
            return True
        if place in mount_points:
            return False
    return False


def since(start_ns: int, roots: Collection[Path], without: Collection[Path] = ()) -> Walk:
    """Return what changed at or after `start_ns` under `roots`, but for the folders `without`.

    A folder counts when it was changed itself, not when only the list of what is in it was.
    """
    began_s = time.monotonic()
    stops = {mount.path for mount in _mounts()} | {str(folder) for folder in without}
    changed: list[Changed] = []
    files = 0
    waiting = [str(root) for root in roots]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:  # it has just gone, or this user may not look into it
            continue
        files += len(entries)
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            is_folder = stat.S_ISDIR(status.st_mode)
            if is_folder and entry.path not in stops:
                waiting.append(entry.path)
            if status.st_ctime_ns >= start_ns and entry.path not in stops:
                is_list_only = is_folder and status.st_mtime_ns == status.st_ctime_ns
                if not is_list_only:
                    changed.append(Changed(Path(entry.path), status))
    return Walk(tuple(changed), files, time.monotonic() - began_s)


@dataclass(frozen=True, slots=True)
class _Mount:
    device: str
    root: str
    """Which part of the file system it shows."""
    path: str
    kind: str
    is_writable: bool


def _mounts() -> Iterator[_Mount]:
    for line in Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        _, _, device, root, path, options, *_ = before.split(" ")
        kind, _, of_all = after.split(" ", 2)
        is_writable = "rw" in options.split(",") and "rw" in of_all.split(",")
        yield _Mount(device, root, _unescaped(path), kind, is_writable)


def _unescaped(path: str) -> str:
    return OCTAL.sub(lambda found: chr(int(found[1], 8)), path)
