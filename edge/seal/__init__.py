"""What does each process give up, and how? The seal of media and text processes, on Linux.

The order of a sealed life: `stage0` gives the command line that the launcher starts (Landlock, no
new privileges), the program loads and warms up, calls `close_all_but`, `silence_stderr` and `seal`
(seccomp, on every thread), and the launcher looks at it with `inspect` before the first sample.
What a profile allows is a row in `edge/seal/profiles.py`.
"""

import contextlib
import ctypes
import errno
import os
import resource
import stat
import struct
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from edge.seal import birth
from edge.seal.inspection import Inspection, inspect, written_bytes
from edge.seal.profiles import ABSENT, PROFILES, Profile
from edge.seal.rules import WHOLE_WORD, Known, Rule, Where
from edge.seal.syscalls import NUMBERS

__all__ = [
    "MAPPED_FROM_BYTES",
    "PROFILES",
    "TRIMMED_FROM_BYTES",
    "CannotSeal",
    "Inspection",
    "Instruction",
    "Profile",
    "Walls",
    "close_all_but",
    "environment",
    "filter_program",
    "give_back_memory",
    "inspect",
    "seal",
    "silence_stderr",
    "stage0",
    "walls",
    "written_bytes",
]

MAPPED_FROM_BYTES: Final = 1 << 20
"""Blocks of memory from this size on are mapped, and given back, one by one."""
TRIMMED_FROM_BYTES: Final = 128 << 10
"""So much that is free at the heap's end is given back: glibc's own number."""


class CannotSeal(RuntimeError):
    """The kernel or the caller does not allow the seal; the process must end. One sentence."""


# --- before the program starts -------------------------------------------------------------------


def stage0(  # noqa: PLR0913 (one option each, all but two by name)
    profile: str | Profile,
    argv: Sequence[str],
    *,
    readable: Collection[str | Path] = (),
    writable: Collection[str | Path] = (),
    devices: Collection[str | Path] = (),
    ports: Collection[int] = (),
    listening: Collection[int] = (),
) -> list[str]:
    """Return the command line that starts `argv` behind the first wall.

    To be started by the thread that calls this, for as long as which lives the child may live.
    `readable`, `writable` and `devices` must exist; `ports` are the TCP ports that may be
    connected to before the filter, for a camera with an address; `listening` are those that may be
    opened to others before it, for wearables. A program that is not ours is given a row of
    `edge/seal/programs.py`.
    """
    row = profile if isinstance(profile, Profile) else PROFILES[profile]
    usual = [Path(place).expanduser() for place in row.readable]
    places = [*(place for place in usual if place.exists()), *readable]
    return [
        *(sys.executable, "-I", "-S", birth.__file__),
        f"--parent={os.getpid()}",
        f"--oom={row.oom_score_adj}",
        *(f"--read={place}" for place in places),
        *(f"--write={place}" for place in writable),
        *(f"--device={place}" for place in (os.devnull, *devices)),
        *(f"--connect={port}" for port in ports),
        *(f"--listen={port}" for port in listening),
        *(["--tcp=yes"] if row.tcp else []),
        *([f"--filter={_packed(_filter_at_birth(row)).hex()}"] if row.at_birth else []),
        "--",
        *argv,
    ]


def environment(profile: str = "") -> dict[str, str]:
    """Return what the launcher adds to the environment of a child."""
    # Where work wants tens of megabytes at once, pages of 2 MiB: a third of the time that the
    # kernel takes for it is left. To every other child they would only cost a megabyte.
    huge_pages = ":glibc.malloc.hugetlb=1" if profile == "chamber" else ""
    return {
        "ORT_DISABLE_TELEMETRY": "1",
        # Freed memory is overwritten, no freed block is kept aside where that is skipped, and
        # blocks from 1 MiB on (pictures, features) go back to the kernel the moment they are free.
        # The chamber takes that back while it works at something (`edge/chamber/heap.py`).
        "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"
        f":glibc.malloc.mmap_threshold={MAPPED_FROM_BYTES}{huge_pages}",
        # Blocks up to 512 bytes too: half as slow again in pure Python, nothing in a model.
        "PYTHONMALLOC": "malloc",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


# --- inside the program --------------------------------------------------------------------------


def give_back_memory() -> None:
    """Return to the kernel what loading and warming up left free: about 10 MB (glibc only)."""
    trim = getattr(_LIBC, "malloc_trim", None)
    if trim:
        trim(0)


def close_all_but(keep: Collection[int]) -> None:
    """Close every descriptor that is not kept, whoever opened it."""
    listed = {int(entry.name) for entry in Path("/proc/self/fd").iterdir()}
    for descriptor in listed.difference(keep):
        with contextlib.suppress(OSError):  # the listing's own has gone already
            os.close(descriptor)


def silence_stderr() -> None:
    """Point the error output at nothing: from here on words could be content."""
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def seal(profile: str, *, writable_fds: Collection[int]) -> None:
    """Give up all that the profile does not name, in every thread and for good.

    Where a profile writes only to what was open before, `writable_fds` are those pipes and
    sockets. Raises CannotSeal, and then the process must end.
    """
    for descriptor in writable_fds:
        _refuse_anything_but_a_pipe(descriptor)
    arch = os.uname().machine
    if arch not in NUMBERS:
        raise CannotSeal(f"there is no seal for {arch}, only for {' and '.join(NUMBERS)}")
    program = filter_program(profile, arch, writable_fds=writable_fds, pid=os.getpid())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for option, value in ((_PR_SET_DUMPABLE, 0), (birth.PR_SET_NO_NEW_PRIVS, 1)):
        if _LIBC.prctl(option, value, 0, 0, 0):
            raise CannotSeal(f"the kernel refuses prctl {option}: {_last_error()}")
    _load(program, NUMBERS[arch]["seccomp"])


def _refuse_anything_but_a_pipe(descriptor: int) -> None:
    """Raise CannotSeal: a number not open may become a file's, and a file keeps what it gets."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        raise CannotSeal(f"descriptor {descriptor} is to be written but is not open") from None
    is_line = stat.S_ISCHR(mode) and os.isatty(descriptor)  # who may hold one is checked outside
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or is_line):
        raise CannotSeal(f"descriptor {descriptor} is to be written but is no pipe and no socket")


_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_PR_SET_DUMPABLE: Final = 4
_SET_MODE_FILTER, _GET_ACTION_AVAIL = 1, 2
_TSYNC: Final = 1
"""All threads at once. Without the flag LOG: a refused call's number in the system's journal
would be a way out, nine bits at a time."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _load(program: Sequence["Instruction"], seccomp: int) -> None:
    code = _packed(program)
    answer = _LIBC.syscall(
        ctypes.c_long(seccomp),
        ctypes.c_long(_SET_MODE_FILTER),
        ctypes.c_long(_TSYNC),
        ctypes.byref(_Program(len(program), code)),
    )
    if answer > 0:
        raise CannotSeal(f"thread {answer} already has another filter")
    if answer < 0:
        raise CannotSeal(f"this kernel has no usable seccomp: {_last_error()}")


def _packed(program: Sequence["Instruction"]) -> bytes:
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def _last_error() -> str:
    return os.strerror(ctypes.get_errno())


# --- the filter ----------------------------------------------------------------------------------


class Instruction(NamedTuple):
    """One step of classic BPF, as struct sock_filter has it."""

    code: int
    jump_true: int
    jump_false: int
    value: int


LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
REFUSE, NOT_THERE = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT: Final = 0x40000000
"""x86_64 has a second set of call numbers, which the table does not know."""
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_OTHERWISE: Final = 255
"""A jump to the end of its case, whose length is not known yet."""


def filter_program(
    profile: str, arch: str, *, writable_fds: Collection[int], pid: int
) -> list[Instruction]:
    """Return the filter of a profile: allow what its row names, refuse the rest with EPERM.

    A call of another architecture kills the process: its number would mean something else.
    """
    known = {Known.WRITABLE: tuple(sorted(writable_fds)), Known.SELF: (pid,)}
    return _program(PROFILES[profile].calls, arch, known)


def _filter_at_birth(row: Profile) -> list[Instruction]:
    return _program(row.calls, os.uname().machine, {})


def _program(calls: Mapping[str, Rule], arch: str, known: "_Values") -> list[Instruction]:
    numbers = NUMBERS[arch]
    program = [
        Instruction(LOAD, 0, 0, _ARCH_AT),
        Instruction(EQUAL, 1, 0, AUDIT_ARCH[arch]),
        Instruction(RETURN, 0, 0, KILL),
        Instruction(LOAD, 0, 0, _NUMBER_AT),
    ]
    if arch == "x86_64":
        program += [Instruction(AT_LEAST, 0, 1, X32_BIT), Instruction(RETURN, 0, 0, KILL)]
    bodies = {name: _rule(rule, known) for name, rule in calls.items()}
    bodies |= {name: [Instruction(RETURN, 0, 0, NOT_THERE)] for name in ABSENT}
    for name, body in bodies.items():
        if name in numbers:
            program += [Instruction(EQUAL, 0, len(body), numbers[name]), *body]
    return [*program, Instruction(RETURN, 0, 0, REFUSE)]


_Values = Mapping[Known, tuple[int, ...]]


def _rule(rule: Rule, known: _Values) -> list[Instruction]:
    body = [instruction for case in rule for instruction in _case(case, known)]
    return body if rule == ((),) else [*body, Instruction(RETURN, 0, 0, REFUSE)]


def _case(case: tuple[Where, ...], known: _Values) -> list[Instruction]:
    """Return steps that allow the call where the case holds, and else run on behind them."""
    steps: list[Instruction] = []
    for where in case:
        values = known[where.values] if isinstance(where.values, Known) else where.values
        if not values and not where.negated:
            return []  # one of none: never
        steps.append(Instruction(LOAD, 0, 0, _ARGUMENTS_AT + 8 * where.argument + 4 * where.high))
        if where.mask != WHOLE_WORD:
            steps.append(Instruction(AND, 0, 0, where.mask))
        for left, value in zip(reversed(range(len(values))), values, strict=True):
            if where.negated:
                steps.append(Instruction(EQUAL, _OTHERWISE, 0, value))
            else:
                steps.append(Instruction(EQUAL, left, 0 if left else _OTHERWISE, value))
    steps.append(Instruction(RETURN, 0, 0, ALLOW))
    return [_resolved(step, len(steps) - place - 1) for place, step in enumerate(steps)]


def _resolved(step: Instruction, to_the_end: int) -> Instruction:
    return step._replace(
        jump_true=to_the_end if step.jump_true == _OTHERWISE else step.jump_true,
        jump_false=to_the_end if step.jump_false == _OTHERWISE else step.jump_false,
    )


# --- what this kernel has ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Walls:
    """What the kernel offers to build with."""

    seccomp: bool
    landlock_abi: int
    """0 for none."""
    user_namespaces: bool
    """Whether an ordinary user's sealed child can be looked into; root does not need them."""


def walls() -> Walls:
    """Try what this kernel offers; starts one short-lived process."""
    number = NUMBERS.get(os.uname().machine, {}).get("seccomp")
    kill = ctypes.byref(ctypes.c_uint32(KILL))
    action_available = ctypes.c_long(_GET_ACTION_AVAIL)
    trial = [sys.executable, "-I", "-S", birth.__file__, "--try-user-namespace"]
    return Walls(
        seccomp=number is not None
        and _LIBC.syscall(ctypes.c_long(number), action_available, ctypes.c_long(0), kill) == 0,
        landlock_abi=birth.landlock_abi(),
        user_namespaces=subprocess.run(trial, check=False).returncode == 0,  # noqa: S603 (our own)
    )
