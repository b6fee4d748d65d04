"""Which calls may no process of a run make? Those that reach a network or change a foreign file.

Takes what was traced (`edge/audit/strace.py`), touches nothing. An attempt counts as a call.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from edge.audit.strace import Call, Span

OPENS: Final = {"open": (0, 1), "openat": (1, 2), "openat2": (1, 2), "creat": (0, None)}
"""Call -> where its path and its flags are."""
NAMES: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(("mkdir", "rmdir", "unlink", "mknod", "truncate", "chmod", "chown"), (0,)),
    **dict.fromkeys(("lchown", "utime", "utimes", "setxattr", "lsetxattr", "removexattr"), (0,)),
    **dict.fromkeys(("lremovexattr", "fchmod", "fchown", "ftruncate", "fallocate"), (0,)),
    **dict.fromkeys(("fsetxattr", "fremovexattr"), (0,)),
    **dict.fromkeys(("mkdirat", "unlinkat", "mknodat", "fchmodat", "fchmodat2"), (1,)),
    **dict.fromkeys(("fchownat", "utimensat", "futimesat", "setxattrat", "removexattrat"), (1,)),
    **dict.fromkeys(("rename", "link"), (0, 1)),
    **dict.fromkeys(("renameat", "renameat2", "linkat"), (1, 3)),
    "symlink": (1,),
    "symlinkat": (2,),
}
"""Call that changes what a path or a descriptor names -> where those are."""
NEVER: Final = frozenset(
    {
        *("io_uring_setup", "memfd_create", "ptrace", "process_vm_writev", "bpf", "userfaultfd"),
        *("mount", "fsopen", "open_by_handle_at", "mq_open", "shmget", "msgget", "add_key"),
    }
)
"""What no process of ours has a use for: more ways to a socket, a file or another's memory."""
SOCKETS: Final = frozenset(
    {
        *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
        *("sendto", "sendmsg", "sendmmsg"),
    }
)
BIRTHS: Final = frozenset({"execve", "execveat", "clone", "clone3", "fork", "vfork"})
TRACED: Final = sorted({*OPENS, *NAMES, *NEVER, *SOCKETS, *BIRTHS})
WRITES: Final = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
OF_NO_FILE: Final = re.compile(
    r"/dev/null|/proc/(self|\d+)/(uid_map|gid_map|setgroups|oom_score_adj)"
)
"""Nothing is kept by the one; in the others stage 0 says who it is in its own user namespace, and
how readily it is ended where memory runs out."""
_DESCRIPTOR: Final = re.compile(r"^(?:AT_FDCWD|\d+)<(?P<path>[^>]*)>")
_STRING: Final = re.compile(r'^"(?P<text>(?:[^"\\]|\\.)*)"')
_LOCAL_ADDRESS: Final = re.compile(r'sun_path=(?P<abstract>@?)"(?P<path>[^"]*)"')


def is_media(program: str) -> bool:
    """Say whether a process of this name holds samples or pixels."""
    return program.partition(".")[0] in {"chamber", "capture", "firmware_bridge"}


def network_calls(span: Span) -> Iterator[Call]:
    """Find calls that make a socket or name an address; of text processes, those that leave here.

    Sending through a slot that was there at birth names no address. An attempt counts as a call.
    """
    for call in span.calls:
        sends = call.name in {"sendto", "sendmsg", "sendmmsg"}
        if call.name not in SOCKETS or (sends and not _names_an_address(call)):
            continue
        if is_media(span.program) or not _is_local(call):
            yield call


def _names_an_address(call: Call) -> bool:
    if call.name == "sendto":
        return call.arguments[4:5] != ("NULL",)
    return any("msg_name=" in a and "msg_name=NULL" not in a for a in call.arguments)


def _is_local(call: Call) -> bool:
    """Say whether a call of a text process stays here; where a local address is, is a file's case.

    The launcher asks the kernel (SOCK_DIAG) how much waits in its own socket.
    """
    if call.name in {"socket", "socketpair"}:
        return call.arguments[0] == "AF_UNIX" or call.arguments[2:] == ("NETLINK_SOCK_DIAG",)
    if call.name in {"listen", "accept", "accept4"}:
        return True  # they need a bound socket
    return "sa_family=AF_UNIX" in str(call) or "sa_family=AF_NETLINK" in str(call)


def touched(call: Call) -> Iterator[str]:
    """Yield the paths of files that a call would change."""
    if call.name in OPENS:
        place, flags = OPENS[call.name]
        if flags is None or WRITES.search(call.arguments[flags]):
            yield _path(call.arguments, place)
    elif call.name in {"connect", "bind"}:
        if address := _LOCAL_ADDRESS.search(call.arguments[1]):
            yield address["abstract"] + address["path"]  # no folder is the own of an abstract one
    elif call.name in NAMES:
        yield from (_path(call.arguments, place) for place in NAMES[call.name])


def _path(arguments: Sequence[str], place: int) -> str:
    """Return the absolute path that a descriptor or a string argument, with its folder, names."""
    if descriptor := _DESCRIPTOR.match(arguments[place]):
        return descriptor["path"]
    folder = _DESCRIPTOR.match(arguments[place - 1]) if place else None
    string = _STRING.match(arguments[place])
    return os.path.normpath(
        Path(folder["path"] if folder else Path.cwd(), string["text"] if string else "")
    )


def foreign_files(span: Span, own: Path) -> Iterator[str]:
    """Find files outside the folder `own` that a program changed or tried to change."""
    for call in span.calls:
        for path in touched(call):
            is_own = path == str(own) or path.startswith(f"{own}/")
            is_file = path.startswith(("/", "@"))  # and not socket:[123]
            if is_file and not (is_own or OF_NO_FILE.fullmatch(path)):
                yield f"{call.name} {path}"


def never_called(span: Span) -> Iterator[Call]:
    """Find calls that no process of ours has a use for."""
    return (call for call in span.calls if call.name in NEVER)
