"""A chamber that is born like any other and then misbehaves; started by tests in its place.

What it does is in the environment variable HOSTILE. What it managed to do, or with which error the
kernel refused, it reports in the text of a `Transcript`: it has no other way out.
"""

import ctypes
import errno
import mmap
import os
import socket
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import msgspec

from edge import airlock, seal
from edge.chamber.__main__ import STDERR_FD, main
from edge.chamber.doors import AIRLOCK_FD, Exit, Slot
from edge.chamber.loop import Senses
from edge.messages import Ended, Transcript

Attempt = Callable[[], object]

ATTEMPTS: dict[str, Attempt] = {
    "create": lambda: os.open("/tmp/offrecord-leak", os.O_WRONLY | os.O_CREAT),  # noqa: S108
    "shm": lambda: os.open("/dev/shm/offrecord-leak", os.O_WRONLY | os.O_CREAT),  # noqa: S108
    "read": lambda: Path("/etc/passwd").read_bytes(),
    "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "udp": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "unix": lambda: socket.socket(socket.AF_UNIX),
    "fork": os.fork,
    "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "memfd": lambda: os.memfd_create("leak"),
    "shared": lambda: mmap.mmap(-1, 4096, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS),
    "stderr": lambda: os.write(2, b"x"),
    "stdin": lambda: os.write(0, b"x"),
    "dup": lambda: os.dup(AIRLOCK_FD),
    "signal": lambda: os.kill(os.getppid(), 0),
    "name": lambda: refuse_nonzero(ctypes.CDLL(None, use_errno=True).prctl(15, b"leak", 0, 0, 0)),
}


def refuse_nonzero(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), "refused")


def outcome(attempt: Attempt) -> str:
    try:
        attempt()
    except OSError as refusal:
        return errno.errorcode.get(refusal.errno or 0, "?")
    return "WORKED"


def attack(exit_: Exit) -> None:
    told = " ".join(f"{name}={outcome(attempt)}" for name, attempt in ATTEMPTS.items())
    exit_.leave(Transcript(told, 0, 20_000, 100, 0))


LIES = {
    "overlong": b"\x92\x02" + b"x" * 3000,
    "unknown": msgspec.msgpack.encode([99, "no such message"]),
    "malformed": b"\xc1\xc1\xc1",
    "flood": b"",
}


def may_write_to_nothing() -> None:
    """Have a seal with a hole in it that no look from outside can see: /dev/null may be written."""
    whole = seal.seal
    seal._refuse_anything_but_a_pipe = lambda _descriptor: None

    def with_a_hole(profile: str, *, writable_fds: Collection[int]) -> None:
        whole(profile, writable_fds={*writable_fds, STDERR_FD})

    seal.seal = with_a_hole


def life(slots: Sequence[Slot], senses: Senses, exit_: Exit, lockstep: int) -> Ended:
    del slots, senses, lockstep
    behaviour = os.environ["HOSTILE"]
    if behaviour == "attack":
        attack(exit_)
    elif behaviour == "one byte more":
        os.write(STDERR_FD, b"x")
    elif behaviour == "flood":
        for began_ms in range(0, 200 * 28_000, 28_000):
            said = Transcript("y" * 700, began_ms, began_ms + 27_000, 90, 0)
            os.write(AIRLOCK_FD, airlock.encode(said))
    else:
        os.write(AIRLOCK_FD, LIES[behaviour])
    sys.stdin.read()  # until the launcher has had enough
    return Ended(0, 0, 0)


if __name__ == "__main__":
    if os.environ["HOSTILE"] == "one byte more":
        may_write_to_nothing()
    sys.exit(main(life))
