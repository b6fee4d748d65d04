"""How would a captured process get at another, become one, or be noticed by one?"""

import ctypes
import os
import struct
import threading
from functools import partial

from edge.audit.attack.files import Attempts, Planted
from edge.audit.attack.system_calls import HERE, LIBC, call, room


def by_a_new_process(planted: Planted) -> Attempts:
    """Try to start something."""
    return {
        "start a thread": _start_a_thread,
        "fork": lambda: _end_child(os.fork()),
        "fork by the old call": lambda: _end_child(call("fork")),
        "vfork": lambda: call("vfork"),
        "clone": lambda: _end_child(call("clone", 17, 0, 0, 0, 0)),
        "clone with a descriptor": lambda: _end_child(call("clone", 0x1011, 0, room(8), 0, 0)),
        "clone into a namespace": lambda: _end_child(call("clone", 0x10000011, 0, 0, 0, 0)),
        "clone by the new call": lambda: _end_child(
            call("clone3", struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0), 64)
        ),
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 (the attempt)
        "execveat": lambda: call("execveat", HERE, b"/bin/true", None, None, 0),
        "exec an open file": lambda: call("execveat", planted.file, b"", None, None, 0x1000),
        "load a library by the old call": lambda: call("uselib", b"/nothing"),
        "unshare": lambda: call("unshare", 0x10000000),
        "unshare descriptors": lambda: call("unshare", 0x400),
        "setns": lambda: call("setns", 0, 0),
    }


def _start_a_thread() -> None:
    thread = threading.Thread(target=lambda: None)
    try:
        thread.start()
    except RuntimeError:
        raise PermissionError(1, os.strerror(1)) from None
    thread.join()


def _end_child(child: int) -> None:
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def by_another_process(_planted: Planted) -> Attempts:
    """Try to look into, steer or signal the parent, which runs the audit."""
    parent, own, blank = os.getppid(), os.getpid(), bytes(256)
    return {
        "ptrace": lambda: call("ptrace", 0x4206, parent, 0, 0),
        "be traced": lambda: call("ptrace", 0, 0, 0, 0),
        "read memory": lambda: _of_another("process_vm_readv", parent),
        "write memory": lambda: _of_another("process_vm_writev", parent),
        "advise on another's memory": lambda: call("process_madvise", 0, None, 0, 20, 0),
        "free another's memory": lambda: call("process_mrelease", 0, 0),
        "move another's pages": lambda: call("move_pages", parent, 0, None, None, None, 0),
        "move all of another's pages": lambda: call("migrate_pages", parent, 0, None, None),
        "pidfd": lambda: os.close(call("pidfd_open", parent, 0)),
        "pidfd of itself": lambda: os.close(call("pidfd_open", own, 0)),
        "take a descriptor": lambda: call("pidfd_getfd", 0, 1, 0),
        "signal by a descriptor": lambda: call("pidfd_send_signal", 0, 0, None, 0),
        "signal": lambda: call("kill", parent, 0),
        "signal to everybody": lambda: call("kill", -1, 0),
        "signal to its group": lambda: call("kill", 0, 0),
        "signal to a thread": lambda: call("tgkill", parent, parent, 0),
        "signal by tkill": lambda: call("tkill", parent, 0),
        "signal with data": lambda: call("rt_sigqueueinfo", parent, 0, blank),
        "signal with data to a thread": lambda: call("rt_tgsigqueueinfo", parent, parent, 0, blank),
        "signal to itself": lambda: call("tgkill", own, own, 0),
        "timer that signals": lambda: call("timer_create", 1, None, room(8)),
        "interval timer": lambda: call("setitimer", 0, bytes(32), None),
        "alarm": lambda: call("alarm", 0),
        "wait for a child": lambda: call("waitid", 0, 0, None, 4 | 1, None),
        "limits of another": lambda: call("prlimit64", parent, 7, None, room(16)),
        "compare with another": lambda: call("kcmp", parent, own, 0, 0, 0),
        "robust list of another": lambda: call("get_robust_list", parent, room(8), room(8)),
        "move another to a processor": lambda: os.sched_setaffinity(
            parent, os.sched_getaffinity(parent)
        ),
        "processors of another": lambda: os.sched_getaffinity(parent),
        "wake who waits in a library": _wake_a_stranger,
    }


def _of_another(name: str, process: int) -> None:
    """Read or write one byte at an address where no process has memory."""
    byte = room(1)
    ours = struct.pack("PN", ctypes.addressof(byte), 1)
    call(name, process, ours, 1, struct.pack("PN", 8, 1), 1, 0)


def _wake_a_stranger() -> None:
    """Wake whoever waits, in any process, at an address of a library that both have."""
    here = ctypes.cast(LIBC.getpid, ctypes.c_void_p).value or 0
    call("futex", here & ~3, 1, 1, None, None, 0)


def by_what_others_see_of_it(_planted: Planted) -> Attempts:
    """Try to change what /proc shows of it to everybody: a message for an accomplice."""
    own = os.getpid()
    attributes = struct.pack("IIQiIQQQ", 48, 0, 0, 1, 0, 0, 0, 0)
    names: dict[str, tuple[int, int | bytes]] = {
        "name of the thread": (15, b"leak"),
        "dumpable again": (4, 1),
        "survive the launcher": (1, 0),
        "name a piece of memory": (0x53564D41, 0),
        "adopt orphans": (36, 1),
        "where its memory begins": (35, 1),
        "who may trace it": (0x59616D61, -1),
        "slack of its timers by prctl": (29, 1),
        "huge pages": (41, 1),
        "capabilities kept": (8, 1),
        "capabilities around it": (47, 4),
        "secure bits": (28, 0),
        "speculation": (53, 0),
        "core scheduling": (62, 0),
        "machine checks": (33, 1),
        "filter by prctl": (22, 2),
        "merging of its memory": (67, 1),
        "memory never written and run": (65, 1),
        "how its clock is read": (26, 1),
        "floating point": (12, 0),
        "disk under memory pressure": (57, 1),
        "system calls handled by itself": (59, 1),
        "shadow stack": (75, 0),
        "what its futexes share": (78, 1),
    }
    return {
        **{
            name: partial(call, "prctl", option, value, 0, 0, 0)
            for name, (option, value) in names.items()
        },
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 1),
        "priority of its disk access": lambda: call("ioprio_set", 1, 0, 0x4007),
        "scheduler": lambda: call("sched_setscheduler", 0, 0, bytes(4)),
        "scheduler's parameters": lambda: call("sched_setparam", 0, bytes(4)),
        "scheduler's attributes": lambda: call("sched_setattr", 0, attributes, 0),
        "own processors": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
        "process group": lambda: call("setpgid", 0, 0),
        "session": lambda: call("setsid"),
        "hang up the terminal": lambda: call("vhangup"),
        "set a limit": lambda: call("prlimit64", 0, 7, struct.pack("QQ", 512, 1024), None),
        "set a limit of itself by number": lambda: call(
            "prlimit64", own, 7, struct.pack("QQ", 512, 1024), None
        ),
        "set a limit by the old call": lambda: call("setrlimit", 7, struct.pack("QQ", 512, 1024)),
        "mask of new files": lambda: call("umask", 0o077),
        "personality": lambda: call("personality", 0x0400000),
        "user": lambda: call("setuid", os.getuid()),
        "all users": lambda: call("setresuid", -1, -1, -1),
        "user for files": lambda: call("setfsuid", os.getuid()),
        "group": lambda: call("setgid", os.getgid()),
        "groups": lambda: call("setgroups", 0, None),
        "capabilities": lambda: call("capset", struct.pack("II", 0x20080522, 0), bytes(24)),
        "locked memory": lambda: call("mlockall", 4),
    }
