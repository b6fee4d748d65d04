"""What stands open in a process, in the words that a profile's row uses?

`pipe`, `slot` (local, record by record), `sound server` (any other local socket), `connection` (to
another machine), `null`, `device` (microphone, camera), `loudspeaker`, `serial line`, `pipe to
itself`, `pair of sockets to itself`, `event`, a file that ends in `(read-only)`, or `file open for
writing`.
"""

import os
import re
import socket
import stat
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from edge.seal.profiles import (
    CONNECTION,
    DEVICE,
    EVENT,
    LOUDSPEAKER,
    NULL,
    OWN_PAIR,
    OWN_PIPE,
    PIPE,
    READ_ONLY,
    SERIAL_LINE,
    SLOT,
    SOUND_SERVER,
)

WRITABLE_FILE: Final = "file open for writing"
ALSA_MAJOR, V4L2_MAJOR = 116, 81
NULL_DEVICE: Final = os.makedev(1, 3)
SEQPACKET: Final = "0005"


class _Descriptor(NamedTuple):
    link: str
    mode: int
    device: int
    access: int

    @property
    def inode(self) -> str:
        """Of a socket."""
        return self.link.removeprefix("socket:[").removesuffix("]")


def open_kinds(pid: int) -> dict[int, str]:
    """Return number -> kind of all that a process has open."""
    is_open = {number: _descriptor(pid, number) for number in numbers(pid, pid)}
    seen = {number: descriptor for number, descriptor in is_open.items() if descriptor}
    local = _local_sockets(pid)
    ends = {(descriptor.link, descriptor.access) for descriptor in seen.values()}
    sockets = {d.inode for d in seen.values() if stat.S_ISSOCK(d.mode)}
    own_pairs = _pairs_within(
        {inode for inode in sockets if local.get(inode, SEQPACKET) != SEQPACKET}
    )

    def kind(descriptor: _Descriptor) -> str:
        if stat.S_ISCHR(descriptor.mode):
            return _device(descriptor)
        if stat.S_ISSOCK(descriptor.mode):
            if descriptor.inode in own_pairs:
                return OWN_PAIR
            types = {None: CONNECTION, SEQPACKET: SLOT}
            return types.get(local.get(descriptor.inode), SOUND_SERVER)
        if stat.S_ISFIFO(descriptor.mode):
            both = {(descriptor.link, os.O_RDONLY), (descriptor.link, os.O_WRONLY)}
            return OWN_PIPE if both <= ends else PIPE
        if descriptor.link.startswith("anon_inode:"):
            return EVENT
        return READ_ONLY if descriptor.access == os.O_RDONLY else WRITABLE_FILE

    return {number: kind(descriptor) for number, descriptor in seen.items()}


def numbers(pid: int, thread: int) -> set[int]:
    """Return the numbers of what one thread has open."""
    return {int(entry.name) for entry in Path(f"/proc/{pid}/task/{thread}/fd").iterdir()}


def _descriptor(pid: int, number: int) -> _Descriptor | None:
    """Return what the kernel says of a descriptor, None when it has just been closed."""
    path = Path(f"/proc/{pid}/fd/{number}")
    try:
        link, status = str(path.readlink()), path.stat()
        info = Path(f"/proc/{pid}/fdinfo/{number}").read_text("ascii")
    except FileNotFoundError:
        return None
    flags = int(re.findall(r"flags:\s+(\d+)", info)[0], 8)
    return _Descriptor(link, status.st_mode, status.st_rdev, flags & os.O_ACCMODE)


def _device(descriptor: _Descriptor) -> str:
    if descriptor.device == NULL_DEVICE:
        return NULL
    if re.match(r"/dev/(tty[A-Z]+|pts/)\d+$", descriptor.link):
        return SERIAL_LINE
    if os.major(descriptor.device) not in {ALSA_MAJOR, V4L2_MAJOR}:
        return f"device of another sort ({descriptor.link})"
    return LOUDSPEAKER if re.search(r"pcmC\d+D\d+p$", descriptor.link) else DEVICE


# --- local sockets -------------------------------------------------------------------------------


def _local_sockets(pid: int) -> Mapping[str, str]:
    """Return inode -> type of the sockets that reach no other machine.

    Of its network and of ours: a child in a network of its own still holds what we gave it.
    """
    tables = [Path(f"/proc/{who}/net/unix").read_text("utf-8", "replace") for who in (pid, "self")]
    rows = [line.split() for text in tables for line in text.splitlines()[1:]]
    return {row[6]: row[4] for row in rows}


SOCK_DIAG_BY_FAMILY, REQUEST, DUMP, DONE = 20, 0x1, 0x300, 3
SHOW_PEER: Final = 4
HEADER, QUESTION = struct.Struct("=IHHII"), struct.Struct("=BBHIIIII")
ANSWER, ATTRIBUTE, PEER = struct.Struct("=BBBBIII"), struct.Struct("=HH"), 2


def _pairs_within(inodes: set[str]) -> set[str]:
    """Return which of these sockets have another of them at their other end.

    Where the kernel does not tell, none: they then pass for ways out, which errs to the safe side.
    """
    if len(inodes) < 2:  # noqa: PLR2004 (a pair)
        return set()
    try:
        return {inode for inode, other in _peers() if {inode, other} <= inodes}
    except OSError:
        return set()


def _peers() -> Iterator[tuple[str, str]]:
    """Ask the kernel (sock_diag) who is at the other end of each local socket."""
    question = QUESTION.pack(socket.AF_UNIX, 0, 0, 0xFFFFFFFF, 0, SHOW_PEER, 0xFFFFFFFF, 0xFFFFFFFF)
    head = HEADER.pack(HEADER.size + len(question), SOCK_DIAG_BY_FAMILY, REQUEST | DUMP, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 4) as kernel:  # NETLINK_SOCK_DIAG
        kernel.send(head + question)
        while True:
            data = kernel.recv(1 << 16)
            while data:
                length, kind, *_ = HEADER.unpack_from(data)
                if kind != SOCK_DIAG_BY_FAMILY:  # the end, or a refusal
                    return
                yield from _peer_in(data[HEADER.size : length])
                data = data[(length + 3) & ~3 :]


def _peer_in(answer: bytes) -> Iterator[tuple[str, str]]:
    inode = ANSWER.unpack_from(answer)[4]
    place = ANSWER.size
    while place + ATTRIBUTE.size <= len(answer):
        length, kind = ATTRIBUTE.unpack_from(answer, place)
        if kind == PEER:
            (peer,) = struct.unpack_from("=I", answer, place + ATTRIBUTE.size)
            yield str(inode), str(peer)
        place += max(ATTRIBUTE.size, (length + 3) & ~3)
