"""A chamber that forgot one thing before its seal; the check from outside must see which.

    python seal_leaks.py LEAK [FILE]

FILE is a descriptor inherited open for writing. Answers a line on descriptor 1, then lives until
descriptor 0 is closed.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection

from edge import seal
from edge.audit.attack.system_calls import ANONYMOUS, PAGE, PRIVATE, READ, SHARED, call

KEEP = {0, 1, 2}


def nothing(*_: int) -> Collection[int]:
    return KEEP


def open_file(file: int) -> Collection[int]:
    return {*KEEP, file}


def shared_map(file: int) -> Collection[int]:
    call("mmap", 0, PAGE, READ, SHARED, file, 0)
    return KEEP


def connection() -> Collection[int]:
    return {*KEEP, socket.socket().detach()}


def local_service() -> Collection[int]:
    """Stand for a sound server: a local socket whose other end is not in this process."""
    ours, _ = socket.socketpair()
    return {*KEEP, ours.detach()}


def own_pair() -> Collection[int]:
    return {*KEEP, *(end.detach() for end in socket.socketpair())}


def child_process() -> Collection[int]:
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    return KEEP


def own_descriptors() -> Collection[int]:
    ready = threading.Event()

    def live() -> None:
        call("unshare", 0x400)
        ready.set()
        time.sleep(60)

    os.dup2(0, 9)
    threading.Thread(target=live, daemon=True).start()
    ready.wait()
    return KEEP


def old_thread() -> Collection[int]:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return KEEP


def writable_and_executable() -> Collection[int]:
    call("mmap", 0, PAGE, 7, PRIVATE | ANONYMOUS, -1, 0)
    return KEEP


def one_thread_only() -> Collection[int]:
    seal._TSYNC = 0
    return old_thread()


def dumpable() -> Collection[int]:
    seal._PR_SET_DUMPABLE = 8  # PR_SET_KEEPCAPS 0: does nothing
    return KEEP


LEAKS: dict[str, Callable[..., Collection[int]]] = {
    "nothing": nothing,
    "no seal": nothing,
    "open file": open_file,
    "shared map": shared_map,
    "connection": connection,
    "local service": local_service,
    "own pair": own_pair,
    "child process": child_process,
    "own descriptors": own_descriptors,
    "old thread": old_thread,
    "writable and executable": writable_and_executable,
    "one thread only": one_thread_only,
    "dumpable": dumpable,
}


def main(leak: str, *files: str) -> None:
    seal.close_all_but(LEAKS[leak](*map(int, files)))
    seal.silence_stderr()
    if leak != "no seal":
        seal.seal("chamber", writable_fds={1})
    os.write(1, b"ready\n")
    os.read(0, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
