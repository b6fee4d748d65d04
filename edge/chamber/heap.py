"""How does a network get its memory without asking the kernel for each tensor?

Blocks from 1 MiB on are given back the moment they are free (`seal.environment`): good for a board
with little memory, but a network frees and wants the same megabytes forty times an utterance, and
the kernel clears and maps them each time, page by page: a quarter of the encoder's time. So while
one utterance or picture is worked at, freed memory is kept for the next tensor; then all of it is
given back at once.
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from edge import seal

_LIBC: Final = ctypes.CDLL(None)
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's malloc.h."""
LARGEST_KEPT_BYTES: Final = 32 << 20
"""The most that glibc takes from its heap and not from the kernel."""
KEPT_BYTES: Final = 256 << 20
"""No limit: at most what was in use at one time."""

_lock = threading.Lock()
_working = _loading = 0


@contextmanager
def kept() -> Iterator[None]:
    """Keep freed memory until the last of the threads that are in here has left (glibc only)."""
    global _working  # noqa: PLW0603 (the heap is one for all threads, too)
    with _lock:
        _working += 1
        _choose()
    try:
        yield
    finally:
        with _lock:
            _working -= 1
            _choose()
            if not _working:
                seal.give_back_memory()


@contextmanager
def returned() -> Iterator[None]:
    """Give freed memory back at once, though somebody works.

    For a load: it frees twice what it keeps, in blocks that fit nobody else.
    """
    global _loading  # noqa: PLW0603 (as above)
    with _lock:
        _loading += 1
        _choose()
    try:
        yield
    finally:
        with _lock:
            _loading -= 1
            _choose()


def _choose() -> None:
    if _working and not _loading:
        _set(LARGEST_KEPT_BYTES, KEPT_BYTES)
    else:
        _set(seal.MAPPED_FROM_BYTES, seal.TRIMMED_FROM_BYTES)


def _set(mapped_from_bytes: int, trimmed_from_bytes: int) -> None:
    change = getattr(_LIBC, "mallopt", None)
    if change:
        change(_MMAP_THRESHOLD, mapped_from_bytes)
        change(_TRIM_THRESHOLD, trimmed_from_bytes)
