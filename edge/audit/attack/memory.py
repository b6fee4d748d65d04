"""How would a captured process use memory to write a file, to talk, or to run code of its own?"""

import ctypes
import struct
from collections.abc import Callable
from typing import Final

from edge.audit.attack.files import Attempts, Planted
from edge.audit.attack.system_calls import (
    ANONYMOUS,
    EXECUTE,
    FIXED,
    PAGE,
    PRIVATE,
    READ,
    SHARED,
    WRITE,
    call,
    room,
)

SHARED_VALIDATED: Final = 3
LIMIT_OF_CORE_FILES: Final = 4


def by_memory(planted: Planted) -> Attempts:
    """Try shared maps, memory to run, and calls that others notice."""
    file, anonymous, both = planted.file, PRIVATE | ANONYMOUS, READ | WRITE
    return {
        "map a file shared": lambda: _map(both, SHARED, file),
        "map a file shared, to read": lambda: _map(READ, SHARED, file),
        "map a file shared, validated": lambda: _map(READ, SHARED_VALIDATED, file),
        "map a file shared, then write": lambda: _map_then_protect(READ, SHARED, file, both),
        "map a file for itself": lambda: _map(READ, PRIVATE, file),
        "share memory with a child": lambda: _map(both, SHARED | ANONYMOUS),
        "wait in shared memory": lambda: call("futex", _map(both, SHARED, file), 1, 1, 0, 0, 0),
        "memory to write and run": lambda: _map(both | EXECUTE, anonymous),
        "memory to run": lambda: _map(READ | EXECUTE, anonymous),
        "a file to run": lambda: _map(READ | EXECUTE, PRIVATE, file),
        "memory written, then run": lambda: _map_then_protect(both, anonymous, -1, READ | EXECUTE),
        "memory written and run": lambda: _map_then_protect(both, anonymous, -1, both | EXECUTE),
        "memory with a key": lambda: call("pkey_mprotect", 0, PAGE, 7, -1),
        "a key for memory": lambda: call("pkey_free", call("pkey_alloc", 0, 0)),
        "pages of a map in another order": lambda: _of_a_page(
            lambda page: call("remap_file_pages", page, PAGE, 0, 0, 0)
        ),
        "write a map back": lambda: _of_a_page(lambda page: call("msync", page, PAGE, 4)),
        "pages in memory": lambda: _of_a_page(lambda page: call("mincore", page, PAGE, room(1))),
        "fix a map for good": lambda: _of_a_page(lambda page: call("mseal", page, PAGE, 0)),
        "a stack of return addresses": lambda: call("map_shadow_stack", 0, PAGE, 1),
        "where its memory lies": lambda: call("set_mempolicy", 0, None, 0),
        "ask where its memory lies": lambda: call("get_mempolicy", room(4), None, 0, None, 0),
        "where a map lies": lambda: _of_a_page(lambda page: call("mbind", page, PAGE, 0, 0, 0, 0)),
        "where a map lies at home": lambda: call("set_mempolicy_home_node", 0, 0, 0, 0),
        "lock memory": lambda: _of_a_page(lambda page: call("mlock", page, PAGE)),
        "barrier in memory": lambda: call("membarrier", 0, 0, 0),
        "a list that the kernel reads at its end": lambda: call("set_robust_list", 0, 24),
        "area that the kernel restarts": lambda: call("rseq", 0, 0, 0, 0),
        "core limit": _set_a_limit_at_an_address_whose_lower_half_is_zero,
    }


def _map(rights: int, kind: int, file: int = -1, at: int = 0) -> int:
    return call("mmap", at, PAGE, rights, kind, file, 0)


def _map_then_protect(rights: int, kind: int, file: int, then: int) -> None:
    call("mprotect", _map(rights, kind, file), PAGE, then)


def _of_a_page(attempt: Callable[[int], object]) -> object:
    return attempt(_map(READ | WRITE, PRIVATE | ANONYMOUS))


def _set_a_limit_at_an_address_whose_lower_half_is_zero() -> None:
    """Try a filter that looks at half a pointer: it takes it for NULL, the call for a question."""
    address = _map(READ | WRITE, PRIVATE | ANONYMOUS | FIXED, at=1 << 32)
    ctypes.memmove(address, struct.pack("QQ", 0, 0), 16)
    call("prlimit64", 0, LIMIT_OF_CORE_FILES, address, 0)
