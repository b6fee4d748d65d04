"""A child that leaks what it is given, in one of the ways that the audit must notice.

    python -m edge.audit.leaky LEAK FOLDER BYTES

Started by `edge/audit/controls.py` as the launcher starts a chamber, with the wall in question
taken away. The canary comes in on descriptor 0; it says on 1 that it leaked, or that the file
system has no such thing, and lives until 0 is closed.
"""

import errno
import gzip
import os
import socket
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Final

from edge import airlock, seal
from edge.messages import Hello, Transcript

IN_FD, OUT_FD, ERROR_FD = 0, 1, 2
KEPT: Final = slice(20_000, 22_000)
"""62 ms of sound: one breath of a word."""
WORDS: Final = "the seven quiet herons stand behind the old boathouse"
OLD_FILE: Final = "old"
"""A file in the folder that was there before."""
ATTRIBUTE: Final = "user.offrecord"
PORT_VARIABLE: Final = "OFFRECORD_CONTROL_PORT"
LEAKED, CANNOT = b"leaked", b"cannot"
"""What it answers."""
NOT_HERE: Final = frozenset({errno.ENOTSUP, errno.ENOSPC, errno.E2BIG})
"""Errors of a file system that has no such thing."""

kept: list[object] = []
"""What is leaked by not being forgotten."""


def nothing(_: bytearray, __: Path) -> None:
    """Leak nothing: no detector may speak."""


def wav(sound: bytearray, folder: Path) -> None:
    with wave.open(str(folder / "leak.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(sound))


def packed(sound: bytearray, folder: Path) -> None:
    (folder / "leak.gz").write_bytes(gzip.compress(bytes(sound)))


def attribute(sound: bytearray, folder: Path) -> None:
    os.setxattr(folder / OLD_FILE, ATTRIBUTE, bytes(sound[KEPT]))


def shared_memory(sound: bytearray, folder: Path) -> None:
    (folder / "leak").write_bytes(bytes(sound))


def connection(sound: bytearray, _: Path) -> None:
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.sendto(bytes(sound[KEPT]), ("127.0.0.1", int(os.environ[PORT_VARIABLE])))
    kept.append(out)


def timestamp(sound: bytearray, folder: Path) -> None:
    os.utime(folder / OLD_FILE, (sound[0], sound[1]))


def removed(sound: bytearray, folder: Path) -> None:
    file = folder / "leak"
    file.write_bytes(bytes(sound))
    file.unlink()


def core(sound: bytearray, folder: Path) -> None:
    """Leave what a kernel leaves of a program that crashed."""
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + (4).to_bytes(2, sys.byteorder)
    (folder / "core").write_bytes(head.ljust(64, b"\0") + sound)


def buffer(sound: bytearray, _: Path) -> None:
    kept.append(bytes(sound[KEPT]))


def words(_: bytearray, __: Path) -> None:
    os.write(ERROR_FD, f"DEBUG heard: {WORDS}\n".encode())


def one_byte_more(_: bytearray, __: Path) -> None:
    """Leave a message as a chamber does, and one byte somewhere else."""
    os.write(OUT_FD, airlock.encode(Hello(())))
    os.read(IN_FD, 1)
    os.write(ERROR_FD, b"x")
    answer_as_a_chamber()


def no_byte_more(_: bytearray, __: Path) -> None:
    """Leave the same message, and nothing else."""
    os.write(OUT_FD, airlock.encode(Hello(())))
    os.read(IN_FD, 1)
    answer_as_a_chamber()


def answer_as_a_chamber() -> None:
    os.write(OUT_FD, airlock.encode(Transcript("one", 0, 1, 100, 0)))


LEAKS: Final[dict[str, Callable[[bytearray, Path], None]]] = {
    "nothing": nothing,
    "wav": wav,
    "gzip": packed,
    "attribute": attribute,
    "shm": shared_memory,
    "socket": connection,
    "timestamp": timestamp,
    "removed": removed,
    "core": core,
    "buffer": buffer,
    "words": words,
    "byte": one_byte_more,
    "no byte": no_byte_more,
}
SEALED: Final = frozenset({"nothing", "buffer"})
"""What works behind all walls, and is only found from outside."""


def main(leak: str, folder: str, size_bytes: str) -> None:
    """Take the canary, leak it, forget the rest, and wait."""
    if leak in SEALED:
        seal.silence_stderr()
        seal.seal("chamber", writable_fds={OUT_FD})
    sound = bytearray(int(size_bytes))
    filled = 0
    while filled < len(sound):
        filled += os.readv(IN_FD, [memoryview(sound)[filled:]])
    answer = LEAKED
    try:
        LEAKS[leak](sound, Path(folder))
    except OSError as error:
        if error.errno not in NOT_HERE:
            raise
        answer = CANNOT
    sound[:] = bytes(len(sound))
    if not leak.endswith("byte"):
        os.write(OUT_FD, answer)
    os.read(IN_FD, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
