"""Who changed that file? The kernel is asked; for an ordinary user it answers less.

Root may watch whole file systems: fanotify names the process behind every change, also of files
that are removed again. Anybody may see who holds a file open, and which files this user could not
have changed. What nobody answers for stays unknown, and unknown is not a pass.
"""

import ctypes
import os
import select
import stat
import struct
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from edge.audit.changes import Changed

_LIBC: Final = ctypes.CDLL(None, use_errno=True)

# fanotify: the numbers are the same on every architecture.
CLOEXEC, NONBLOCK, UNLIMITED_QUEUE = 0x1, 0x2, 0x10
NAME_BOTH_ENDS: Final = 0x200 | 0x400 | 0x800 | 0x1000
"""FAN_REPORT_FID, _DIR_FID, _NAME, _TARGET_FID (Linux 5.17): the file, its folder and its name."""
MARK_ADD, MARK_FILESYSTEM = 0x1, 0x100
MODIFY, ATTRIB, CLOSE_WRITE, ON_DIR = 0x2, 0x4, 0x8, 0x40000000
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
CHANGES: Final = MODIFY | ATTRIB | CLOSE_WRITE | ON_DIR | MOVED_FROM | MOVED_TO | CREATE | DELETE
OF_THE_FOLDER: Final = MOVED_FROM | MOVED_TO | CREATE | DELETE
EVENT: Final = struct.Struct("=IBBHQii")
INFO: Final = struct.Struct("=BBH8sIi")
OF_FILE, OF_FOLDER_AND_NAME = 1, 2
READ_BYTES: Final = 1 << 16
MOST_HANDLE_BYTES: Final = 128
AT_FDCWD: Final = -100

Handle = tuple[int, bytes]
"""How the kernel names a file whatever its path: kind and bytes."""


class Who(Enum):
    """Who changed a file, as far as anybody can say."""

    OURS = "Offrecord"
    OTHERS = "others"
    UNKNOWN = "unknown"


class Deed(NamedTuple):
    """A change of which the kernel says who did it."""

    pid: int
    folder: Handle | None
    name: str
    is_of_list: bool
    """Whether something was made, removed or renamed."""


class Witness:
    """Watches file systems from `with` to its end, where the kernel lets us."""

    def __init__(self, roots: Collection[Path]) -> None:
        self.unwatched = list(roots)
        """File systems of which the kernel does not tell."""
        self._queue = self._until = self._end = -1
        self._pids: dict[Handle, set[int]] = defaultdict(set)
        self._deeds: list[Deed] = []
        self._thread = threading.Thread(target=self._watch, name="witness", daemon=True)

    @property
    def is_watching(self) -> bool:
        """Whether the kernel tells of anything at all; of what it does not, see `unwatched`."""
        return self._queue >= 0

    def __enter__(self) -> Self:
        self._queue = _LIBC.fanotify_init(
            NAME_BOTH_ENDS | UNLIMITED_QUEUE | CLOEXEC | NONBLOCK, os.O_RDONLY
        )
        self.unwatched = [root for root in self.unwatched if not self._mark(root)]
        self._until, self._end = os.pipe2(os.O_CLOEXEC)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._end)
        self._thread.join()
        os.close(self._until)
        if self.is_watching:
            os.close(self._queue)

    def pids(self, path: Path) -> frozenset[int]:
        """Return who was seen changing a file that still exists."""
        handle = handle_of(path)
        return frozenset(self._pids.get(handle, ())) if handle else frozenset()

    def deeds(self, pids: Collection[int], without: Collection[Path]) -> list[Deed]:
        """Return what these processes made, removed or renamed, but for that in some folders."""
        unseen = {handle_of(folder) for folder in without}
        return [deed for deed in self._deeds if deed.pid in pids and deed.folder not in unseen]

    def _mark(self, root: Path) -> bool:
        """Ask for all changes of a file system; say whether the kernel agreed."""
        flags, changes = MARK_ADD | MARK_FILESYSTEM, ctypes.c_uint64(CHANGES)
        return self.is_watching and not _LIBC.fanotify_mark(
            self._queue, flags, changes, AT_FDCWD, os.fsencode(root)
        )

    def _watch(self) -> None:
        while self._queue >= 0:
            ready, _, _ = select.select([self._queue, self._until], [], [])
            try:
                for deed, handles in _events(os.read(self._queue, READ_BYTES)):
                    for handle in handles:
                        self._pids[handle].add(deed.pid)
                    if deed.is_of_list:
                        self._deeds.append(deed)
            except BlockingIOError:  # all that happened before the end has been read
                if self._until in ready:
                    return


def _events(data: bytes) -> Iterator[tuple[Deed, list[Handle]]]:
    """Yield each event of a read: the deed, and whatever it changed."""
    at = 0
    while at < len(data):
        size, _, _, begin, mask, _, pid = EVENT.unpack_from(data, at)
        folder, name, handles = None, "", []
        info = at + begin
        while info < at + size:
            kind, _, info_bytes, _, handle_bytes, handle_kind = INFO.unpack_from(data, info)
            behind = info + INFO.size + handle_bytes
            handle = (handle_kind, data[info + INFO.size : behind])
            if kind == OF_FOLDER_AND_NAME:
                folder = handle
                name = os.fsdecode(data[behind : info + info_bytes].rstrip(b"\0"))
            if kind == OF_FILE or mask & OF_THE_FOLDER:
                handles.append(handle)
            info += info_bytes
        yield Deed(pid, folder, name, bool(mask & OF_THE_FOLDER)), handles
        at += size


class _FileHandle(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_uint),
        ("kind", ctypes.c_int),
        ("content", ctypes.c_ubyte * MOST_HANDLE_BYTES),
    )


def handle_of(path: Path) -> Handle | None:
    """Return the kernel's name of a file, None where it has none."""
    handle, mount = _FileHandle(size=MOST_HANDLE_BYTES), ctypes.c_int()
    if _LIBC.name_to_handle_at(
        AT_FDCWD, os.fsencode(path), ctypes.byref(handle), ctypes.byref(mount), 0
    ):
        return None
    return handle.kind, bytes(handle.content[: handle.size])


# --- what anybody may see ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who changed what."""

    ours: tuple[Changed, ...]
    others: tuple[Changed, ...]
    unknown: tuple[Changed, ...]


def attribute(
    changed: Collection[Changed], our_pids: Collection[int], witness: Witness
) -> Attribution:
    """Sort changes by who made them; `our_pids` are all that belonged to the run.

    What has gone again since it was found is left out: nothing of it stays.
    """
    holders = _writers({_identity(change.status) for change in changed})
    sorted_: dict[Who, list[Changed]] = {who: [] for who in Who}
    for change in changed:
        if not os.path.lexists(change.path):
            continue
        pids = witness.pids(change.path) or holders.get(_identity(change.status), frozenset())
        sorted_[_who(change, pids, our_pids)].append(change)
    return Attribution(*(tuple(sorted_[who]) for who in Who))


def _who(change: Changed, pids: Collection[int], our_pids: Collection[int]) -> Who:
    if pids:
        return Who.OURS if set(pids) & set(our_pids) else Who.OTHERS
    return Who.UNKNOWN if _could_be_ours(change) else Who.OTHERS


def _could_be_ours(change: Changed) -> bool:
    """Say whether this user, and therefore a process of this user, may change the file."""
    is_link = stat.S_ISLNK(change.status.st_mode)
    return change.status.st_uid == os.geteuid() or (
        not is_link and os.access(change.path, os.W_OK, effective_ids=True)
    )


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _writers(files: Collection[tuple[int, int]]) -> dict[tuple[int, int], frozenset[int]]:
    """Return who holds these files open for writing, as far as /proc shows."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            identity = _identity(descriptor.stat())
            if identity in files and descriptor.lstat().st_mode & stat.S_IWUSR:
                found[identity].add(int(descriptor.parts[2]))
        except OSError:  # it has just been closed, or this user may not look
            continue
    return {identity: frozenset(pids) for identity, pids in found.items()}
