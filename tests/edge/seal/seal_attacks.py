"""What would a captured chamber try? Ways out, each as small as it can be.

    python seal_attacks.py sealed|open FILE SOCKET TARGET

FILE and SOCKET are descriptors inherited open (a file for writing, a UDP socket), TARGET a path.
Answers on descriptor 1 with one line of JSON: attempt -> `worked`, or the kernel's words.
"""

import ctypes
import json
import mmap
import os
import socket
import struct
import sys
from collections.abc import Callable

from system_calls import (
    ANONYMOUS,
    EXECUTE,
    HERE,
    PAGE,
    PRIVATE,
    READ,
    SHARED,
    WRITE,
    by_number,
    call,
    outcome,
)  # fmt: skip

from edge import seal

Attempts = dict[str, Callable[[], object]]
BLANK = bytes(256)
ONLY_SEALED = {
    "exec", "execveat", "vfork", "close the airlock, then dup", "dup2 onto the airlock",
    "shared memory of System V", "messages of System V", "semaphores of System V", "kernel keyring",
}  # fmt: skip
"""Where they work, nobody is left to tell of it, or something stays in the kernel."""


def attempts(file: int, udp: int, target: str) -> Attempts:
    path = target.encode()
    return {
        **by_a_path(target, path),
        **by_a_file_opened_before(file),
        **by_a_descriptor(file, udp),
        **by_sockets(),
        **by_another_process(os.getppid()),
        **by_the_kernel(path),
        **by_memory(file),
    }


def by_a_path(target: str, path: bytes) -> Attempts:
    create = os.O_CREAT | os.O_WRONLY
    return {
        "open for writing": lambda: os.open(target, os.O_WRONLY),
        "open for both": lambda: os.open(target, os.O_RDWR),
        "open to append": lambda: os.open(target, os.O_WRONLY | os.O_APPEND),
        "open to truncate": lambda: call("openat", HERE, path, os.O_TRUNC, 0),
        "create": lambda: os.open(target + ".new", create),
        "create by creat": lambda: call("creat", path + b".creat", 0o600),
        "create without a name": lambda: os.open("/tmp", os.O_TMPFILE | os.O_RDWR),  # noqa: S108
        "create by openat2": lambda: call("openat2", HERE, path, struct.pack("QQQ", 1, 0, 0), 24),
        "create in shared memory": lambda: os.open("/dev/shm/leak", create),  # noqa: S108
        "truncate": lambda: os.truncate(target, 1),
        "mkdir": lambda: os.mkdir(target + ".d"),  # noqa: PTH102
        "mkfifo": lambda: os.mkfifo(target + ".f"),
        "mknod": lambda: os.mknod(target + ".n", 0o100600),
        "symlink": lambda: os.symlink("secret", target + ".s"),  # noqa: PTH211
        "link": lambda: os.link(target, target + ".l"),
        "rename": lambda: os.rename(target, target),  # noqa: PTH104
        "unlink": lambda: os.unlink(target + ".gone"),  # noqa: PTH108
        "setxattr": lambda: os.setxattr(target, "user.leak", b"x"),
        "utime": lambda: os.utime(target, (1, 2)),
        "chmod": lambda: os.chmod(target, 0o600),  # noqa: PTH101
        "chown": lambda: os.chown(target, -1, os.getgid()),
        "read /etc/passwd": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "list a folder": lambda: os.listdir("/tmp"),  # noqa: PTH208, S108
        "ask for a path": lambda: os.stat("/etc/passwd"),  # noqa: PTH116
        "change directory": lambda: os.chdir("/"),
        "chroot": lambda: os.chroot("/"),
        "the thread's name in /proc": lambda: os.open("/proc/self/comm", os.O_WRONLY),
        "own memory in /proc": lambda: os.open("/proc/self/mem", os.O_RDWR),
        "kernel log": lambda: os.open("/dev/kmsg", os.O_WRONLY),
        "terminal": lambda: os.open("/dev/tty", os.O_WRONLY),
    }


def by_a_file_opened_before(file: int) -> Attempts:
    return {
        "write to an open file": lambda: os.write(file, b"leak"),
        "pwrite to an open file": lambda: os.pwrite(file, b"leak", 0),
        "writev to an open file": lambda: os.writev(file, [b"leak"]),
        "pwritev to an open file": lambda: os.pwritev(file, [b"leak"], 0),
        "sendfile to an open file": lambda: os.sendfile(file, file, 0, 4),
        "splice to an open file": lambda: call("splice", 0, None, file, None, 1, 2),
        "copy within an open file": lambda: call("copy_file_range", file, None, file, None, 1, 0),
        "ftruncate an open file": lambda: os.ftruncate(file, 9),
        "fallocate in an open file": lambda: os.posix_fallocate(file, 0, 9),
        "lock an open file": lambda: os.lockf(file, os.F_TLOCK, 1),
        "fsetxattr on an open file": lambda: os.setxattr(file, "user.leak", b"x"),
        "fchmod an open file": lambda: os.fchmod(file, 0o600),
        "utime of an open file": lambda: os.utime(file, (1, 2)),
        "sync an open file": lambda: os.fsync(file),
    }


def by_a_descriptor(file: int, udp: int) -> Attempts:
    discard = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", 9, bytes([127, 0, 0, 1]))
    return {
        "close the airlock, then dup": lambda: become_the_airlock(file),
        "dup": lambda: os.dup(file),
        "dup2 onto the airlock": lambda: os.dup2(file, 1),
        "dup by fcntl": lambda: call("fcntl", file, 0, 9),
        "packet mode off": lambda: call("fcntl", 1, 4, 0),
        "resize the airlock": lambda: call("fcntl", 1, 1031, PAGE),
        "write to stderr": lambda: os.write(2, b"leak"),
        "writev to the airlock": lambda: os.writev(1, [b""]),
        "send by an open socket": lambda: call("sendto", udp, b"x", 1, 0, discard, 16),
        "sendmsg by an open socket": lambda: call("sendmsg", udp, BLANK, 0),
        "sendmmsg by an open socket": lambda: call("sendmmsg", udp, BLANK, 0, 0),
        "connect an open socket": lambda: call("connect", udp, discard, 16),
        "bind an open socket": lambda: call("bind", udp, bytes([2]) + bytes(15), 16),
        "options of an open socket": lambda: call("setsockopt", udp, 1, 9, bytes([1, 0, 0, 0]), 4),
        "receive a descriptor": lambda: call("recvmsg", udp, BLANK, 0x40),
        "accept": lambda: call("accept4", udp, None, None, 0),
        "pipe": os.pipe,
        "eventfd": lambda: os.eventfd(0),
        "epoll": lambda: call("epoll_create1", 0),
        "timer descriptor": lambda: call("timerfd_create", 1, 0),
        "signal descriptor": lambda: call("signalfd4", -1, bytes(8), 8, 0),
        "inotify": lambda: call("inotify_init1", 0),
        "fanotify": lambda: call("fanotify_init", 0, 0),
        "type into the terminal": lambda: call("ioctl", 0, 0x5412, b"x"),
        "ioctl of a microphone": lambda: call("ioctl", 0, 0x4140, 0),
        "open by handle": lambda: call("open_by_handle_at", HERE, BLANK, 0),
    }


def become_the_airlock(file: int) -> None:
    os.close(1)
    while os.dup(file) != 1:
        pass


def by_sockets() -> Attempts:
    names = ("UNIX", "INET", "INET6", "NETLINK", "PACKET", "ALG", "VSOCK", "BLUETOOTH", "CAN")
    families = {name: getattr(socket, f"AF_{name}", None) for name in names}
    kinds = {"stream": 1, "datagram": 2, "raw": 3, "record": 5}
    return {
        "pair of sockets": socket.socketpair,
        **{
            f"{kind} socket AF_{name}": lambda f=family, k=number: call("socket", f, k, 0)
            for name, family in families.items()
            for kind, number in kinds.items()
            if family
        },
    }


def by_another_process(parent: int) -> Attempts:
    return {
        "fork": lambda: end_child(os.fork()),
        "vfork": lambda: call("vfork"),
        "clone": lambda: end_child(call("clone", 17, 0, 0, 0, 0)),
        "clone with a descriptor": lambda: end_child(call("clone", 0x1011, 0, bytes(8), 0, 0)),
        "clone into a namespace": lambda: end_child(call("clone", 0x10000011, 0, 0, 0, 0)),
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "execveat": lambda: call("execveat", HERE, b"/bin/true", None, None, 0),
        "ptrace": lambda: call("ptrace", 0x4206, parent, 0, 0),
        "read memory": lambda: call("process_vm_readv", parent, None, 0, None, 0, 0),
        "write memory": lambda: call("process_vm_writev", parent, None, 0, None, 0, 0),
        "pidfd": lambda: call("pidfd_open", parent, 0),
        "take a descriptor": lambda: call("pidfd_getfd", 0, 1, 0),
        "signal by a descriptor": lambda: call("pidfd_send_signal", 0, 0, None, 0),
        "signal": lambda: os.kill(parent, 0),
        "signal to a thread": lambda: call("tgkill", parent, parent, 0),
        "signal by tkill": lambda: call("tkill", parent, 0),
        "signal with data": lambda: call("rt_sigqueueinfo", parent, 0, BLANK),
        "move to a processor": lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 1),
        "priority of its disk access": lambda: call("ioprio_set", 1, 0, 0x4000),
        "scheduler": lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)),
        "limits of another": lambda: call("prlimit64", parent, 7, 1, 0),
        "process group": lambda: os.setpgid(0, 0),
        "session": os.setsid,
        "compare with another": lambda: call("kcmp", parent, os.getpid(), 0, 0, 0),
        "timer that signals": lambda: call("timer_create", 1, None, bytes(8)),
    }


def end_child(child: int) -> None:
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def by_the_kernel(path: bytes) -> Attempts:
    return {
        "shared memory of System V": lambda: call("shmget", 0, PAGE, 0o1600),
        "messages of System V": lambda: call("msgget", 0, 0o1600),
        "semaphores of System V": lambda: call("semget", 0, 1, 0o1600),
        "POSIX message queue": lambda: call("mq_open", b"leak", 0o102, 0o600, None),
        "remove a message queue": lambda: call("mq_unlink", b"leak"),
        "kernel keyring": lambda: call("add_key", b"user", b"leak", b"data", 4, -3),
        "read the keyring": lambda: call("keyctl", 0, -3, 0),
        "ask for a key": lambda: call("request_key", b"user", b"leak", None, 0),
        "name of the thread": lambda: prctl(15, b"leak"),
        "dumpable again": lambda: prctl(4, 1),
        "survive the launcher": lambda: prctl(1, 0),
        "name a piece of memory": lambda: prctl(0x53564D41, 0),
        "adopt orphans": lambda: prctl(36, 1),
        "unshare": lambda: call("unshare", 0x10000000),
        "setns": lambda: call("setns", 0, 0),
        "io_uring": lambda: call("io_uring_setup", 4, bytes(120)),
        "enter a ring": lambda: call("io_uring_enter", 0, 0, 0, 0, None, 0),
        "old asynchronous writing": lambda: call("io_setup", 1, bytes(8)),
        "bpf": lambda: call("bpf", 0, struct.pack("IIII", 2, 4, 4, 1) + BLANK, 112),
        "perf": lambda: call("perf_event_open", struct.pack("II", 1, 128) + BLANK, 0, -1, -1, 0),
        "mount": lambda: call("mount", b"tmpfs", b"/mnt", b"tmpfs", 0, None),
        "unmount": lambda: call("umount2", b"/mnt", 0),
        "open a file system": lambda: call("fsopen", b"tmpfs", 0),
        "open a mount": lambda: call("open_tree", HERE, b"/", 1),
        "move a mount": lambda: call("move_mount", HERE, b"/", HERE, b"/mnt", 0),
        "quota": lambda: call("quotactl", 0, path, 0, 0),
        "swap": lambda: call("swapon", path, 0),
        "accounting": lambda: call("acct", path),
        "system log": lambda: call("syslog", 3, BLANK, 256),
        "kernel module": lambda: call("finit_module", 0, b"", 0),
        "another kernel": lambda: call("kexec_load", 0, 0, 0, 0),
        "reboot": lambda: call("reboot", 0, 0, 0, 0),
        "another filter": lambda: call("seccomp", 1, 0, bytes(16)),
        "a filter that others answer": lambda: call("seccomp", 1, 8, bytes(16)),
        "more of Landlock": lambda: call("landlock_create_ruleset", bytes([1]) + bytes(7), 8, 0),
        "personality": lambda: call("personality", 0x0400000),
        "set the clock": lambda: call("clock_settime", 0, struct.pack("QQ", 1, 0)),
        "bend the clock": lambda: call("adjtimex", BLANK),
        "name of the machine": lambda: socket.sethostname("leak"),
        "set the user": lambda: os.setuid(os.getuid()),
        "set the groups": lambda: os.setgroups([]),
        "capabilities": lambda: call("capset", bytes(8), bytes(24)),
        "mask of new files": lambda: os.umask(0o077),
        "write all to disk": lambda: call("sync"),
        "a call that nobody knows": lambda: by_number(9999),
    }


def prctl(option: int, value: int | bytes) -> None:
    call("prctl", option, value, 0, 0, 0)


def by_memory(file: int) -> Attempts:
    anonymous = PRIVATE | ANONYMOUS
    return {
        "map a file shared": lambda: call("mmap", 0, PAGE, READ | WRITE, SHARED, file, 0),
        "map a file shared, validated": lambda: call("mmap", 0, PAGE, READ, 3, file, 0),
        "map a file shared, then write": lambda: map_a_file_then_make_it_writable(file),
        "share memory with a child": lambda: call("mmap", 0, PAGE, 3, SHARED | ANONYMOUS, -1, 0),
        "memory to write and run": lambda: mmap.mmap(-1, PAGE, PRIVATE, READ | WRITE | EXECUTE),
        "memory to run": lambda: call("mmap", 0, PAGE, READ | EXECUTE, anonymous, -1, 0),
        "memory written, then run": map_then_execute,
        "memory with a key": lambda: call("pkey_mprotect", 0, PAGE, 7, -1),
        "memory as a file": lambda: os.memfd_create("leak"),
        "secret memory": lambda: call("memfd_secret", 0),
        "faults handled by others": lambda: call("userfaultfd", 1),
        "core limit": set_a_limit_at_an_address_whose_lower_half_is_zero,
        "lock all memory": lambda: call("mlockall", 1),
    }


def map_a_file_then_make_it_writable(file: int) -> None:
    address = call("mmap", 0, PAGE, READ, SHARED, file, 0)
    call("mprotect", address, PAGE, READ | WRITE)


def map_then_execute() -> None:
    address = call("mmap", 0, PAGE, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0)
    call("mprotect", address, PAGE, READ | EXECUTE)


def set_a_limit_at_an_address_whose_lower_half_is_zero() -> None:
    """A filter that looks at half a pointer takes it for NULL, and the call for a question."""
    fixed = 0x100000
    address = call("mmap", 1 << 32, PAGE, READ | WRITE, PRIVATE | ANONYMOUS | fixed, -1, 0)
    ctypes.memmove(address, struct.pack("QQ", 0, 0), 16)
    call("prlimit64", 0, 4, address, 0)


def main(sealed: str, file: int, udp: int, target: str) -> None:
    rows = attempts(file, udp, target)
    seal.silence_stderr()
    if sealed == "sealed":
        seal.seal("chamber", writable_fds={1})
    else:
        rows = {name: attempt for name, attempt in rows.items() if name not in ONLY_SEALED}
    os.write(1, json.dumps({name: outcome(rows[name]) for name in rows}).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
