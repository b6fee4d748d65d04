"""How would a captured process misuse what it has open, or make a descriptor of another kind?"""

import contextlib
import os
import socket
import struct
from functools import partial
from typing import Final

from edge.audit.attack.files import Attempts, Planted
from edge.audit.attack.system_calls import HERE, PAGE, Attempt, call, room

NOWHERE: Final = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", 9, bytes([127, 0, 0, 1]))
"""The discard port of this machine."""
AIRLOCK: Final = 1


def by_its_own_pipe(planted: Planted) -> Attempts:
    """Try to write elsewhere by the number of the airlock, or to say more by it than its bytes."""
    file, spare = planted.file, planted.spare
    vector = struct.pack("QQ", 0, 0)
    return {
        "write to its own pipe": lambda: os.write(AIRLOCK, b""),
        "write by another number": lambda: os.write(spare, b""),
        "write to stderr": lambda: os.write(2, b"leak"),
        "close the airlock, then dup": lambda: _restored(spare, lambda: _become_airlock(file)),
        "dup2 onto the airlock": lambda: _restored(spare, lambda: call("dup2", file, AIRLOCK)),
        "dup3 onto the airlock": lambda: _restored(spare, lambda: call("dup3", file, AIRLOCK, 0)),
        "close the airlock": lambda: _restored(spare, lambda: os.close(AIRLOCK)),
        "close all by range": lambda: call("close_range", 1000, 1001, 0),
        "dup": lambda: os.close(os.dup(file)),
        "dup by fcntl": lambda: os.close(call("fcntl", file, 0, 9)),
        "dup by fcntl, closed on exec": lambda: os.close(call("fcntl", file, 1030, 9)),
        "packet mode off": lambda: call("fcntl", AIRLOCK, 4, 0),
        "resize the airlock": lambda: call("fcntl", AIRLOCK, 1031, PAGE),
        "size of the airlock": lambda: call("fcntl", AIRLOCK, 1032, 0),
        "writev to the airlock": lambda: os.writev(AIRLOCK, [b""]),
        "pwrite to the airlock": lambda: call("pwrite64", AIRLOCK, b"", 0, 0),
        "vmsplice into the airlock": lambda: call("vmsplice", AIRLOCK, vector, 1, 2),
        "splice into the airlock": lambda: call("splice", file, None, AIRLOCK, None, 0, 2),
        "tee into the airlock": lambda: call("tee", 0, AIRLOCK, 0, 2),
        "sendfile into the airlock": lambda: call("sendfile", AIRLOCK, file, None, 0),
        "owner of the airlock's signals": lambda: call("fcntl", AIRLOCK, 8, os.getppid()),
        "owner by number and kind": lambda: call("fcntl", AIRLOCK, 15, struct.pack("ii", 1, 0)),
        "signal of the airlock": lambda: call("fcntl", AIRLOCK, 10, 0),
        "signals from the airlock": lambda: call("ioctl", AIRLOCK, 0x5452, struct.pack("i", 0)),
        "news of a folder": lambda: call("fcntl", file, 1026, 0),
    }


def _restored(spare: int, attempt: Attempt) -> None:
    """Try, and where it worked give the airlock its pipe back."""
    attempt()
    os.dup2(spare, AIRLOCK)


def _become_airlock(file: int) -> None:
    os.close(AIRLOCK)
    while os.dup(file) != AIRLOCK:
        pass


def by_an_open_socket(planted: Planted) -> Attempts:
    """Try what an inet socket that stayed open would be good for."""
    udp, blank = planted.udp, room(256)
    return {
        "send by an open socket": lambda: call("sendto", udp, b"x", 1, 0, NOWHERE, 16),
        "send where it is connected": lambda: call("sendto", udp, b"x", 1, 0, None, 0),
        "write to an open socket": lambda: os.write(udp, b"x"),
        "sendmsg by an open socket": lambda: call("sendmsg", udp, blank, 0),
        "sendmmsg by an open socket": lambda: call("sendmmsg", udp, blank, 0, 0),
        "connect an open socket": lambda: call("connect", udp, NOWHERE, 16),
        "bind an open socket": lambda: call("bind", udp, bytes([2]) + bytes(15), 16),
        "listen on an open socket": lambda: call("listen", udp, 1),
        "accept": lambda: call("accept4", udp, None, None, 0),
        "accept by the old call": lambda: call("accept", udp, None, None),
        "options of an open socket": lambda: call("setsockopt", udp, 1, 9, bytes(4), 4),
        "mark of an open socket": lambda: call("setsockopt", udp, 1, 36, bytes(4), 4),
        "filter of an open socket": lambda: call("setsockopt", udp, 1, 26, bytes(16), 16),
        "half an open socket": lambda: call("shutdown", udp, 1),
        "receive a descriptor": lambda: call("recvmsg", udp, blank, 0x40),
        "receive many": lambda: call("recvmmsg", udp, blank, 0, 0x40, None),
        "receive by an open socket": lambda: call("recvfrom", udp, room(1), 1, 0x40, None, None),
        "a descriptor of who is at the other end": lambda: call(
            "getsockopt", udp, 1, 77, room(4), struct.pack("i", 4)
        ),
        "owner of a socket's signals": lambda: call("ioctl", udp, 0x8902, struct.pack("i", 0)),
        "namespace of a socket": lambda: call("ioctl", udp, 0x894C, 0),
        "name of a network card": lambda: call("ioctl", udp, 0x8923, bytes(40)),
        "state of a network card": lambda: call("ioctl", udp, 0x8914, bytes(40)),
    }


COMMANDS: Final = {
    "type into the terminal": 0x5412,
    "settings of the terminal": 0x5402,
    "size of the terminal": 0x5414,
    "take the terminal": 0x540E,
    "foreground of the terminal": 0x5410,
    "paste into the console": 0x541C,
    "lights of the keyboard": 0x4B32,
    "another console": 0x5606,
    "play": 0x40184150,
    "play, channel by channel": 0x40184152,
    "hear by a microphone": 0x80184151,
    "hear, channel by channel": 0x80184153,
    "ask a sound card": 0x80044100,
    "set a mixer": 0xC4C85513,
    "see by a camera": 0xC0585611,
    "set a camera": 0xC008561C,
    "set a camera's other controls": 0xC0205648,
    "command a camera's own unit": 0xC0107521,
    "command a device behind USB": 0xC0185500,
    "command an input device": 0x40044590,
    "command a disk": 0x2285,
    "write to a bus of a board": 0x0707,
}
"""What a terminal, a console and devices are told by ioctl."""


def by_a_device(_planted: Planted) -> Attempts:
    """Try the commands of devices, on its control pipe: what counts is whether they get there."""
    return {name: partial(call, "ioctl", 0, number, bytes(64)) for name, number in COMMANDS.items()}


def by_a_new_descriptor(planted: Planted) -> Attempts:
    """Try to make descriptors that are no files: each could carry something to somebody."""
    name = b"offrecord-" + planted.token.encode()
    return {
        "pipe": lambda: _closed(*os.pipe()),
        "eventfd": lambda: _closed(call("eventfd2", 0, 0)),
        "epoll": lambda: _closed(call("epoll_create1", 0)),
        "wait for many": lambda: call("epoll_pwait", 0, room(12), 1, 0, None, 8),
        "timer descriptor": lambda: _closed(call("timerfd_create", 1, 0)),
        "signal descriptor": lambda: _closed(call("signalfd4", -1, bytes(8), 8, 0)),
        "inotify": lambda: _closed(call("inotify_init1", 0)),
        "fanotify": lambda: _closed(call("fanotify_init", 0, 0)),
        "mark for fanotify": lambda: call("fanotify_mark", 0, 1, 2, HERE, None),
        "memory as a file": lambda: _closed(call("memfd_create", name, 0)),
        "secret memory": lambda: _closed(call("memfd_secret", 0)),
        "faults handled by others": lambda: _closed(call("userfaultfd", 1)),
        "open by handle": lambda: call("open_by_handle_at", HERE, bytes(256), 0),
        "POSIX message queue": lambda: _queue(name),
        "remove a message queue": lambda: call("mq_unlink", name),
        "send to a message queue": lambda: call("mq_timedsend", 0, b"x", 1, 0, None),
        "news of a message queue": lambda: call("mq_notify", 0, None),
        "io_uring": lambda: _closed(call("io_uring_setup", 4, room(120))),
        "enter a ring": lambda: call("io_uring_enter", 0, 0, 0, 0, None, 0),
        "register with a ring": lambda: call("io_uring_register", 0, 0, None, 0),
        "register with no ring": lambda: call("io_uring_register", -1, 0, None, 0),
        "old asynchronous writing": lambda: call("io_setup", 1, room(8)),
        "submit old asynchronous writing": lambda: call("io_submit", 0, 0, None),
    }


def _closed(*descriptors: int) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _queue(name: bytes) -> None:
    queue = call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, None)
    _closed(queue)
    call("mq_unlink", name)
