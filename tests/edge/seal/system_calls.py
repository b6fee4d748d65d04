"""System calls by their names, without a C library in between, for the seal's tests."""

import ctypes
import os
from collections.abc import Callable

from edge.seal.syscalls import NUMBERS

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
NUMBER = NUMBERS[os.uname().machine]

PAGE = 4096
READ, WRITE, EXECUTE = 1, 2, 4
SHARED, PRIVATE, ANONYMOUS = 1, 2, 0x20
HERE = -100
"""AT_FDCWD: paths are looked up from the working directory."""


def call(name: str, *arguments: int | bytes | None) -> int:
    """Make one call; raise OSError, or NotImplementedError where the architecture lacks it."""
    if name not in NUMBER:
        raise NotImplementedError
    return by_number(NUMBER[name], *arguments)


def by_number(number: int, *arguments: int | bytes | None) -> int:
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = int(LIBC.syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def outcome(attempt: Callable[[], object]) -> str:
    """Return `worked`, or the kernel's answer."""
    try:
        attempt()
    except OSError as error:
        return error.strerror or "refused"
    except NotImplementedError:
        return "no such call here"
    return "worked"
