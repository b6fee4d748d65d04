"""Which system call, with which arguments, and what did the kernel say? No C library in between."""

import ctypes
import errno
import os
from collections.abc import Callable
from typing import Final

from edge.seal.syscalls import NUMBERS

LIBC: Final = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
NUMBER: Final = NUMBERS.get(os.uname().machine, {})

PAGE: Final = 4096
READ, WRITE, EXECUTE = 1, 2, 4
SHARED, PRIVATE, FIXED, ANONYMOUS = 1, 2, 0x100000, 0x20
HERE: Final = -100
"""AT_FDCWD: paths are looked up from the working directory."""

WORKED, NO_SUCH_CALL = 0, -1
"""What `errno_of` returns beside the kernel's errors: the second where the architecture has no
call of that name."""

Word = int | bytes | ctypes.Array[ctypes.c_char] | None
Attempt = Callable[[], object]


def room(size: int) -> ctypes.Array[ctypes.c_char]:
    """Return memory for the kernel to write into."""
    return ctypes.create_string_buffer(size)


def call(name: str, *arguments: Word) -> int:
    """Make one call; raise OSError, or NotImplementedError where the architecture lacks it."""
    if name not in NUMBER:
        raise NotImplementedError
    return by_number(NUMBER[name], *arguments)


def by_number(number: int, *arguments: Word) -> int:
    """Make the call of this number; raise OSError."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = int(LIBC.syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def errno_of(attempt: Attempt) -> int:
    """Try it; return WORKED, NO_SUCH_CALL, or the kernel's error."""
    try:
        attempt()
    except OSError as refusal:
        return refusal.errno or errno.EIO
    except NotImplementedError:
        return NO_SUCH_CALL
    return WORKED


def outcome(attempt: Attempt) -> str:
    """Try it; return `worked`, or the kernel's answer in words."""
    return in_words(errno_of(attempt))


def in_words(code: int) -> str:
    """Return what `errno_of` returned, for people."""
    return {WORKED: "worked", NO_SUCH_CALL: "no such call here"}.get(code) or os.strerror(code)
