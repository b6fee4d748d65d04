"""What does a child give up before its own program starts? This file is that first program.

The launcher starts it by its path, alone and without site-packages; it has one thread, so what it
gives up is given up by every thread that will ever be born in the process. Then it becomes the
program that was asked for. It says one sentence and ends when a wall that the kernel has cannot
be put up.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import Final, NoReturn

_LIBC: Final = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
FILTER, INSTRUCTION_BYTES = 2, 8
"""SECCOMP_MODE_FILTER, and the size of a struct sock_filter."""
CLONE_NEWUSER: Final = 0x10000000
LOCKED_BYTES: Final = 32 << 20
"""The chamber's sound, and three pictures of the largest size."""
ROOT_KEEPS: Final = frozenset({1, 2})
"""CAP_DAC_OVERRIDE and _READ_SEARCH: root's child reads and writes its files as root does, and has
no other power of root. Without CAP_SYS_PTRACE it cannot look into another process's memory."""

# Landlock: the numbers are the same on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULE_PATH, RULE_PORT = 1, 2
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, MAKE_SOCK = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 9
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
OF_FILES: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
MAY_READ: Final = EXECUTE | READ_FILE | READ_DIR
MAY_WRITE: Final = (
    WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE
    | MAKE_DIR | MAKE_REG | MAKE_SOCK | REFER | TRUNCATE
)  # fmt: skip
MAY_USE: Final = READ_FILE | WRITE_FILE | READ_DIR | IOCTL_DEV
FILE_RIGHTS_OF_ABI: Final = (0, 13, 14, 15, 15, 16, 16, 16)
"""How many file rights an ABI knows; a later one than was tried here is used like the last."""
BIND_TCP, CONNECT_TCP = 1, 2
SCOPE_ABSTRACT_SOCKETS, SCOPE_SIGNALS = 1, 2
ABI_WITH_TCP, ABI_WITH_SCOPES = 4, 6


class CannotStart(OSError):
    """A wall could not be put up; the message is one sentence."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Give up what the options say, then become the program behind `--`."""
    if arguments == ["--try-user-namespace"]:
        sys.exit(0 if can_enter_user_namespace() else 1)
    split = arguments.index("--")
    options = [tuple(option.split("=", 1)) for option in arguments[:split]]
    argv = list(arguments[split + 1 :])

    def all_of(name: str) -> list[str]:
        return [value for option, value in options if option == name]

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    be_ended_early(*all_of("--oom"))
    allow_locking()
    give_up_powers()
    die_with(int(all_of("--parent")[0]))
    _must(_LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    paths = [
        *((path, MAY_READ) for path in all_of("--read")),
        *((path, MAY_WRITE) for path in all_of("--write")),
        *((path, MAY_USE) for path in all_of("--device")),
    ]
    named = [
        *((int(port), CONNECT_TCP) for port in all_of("--connect")),
        *((int(port), BIND_TCP) for port in all_of("--listen")),
    ]
    ports = None if "yes" in all_of("--tcp") else named
    restrict(paths, ports)
    for program in all_of("--filter"):
        put_up(bytes.fromhex(program))
    os.execv(argv[0], argv)  # noqa: S606 (this is the point of the file)


def put_up(program: bytes) -> None:
    """Refuse the system calls that a filter refuses, here and in all that is started from here."""
    instructions = ctypes.create_string_buffer(program, len(program))
    where = ctypes.addressof(instructions)
    described = struct.pack("@HP", len(program) // INSTRUCTION_BYTES, where)
    _must(_LIBC.prctl(PR_SET_SECCOMP, FILTER, described, 0, 0), "a filter of system calls")


def be_ended_early(*score: str) -> None:
    """Be sooner the one that the kernel ends when memory runs out; never later than before."""
    path = "/proc/self/oom_score_adj"
    for wanted in score:
        with open(path, "r+", encoding="ascii") as file:  # noqa: PTH123 (no pathlib in this program)
            if int(file.read()) < int(wanted):
                file.seek(0)
                file.write(wanted)


def allow_locking() -> None:
    """Let as much memory be locked as this user may, and as root `LOCKED_BYTES` at least."""
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if hard != resource.RLIM_INFINITY and hard < LOCKED_BYTES and os.geteuid() == 0:
        try:
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (LOCKED_BYTES, LOCKED_BYTES))
        except (ValueError, PermissionError):
            pass  # a root that may not: then as a user
        else:
            return
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))


def die_with(parent: int) -> None:
    """Be killed when the launcher's thread that started us ends.

    After the user namespace, because a change of credentials clears it; execve does not.
    """
    _must(_LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "the parent's death signal")
    if os.getppid() != parent:
        raise CannotStart("the launcher has gone")


# --- root's powers -------------------------------------------------------------------------------


def give_up_powers() -> None:
    """Keep no power of root beyond its own files; as a user, enter a namespace of one's own.

    The namespace is for the launcher: a process that cannot be dumped belongs to the root of its
    namespace in /proc, and root there is mapped to the user, who may therefore go on looking.
    (Mapped to the own number instead, `io` and `fd` are refused: tried.) Powers in there end with
    execve, because the bounding set is empty.
    """
    if os.geteuid() == 0:
        _drop_bounding_set(ROOT_KEEPS)
    elif can_enter_user_namespace():
        _enter_user_namespace()
        _drop_bounding_set(frozenset())


def can_enter_user_namespace() -> bool:
    """Try it in a child: half a namespace, which some kernels give, could not be left again."""
    child = os.fork()
    if child == 0:
        try:
            _enter_user_namespace()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _enter_user_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    _must(_LIBC.unshare(CLONE_NEWUSER), "a user namespace")
    for file, line in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as map_:  # noqa: PTH123 (pathlib is slow to import)
            map_.write(line)


def _drop_bounding_set(keep: frozenset[int]) -> None:
    capability = 0
    while capability in keep or _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1


# --- Landlock ------------------------------------------------------------------------------------


def landlock_abi() -> int:
    """Return the version of Landlock that the kernel has, 0 for none."""
    version = _LIBC.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, int(version))


def restrict(paths: Sequence[tuple[str, int]], ports: Sequence[tuple[int, int]] | None) -> None:
    """Refuse everything on files but `paths`, and on TCP but `ports` (None: leave TCP alone).

    Both are pairs: which, and the rights to it. Without Landlock in the kernel it does nothing: the
    launcher then shows a lower level.
    """
    abi = landlock_abi()
    if not abi:
        return
    files = (1 << FILE_RIGHTS_OF_ABI[min(abi, len(FILE_RIGHTS_OF_ABI) - 1)]) - 1
    tcp = 0 if ports is None or abi < ABI_WITH_TCP else BIND_TCP | CONNECT_TCP
    scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if abi >= ABI_WITH_SCOPES else 0
    size = 24 if abi >= ABI_WITH_SCOPES else 16 if abi >= ABI_WITH_TCP else 8
    attributes = struct.pack("<QQQ", files, tcp, scopes)[:size]
    ruleset = _must(
        _LIBC.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "a Landlock ruleset"
    )
    for kind, rule in _rules(paths, files, ports if tcp else None):
        _must(_LIBC.syscall(ADD_RULE, ruleset, kind, rule, 0), "a Landlock rule")
    _must(_LIBC.syscall(RESTRICT_SELF, ruleset, 0), "Landlock")
    os.close(ruleset)


def _rules(
    paths: Sequence[tuple[str, int]], files: int, ports: Sequence[tuple[int, int]] | None
) -> Iterator[tuple[int, bytes]]:
    for path, rights in paths:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            raise CannotStart(f"{path} does not exist") from None
        allowed = rights & files if os.path.isdir(path) else rights & files & OF_FILES  # noqa: PTH112
        yield RULE_PATH, struct.pack("<Qi", allowed, place)
        os.close(place)
    for port, rights in ports or ():
        yield RULE_PORT, struct.pack("<QQ", rights, port)


def _must(result: int, what: str) -> int:
    if result < 0:
        reason = os.strerror(ctypes.get_errno())
        raise CannotStart(f"the kernel refuses {what}: {reason}")
    return result


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"cannot start: {error}")
