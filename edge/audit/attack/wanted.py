"""Which attempts may work behind the seal, and why? Everything that is not here must be refused."""

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from edge.audit import Result
from edge.audit.attack.system_calls import NO_SUCH_CALL, WORKED, in_words

Reasons = Mapping[str, str]
"""Attempt -> why it may work, for a person."""

_IN_ITS_MEMORY: Final = "the C library does it for each thread; it stays in its own memory"
_EVERYBODY: Final[Reasons] = {
    "write to its own pipe": "the one exit it has; who reads there counts and checks every byte",
    "read an open file": "it reads its models; a file system may note when a file was last read",
    "move in an open file": "it reads its models piece by piece",
    "receive by an open socket": "it is given things this way; nothing goes out",
    "map a file for itself": "a private copy: what is changed in it never reaches the file",
    "start a thread": "models think on several threads, all behind the same filter",
    "signal to itself": "a library that gives up ends its own process",
    "processors of another": "it only asks on which processors another may run",
    "own processors": "threads place themselves; an accomplice outside could read it in /proc",
    "wake who waits in a library": "threads wake each other by this call; an accomplice outside, "
    "waiting at the same place of the same library, would notice, one bit at a time",
    "lock memory": "media is kept out of swap; an accomplice outside could read how much in /proc",
    "barrier in memory": "it orders what its own threads see",
    "a list that the kernel reads at its end": _IN_ITS_MEMORY,
    "area that the kernel restarts": _IN_ITS_MEMORY,
}
_ITS_DEVICES: Final = "it looks for its devices and settings; what a file holds is not in it"
_LOADS: Final = "a library is loaded when it is first needed; what is written is never run"
_LOOKS_AT_PATHS: Final[Reasons] = {
    "open without reading": _ITS_DEVICES,
    "ask for a path": _ITS_DEVICES,
    "ask for a path by statx": _ITS_DEVICES,
    "ask whether a path may be written": _ITS_DEVICES,
    "read a link": _ITS_DEVICES,
    "advise on an open file": "it says how it is going to read what it has open",
    "wait for many": "it waits for what it has open",
    "memory to run": _LOADS,
    "a file to run": _LOADS,
}
_HEARS_A_SERVER: Final[Reasons] = {
    "receive a descriptor": "the sound server answers this way; it cannot be written to",
}
_ASKS_A_SOUND_CARD: Final[Reasons] = {
    "ask a sound card": "only what was open before the seal can be asked",
}
_OWN_FILES: Final = "it keeps notes and ledger, and holds no media; where, Landlock decides"
_NETWORK: Final = "it talks to the reasoner and to your phone, and holds no media"
_OWN_PROCESS: Final = "it stays within the process"

WANTED: Final[Mapping[str, Reasons]] = MappingProxyType({
    "chamber": _EVERYBODY,
    "mind": _EVERYBODY,
    "voice": {
        **_EVERYBODY,
        **_HEARS_A_SERVER,
        **_ASKS_A_SOUND_CARD,
        **dict.fromkeys(("play", "play, channel by channel"), "a loudspeaker is its purpose"),
    },
    "firmware_bridge": {
        **_EVERYBODY,
        "accept": "a wearable comes; it must prove that it is paired",
        "send where it is connected": "acknowledgements and replies to a wearable that came",
        "options of an open socket": "two alone: small packets at once, and whether it still lives",
        "half an open socket": "goodbye to a wearable",
        "wait for many": "it waits for all its wearables at once",
    },
    "capture": {
        **_EVERYBODY,
        **_LOOKS_AT_PATHS,
        **_HEARS_A_SERVER,
        **_ASKS_A_SOUND_CARD,
        "writev to the airlock": "its status pipe: who reads there checks every byte",
        **dict.fromkeys(
            ("hear by a microphone", "hear, channel by channel", "see by a camera"),
            "hearing and seeing is its purpose; only what was open before the seal",
        ),
    },
    "runtime": {
        **_EVERYBODY,
        **_LOOKS_AT_PATHS,
        **dict.fromkeys(
            (
                "create in its own folder", "read /etc/passwd", "mask of new files",
                "write to an open file", "pwrite to an open file", "writev to an open file",
                "pwritev to an open file", "pwritev2 to an open file", "sendfile to an open file",
                "ftruncate an open file", "fallocate in an open file", "lock an open file",
                "lock a part of an open file", "lock a part for its descriptor",
                "fchmod an open file", "sync an open file", "map a file shared",
                "map a file shared, to read", "map a file shared, validated",
                "map a file shared, then write",
            ),
            _OWN_FILES,
        ),
        **dict.fromkeys(
            (
                "stream socket AF_INET", "datagram socket AF_INET", "stream socket AF_INET6",
                "datagram socket AF_INET6", "control of Multipath TCP", "ping",
                "send by an open socket", "send where it is connected", "write to an open socket",
                "sendmsg by an open socket", "sendmmsg by an open socket",
                "connect an open socket", "bind an open socket", "listen on an open socket",
                "accept", "accept by the old call", "options of an open socket",
                "mark of an open socket", "filter of an open socket", "half an open socket",
                "receive a descriptor", "receive many",
            ),
            _NETWORK,
        ),
        **dict.fromkeys(
            (
                "write by another number", "write to stderr", "close the airlock, then dup",
                "dup2 onto the airlock", "dup3 onto the airlock", "close the airlock", "dup",
                "dup by fcntl", "dup by fcntl, closed on exec", "packet mode off",
                "writev to the airlock", "pwrite to the airlock", "sendfile into the airlock",
                "write to: own pipe through /proc", "pipe", "eventfd", "epoll",
                "timer descriptor", "pair of sockets", "share memory with a child",
                "wait in shared memory",
            ),
            _OWN_PROCESS,
        ),
    },
})  # fmt: skip

WITH_ALL_OF_LANDLOCK: Final = 1 << 10
_READING: Final = (
    "open for reading", "read /etc/passwd", "read another's memory", "read another's surroundings",
    "list a folder",
)  # fmt: skip
_WRITING: Final = (
    "open for writing", "open for both", "open to append", "open by the old call", "create",
    "create without a name", "create in shared memory", "create in the folder of queues", "mkdir",
    "mkdir by the old call", "rename", "rename by the old call", "unlink",
)  # fmt: skip
BY_LANDLOCK: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType({
    "capture": dict.fromkeys(_READING, 1),
    "runtime": {**dict.fromkeys((*_READING, *_WRITING, "write to: "), 1), "open to truncate": 3},
})  # fmt: skip
"""What the filter cannot refuse these, because it sees no paths: attempt -> Landlock's version that
does. `write to: ` stands for all that begin so."""

REFUSALS: Final = frozenset({errno.EPERM, errno.EACCES})
ABSENT: Final = frozenset({"clone by the new call", "create by openat2"})
"""The filter says of these that they do not exist, so that the C library takes the older calls."""
NOT_HERE: Final = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO})
MAY_NOT_BE_HERE: Final = ("write to: ", "talk to: ", "create in the folder of queues")
"""Attempts on a place that not every machine has."""


def verdict(profile: str, name: str, code: int, *, landlock_abi: int) -> tuple[Result, str] | None:
    """Return what an answer means, None when there was nothing to try on this machine."""
    if code in REFUSALS or (code == errno.ENOSYS and name in ABSENT):
        return "pass", f"refused: {in_words(code)}"
    if code in {NO_SUCH_CALL, errno.ENOSYS}:
        return None
    if code in NOT_HERE and name.startswith(MAY_NOT_BE_HERE):
        return None
    if reason := WANTED[profile].get(name):
        how = "worked" if code == WORKED else f"let through ({in_words(code)})"
        return "pass", f"{how}, as documented: {reason}"
    if landlock_abi < _needed(profile, name):
        return "unchecked", "only Landlock or the unit in deploy/ refuses it; no Landlock here"
    return "fail", "WORKED" if code == WORKED else f"NOT REFUSED: {in_words(code)}"


def _needed(profile: str, name: str) -> int:
    rows = BY_LANDLOCK.get(profile, {})
    return next((abi for start, abi in rows.items() if _is(name, start)), 0)


def _is(name: str, start: str) -> bool:
    return name.startswith(start) if start.endswith(" ") else name == start
