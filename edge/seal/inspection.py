"""Is that process really sealed? The kernel's own answers, read from outside.

Nothing here asks the process. What the kernel will not tell is `unchecked`, which is not a pass.
One wall leaves no trace in /proc: a Landlock domain. Its proof is that stage 0 ends, and does not
go on, when a kernel with Landlock refuses it.
"""

import errno
import fcntl
import os
import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from edge.seal.birth import landlock_abi
from edge.seal.descriptors import numbers, open_kinds
from edge.seal.profiles import DEVICE, LOUDSPEAKER, PROFILES, READ_ONLY, SOUND_SERVER, Profile

Level = Literal["A", "B", "C", "D"]

ANY_NUMBER: Final = -9
"""As the key of a kind that may be open under whichever number; below those of the rows."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen of one process."""

    problems: tuple[str, ...]
    """Each one sentence; with any of them the process must not be given a sample."""
    unchecked: tuple[str, ...]
    threads: int
    level: Level
    """What the walls amount to when there are no problems."""
    swap_kib: int


def written_bytes(pid: int) -> int:
    """Return how many bytes a process has handed to write calls since its birth.

    The kernel counts them. Raises OSError where it will not tell us: a user must ask while the
    process lives, root may also ask a zombie.
    """
    counters = dict(line.split(": ") for line in _read(pid, "io").splitlines())
    return int(counters["wchar"])


def inspect(
    pid: int,
    profile: str,
    *,
    allowed_fds: Mapping[int, str] | None = None,
    also_open: Collection[str] = (),
) -> Inspection:
    """Look at every thread, descriptor and map of a process that should be sealed.

    `allowed_fds` (number -> kind, a negative number for any; None: as the profile's row says) is
    all that may stand open, beside the kinds `also_open`; `edge/seal/descriptors.py` says what
    kinds there are.
    """
    row = PROFILES[profile]
    allowed = row.descriptors if allowed_fds is None else allowed_fds
    if allowed is not None:
        allowed = {**allowed, **{ANY_NUMBER - n: kind for n, kind in enumerate(also_open)}}
    problems: list[str] = []
    unchecked: list[str] = []
    found: dict[int, str] = {}
    checks: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
        ("threads", lambda: _threads(pid)),
        ("descriptors", lambda: _descriptors(pid, allowed, found)),
        ("maps", lambda: _maps(pid, row)),
        ("core limit", lambda: _core_limit(pid)),
        ("core dumps", lambda: _dumpable(pid)),
        ("children", lambda: _children(pid)),
    )
    for name, check in checks:
        try:
            problems += check()
        except (FileNotFoundError, ProcessLookupError):
            problems.append(f"process {pid} has ended")
            break
        except OSError as error:
            unchecked.append(f"{name}: {error.strerror}")
    return Inspection(
        problems=tuple(problems),
        unchecked=tuple(unchecked),
        threads=_number(pid, "Threads"),
        level=_level(allowed, found),
        swap_kib=_number(pid, "VmSwap"),
    )


def _level(allowed: Mapping[int, str] | None, found: Mapping[int, str]) -> Level:
    if allowed is not None and SOUND_SERVER in found.values():
        return "D"
    return "A" if landlock_abi() else "C"


# --- threads -------------------------------------------------------------------------------------


def _threads(pid: int) -> Iterator[str]:
    """Find threads without a filter, or with no more filters than this process itself has.

    In a container everybody has a filter, which is not ours.
    """
    inherited = _status("self")
    for thread in _tasks(pid):
        try:
            status = _status(f"{pid}/task/{thread}")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended, and _number finds out if all have
        if status["Seccomp"] != "2":
            yield f"thread {thread} has no filter (Seccomp {status['Seccomp']})"
        elif inherited["Seccomp"] == "2" and not _has_more_filters(status, inherited):
            yield f"thread {thread} has no filter but the one that this machine gives everybody"
        if status["NoNewPrivs"] != "1":
            yield f"thread {thread} may gain privileges (NoNewPrivs {status['NoNewPrivs']})"


def _has_more_filters(status: Mapping[str, str], inherited: Mapping[str, str]) -> bool:
    return int(status.get("Seccomp_filters", 0)) > int(inherited.get("Seccomp_filters", 0))


def _children(pid: int) -> Iterator[str]:
    """Find processes that were born before the seal, and are not under it."""
    for thread in _tasks(pid):
        try:
            children = _read(f"{pid}/task/{thread}", "children").split()
        except FileNotFoundError:
            if Path(f"/proc/self/task/{os.getpid()}/children").exists():
                continue  # the thread has ended
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
        yield from (f"process {child} was started by it, outside the seal" for child in children)


# --- descriptors -------------------------------------------------------------------------------


def _descriptors(
    pid: int, allowed: Mapping[int, str] | None, found: dict[int, str]
) -> Iterator[str]:
    """Find descriptors that should not be open, and note in `found` what is.

    A process that opens files as it works (`allowed` is None) must only hold no media device.
    """
    found |= open_kinds(pid)
    for number, kind in found.items():
        if allowed is None:
            if kind in {DEVICE, LOUDSPEAKER}:
                yield f"descriptor {number} is a {kind}, which this process must never hold"
        elif not _fits(kind, allowed.get(number)) and not any(
            _fits(kind, other) for place, other in allowed.items() if place < 0
        ):
            wanted = f", not a {allowed[number]}" if number in allowed else ""
            yield f"descriptor {number} is a {kind}{wanted}"
    for thread in _tasks(pid) if allowed is not None else ():
        if not numbers(pid, thread) <= set(found):
            yield f"thread {thread} has descriptors of its own"


def _fits(kind: str, wanted: str | None) -> bool:
    return kind == wanted or (kind == READ_ONLY and (wanted or "").endswith("(read-only)"))


# --- memory --------------------------------------------------------------------------------------

_MAP: Final = re.compile(
    r"^[0-9a-f]+-[0-9a-f]+ (?P<rights>\S+) \S+ \S+ \S+ *(?P<path>.*)$|^VmFlags:(?P<flags>.*)$",
    re.MULTILINE,
)


def _maps(pid: int, row: Profile) -> Iterator[str]:
    """Find shared maps that are or could become writable, and memory both written and run.

    "Could become" is `mw` of VmFlags: a read-only map of a file that was opened for writing.
    """
    rights = path = ""
    for found in _MAP.finditer(_read(pid, "smaps")):
        if found["flags"] is None:
            rights, path = found["rights"], found["path"] or "memory"
            continue
        flags = found["flags"].split()
        if "w" in rights and "x" in rights:
            yield f"{path} is mapped both writable and executable"
        if row.shared_maps is None or not {"sh", "mw"} <= set(flags):
            continue
        if not path.startswith(row.shared_maps):
            yield f"{path} is mapped shared and can be written"


def _core_limit(pid: int) -> Iterator[str]:
    soft, hard = re.findall(r"Max core file size +(\S+) +(\S+)", _read(pid, "limits"))[0]
    if (soft, hard) != ("0", "0"):
        yield f"a crash may leave a core file (limits {soft} and {hard})"


PIDFD_GET_INFO: Final = 0xC048FF0B
"""_IOWR(0xFF, 11, 72 bytes), whose last words tell about core dumps since Linux 6.16."""
INFO_BYTES, ABOUT_CORE_DUMPS, CORE_DUMPS_AT, SKIPPED = 72, 1 << 4, 64, 1 << 1


def _dumpable(pid: int) -> Iterator[str]:
    """Find a process whose memory others may dump, by what the kernel would do on a crash.

    An older kernel only tells by the owner of its files in /proc, and of root's not even so.
    """
    process = os.pidfd_open(pid)
    try:
        answer = bytearray(struct.pack("<Q", ABOUT_CORE_DUMPS).ljust(INFO_BYTES, b"\0"))
        fcntl.ioctl(process, PIDFD_GET_INFO, answer)
    except OSError:
        answer = bytearray(INFO_BYTES)
    finally:
        os.close(process)
    if struct.unpack_from("<Q", answer)[0] & ABOUT_CORE_DUMPS:
        if struct.unpack_from("<I", answer, CORE_DUMPS_AT)[0] != SKIPPED:
            yield "its memory may be dumped (PR_SET_DUMPABLE)"
    elif Path(f"/proc/{pid}/io").stat().st_uid == int(_status(pid)["Uid"].split()[1]):
        raise OSError(errno.ENOTSUP, "this kernel does not tell")


# --- reading /proc -------------------------------------------------------------------------------


def _tasks(pid: int) -> list[int]:
    return [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]


def _status(process: int | str) -> dict[str, str]:
    lines = _read(process, "status").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _number(pid: int, field: str) -> int:
    try:
        return int(_status(pid).get(field, "0").split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _read(process: int | str, file: str) -> str:
    return Path(f"/proc/{process}/{file}").read_text("utf-8", "replace")
