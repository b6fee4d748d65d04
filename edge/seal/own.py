"""What does a process itself hold, right before its seal? For who opens a sound device first."""

import ctypes
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

READ_AND_RUN: Final = 1 | 4
"""PROT_READ, PROT_EXEC."""


class CannotProtect(OSError):
    """The kernel refuses to take the right to write from a page."""


def descriptors() -> Iterator[int]:
    """Yield what is open (not the listing's own descriptor, which is closed by then)."""
    for descriptor in (int(path.name) for path in Path("/proc/self/fd").iterdir()):
        try:
            fcntl.fcntl(descriptor, fcntl.F_GETFD)
        except OSError:
            continue
        yield descriptor


def is_local_conversation(descriptor: int) -> bool:
    """Say whether it is a pipe or a socket of this machine: never of the network."""
    what = str(Path(f"/proc/self/fd/{descriptor}").readlink())
    if what.startswith("socket:"):
        connection = socket.socket(fileno=descriptor)
        family = connection.family
        connection.detach()
        return family == socket.AF_UNIX
    return what.startswith("pipe:")


def only_run(callback: "ctypes._CFunctionType") -> None:
    """Take the right to write from the memory through which a C library calls us.

    ctypes may keep it both written and executable, which the seal forbids. From here on no other
    callback can be made in this process, nor one be given back. Raises CannotProtect.
    """
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    address = ctypes.cast(callback, ctypes.c_void_p).value or 0
    page = ctypes.c_void_p(address - address % page_bytes)
    if ctypes.CDLL(None).mprotect(page, ctypes.c_size_t(page_bytes), READ_AND_RUN):
        raise CannotProtect("the way back from a library cannot be made safe")
