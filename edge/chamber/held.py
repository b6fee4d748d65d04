"""Memory that media may lie in: mapped for it alone, kept out of swap, overwritten when done with.

Every room is a private mapping of its own, locked page by page as it is first used. An ordinary
user may lock only so much (RLIMIT_MEMLOCK, often 8 MiB): what is over that works all the same and
is missing in `VmLck` of /proc/PID/status, which the audit reads.
"""

import ctypes
import logging
import mmap
from typing import Final

import numpy as np
import numpy.typing as npt

from edge.slot import Memory

logger = logging.getLogger(__name__)

Room = npt.NDArray[np.uint8]

MLOCK_ONFAULT: Final = 1
MADV_DONTNEED_LOCKED: Final = 24
"""Linux 5.18; an older kernel answers EINVAL, and the overwritten pages stay."""
GIVEN_BACK_FROM_BYTES: Final = 256 << 10
"""Less is overwritten and kept; more is overwritten and given back until it is needed again."""
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def room(size_bytes: int) -> Room:
    """Return new memory, uint8 (size_bytes,), all zero; it goes back when nobody holds the array.

    Says so in the log (of the time before the seal) where it could not be locked.
    """
    pages = mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        pages.madvise(mmap.MADV_NOHUGEPAGE)  # a room of two pages must not cost 2 MiB
    array = np.frombuffer(pages, np.uint8)
    if not _lock(array):
        logger.warning("%d bytes for media cannot be locked; raise RLIMIT_MEMLOCK", size_bytes)
    return array


def _lock(array: Room) -> bool:
    where = ctypes.c_void_p(array.ctypes.data), ctypes.c_size_t(array.nbytes)
    lock = getattr(_LIBC, "mlock2", None)  # glibc and new versions of musl
    return not (lock(*where, MLOCK_ONFAULT) if lock else _LIBC.mlock(*where))


def forget(array: npt.NDArray[np.generic]) -> None:
    """Overwrite a part of a room, as contiguous memory; give whole pages of a large one back."""
    array.fill(0)
    if array.nbytes < GIVEN_BACK_FROM_BYTES:
        return
    first = -(-array.ctypes.data // mmap.PAGESIZE) * mmap.PAGESIZE
    end = (array.ctypes.data + array.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    _LIBC.madvise(ctypes.c_void_p(first), ctypes.c_size_t(end - first), MADV_DONTNEED_LOCKED)


LOCKED: Final = Memory(room, forget)
"""What a slot's reader puts media into."""


def floats(count: int) -> npt.NDArray[np.float32]:
    """Return a room for so many float32."""
    return room(4 * count).view(np.float32)


def shorts(count: int) -> npt.NDArray[np.int16]:
    """Return a room for so many int16."""
    return room(2 * count).view(np.int16)
