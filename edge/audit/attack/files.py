"""How would a captured process write to a file? By its path, or by a descriptor opened before.

Each attempt is as small as it can be. In a process that is not sealed some work, and what they
make is in the folder of the target or carries the run's name, so that the runner can take it away.
"""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from edge.audit.attack.system_calls import HERE, Attempt, call, room

Attempts = Mapping[str, Attempt]


@dataclass(frozen=True, slots=True)
class Planted:
    """What the runner left lying about for the attempts to misuse."""

    file: int
    """A descriptor of the target, open for reading and writing."""
    udp: int
    """A descriptor of an inet datagram socket."""
    spare: int
    """A second descriptor of the process's own pipe (its number 1)."""
    target: str
    """A path; the file is `PAGE` zero bytes long. Beside it is another, `.spare`."""
    own: str
    """A folder in which the process may write, if any process may."""
    token: str
    """Part of every name that is not beside the target."""

    @property
    def key(self) -> int:
        """Of System V's memory, messages and semaphores."""
        return int(self.token, 16) & 0x7FFFFFFF


CREATE: Final = os.O_CREAT | os.O_WRONLY
NEVER_WAIT: Final = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
AT_EMPTY_PATH: Final = 0x1000

TO_BE_WRITTEN: Final = {
    "own name in /proc": "/proc/self/comm",
    "own memory in /proc": "/proc/self/mem",
    "how readily it is killed": "/proc/self/oom_score_adj",
    "what its core file holds": "/proc/self/coredump_filter",
    "slack of its timers": "/proc/self/timerslack_ns",
    "marks on its pages": "/proc/self/clear_refs",
    "own security label": "/proc/self/attr/current",
    "security label of its files": "/proc/self/attr/fscreate",
    "own scheduling group": "/proc/self/autogroup",
    "own login number": "/proc/self/loginuid",
    "own pipe through /proc": "/proc/self/fd/1",
    "another's memory in /proc": "/proc/1/mem",
    "name of the machine in /proc": "/proc/sys/kernel/hostname",
    "where core files go": "/proc/sys/kernel/core_pattern",
    "keys for the kernel": "/proc/sysrq-trigger",
    "own control group": "/sys/fs/cgroup/cgroup.procs",
    "marks in the kernel's trace": "/sys/kernel/tracing/trace_marker",
    "a light": "/sys/class/leds/input0::capslock/brightness",
    "kernel log": "/dev/kmsg",
    "terminal": "/dev/tty",
    "a new terminal": "/dev/ptmx",
    "console": "/dev/console",
    "keyboard of its own": "/dev/uinput",
    "keyboard": "/dev/input/event0",
    "a device behind USB": "/dev/hidraw0",
    "loudspeaker": "/dev/snd/pcmC0D0p",
    "microphone": "/dev/snd/pcmC0D0c",
    "mixer": "/dev/snd/controlC0",
    "camera": "/dev/video0",
    "memory of the machine": "/dev/mem",
    "ports of the machine": "/dev/port",
    "screen": "/dev/fb0",
    "graphics card": "/dev/dri/card0",
    "disk": "/dev/sda",
    "card": "/dev/mmcblk0",
    "loop device": "/dev/loop-control",
    "file system of its own": "/dev/fuse",
    "network card of its own": "/dev/net/tun",
    "Bluetooth controller of its own": "/dev/vhci",
    "radio switch": "/dev/rfkill",
    "virtual machine": "/dev/kvm",
    "clock of the machine": "/dev/rtc0",
    "pins of a board": "/dev/gpiochip0",
    "bus of a board": "/dev/i2c-1",
    "random numbers": "/dev/urandom",
    "key store": "/dev/tpm0",
}
"""Not among them: a serial line, whose opening resets what is at its other end, and the watchdog,
which restarts the machine."""


def by_a_path(planted: Planted) -> Attempts:
    """Try to open, make and change what has a name."""
    target, name = planted.target, planted.target.encode()
    shared = f"/dev/shm/offrecord-{planted.token}"  # noqa: S108 (the attempt)
    folder = os.path.dirname(target)  # noqa: PTH120 (a string for the kernel)
    own = f"{planted.own}/note"
    return {
        "open for writing": lambda: os.open(target, os.O_WRONLY),
        "open for both": lambda: os.open(target, os.O_RDWR),
        "open to append": lambda: os.open(target, os.O_WRONLY | os.O_APPEND),
        "open to truncate": lambda: call("openat", HERE, name, os.O_TRUNC, 0),
        "open by the old call": lambda: call("open", name, os.O_WRONLY, 0),
        "open without reading": lambda: os.open(target, os.O_PATH),
        "open for reading": lambda: os.open(target, os.O_RDONLY),
        "create": lambda: os.open(target + ".new", CREATE),
        "create by creat": lambda: call("creat", name + b".creat", 0o600),
        "create without a name": lambda: os.open(folder, os.O_TMPFILE | os.O_RDWR),
        "create by openat2": lambda: call(
            "openat2", HERE, name + b".2", struct.pack("QQQ", CREATE, 0o600, 0), 24
        ),
        "create in its own folder": lambda: os.open(own, CREATE),
        "create in shared memory": lambda: os.open(shared, CREATE),
        "create in the folder of queues": lambda: os.open(
            f"/dev/mqueue/offrecord-{planted.token}", CREATE
        ),
        "truncate": lambda: call("truncate", name, 1),
        "mkdir": lambda: call("mkdirat", HERE, name + b".d", 0o700),
        "mkdir by the old call": lambda: call("mkdir", name + b".d2", 0o700),
        "mkfifo": lambda: call("mknodat", HERE, name + b".f", 0o10600, 0),
        "mknod": lambda: call("mknodat", HERE, name + b".n", 0o100600, 0),
        "mknod by the old call": lambda: call("mknod", name + b".n2", 0o100600, 0),
        "symlink": lambda: call("symlinkat", b"secret", HERE, name + b".s"),
        "link": lambda: call("linkat", HERE, name, HERE, name + b".l", 0),
        "link an open file": lambda: call(
            "linkat", planted.file, b"", HERE, name + b".l2", AT_EMPTY_PATH
        ),
        "rename": lambda: call("renameat2", HERE, name, HERE, name, 0),
        "rename by the old call": lambda: call("renameat", HERE, name, HERE, name),
        "unlink": lambda: call("unlinkat", HERE, name + b".spare", 0),
        "setxattr": lambda: call("setxattr", name, b"user.leak", b"x", 1, 0),
        "lsetxattr": lambda: call("lsetxattr", name, b"user.leak", b"x", 1, 0),
        "setxattrat": lambda: call(
            "setxattrat", HERE, name, 0, b"user.leak", struct.pack("QII", 0, 0, 0), 16
        ),
        "removexattr": lambda: call("removexattr", name, b"user.leak"),
        "utime": lambda: call("utimensat", HERE, name, struct.pack("4q", 1, 0, 2, 0), 0),
        "utime by the old call": lambda: call("utimes", name, struct.pack("4q", 1, 0, 2, 0)),
        "chmod": lambda: call("fchmodat", HERE, name, 0o640),
        "chmod by the new call": lambda: call("fchmodat2", HERE, name, 0o640, 0),
        "chown": lambda: call("fchownat", HERE, name, -1, os.getgid(), 0),
        "marks of a file": lambda: call("file_setattr", HERE, name, bytes(24), 24, 0),
        "read /etc/passwd": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "read another's memory": lambda: os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY),
        "read another's surroundings": lambda: os.open(f"/proc/{os.getppid()}/environ", 0),
        "list a folder": lambda: os.open(folder, os.O_RDONLY | os.O_DIRECTORY),
        "ask for a path": lambda: call("newfstatat", HERE, b"/etc/passwd", room(256), 0),
        "ask for a path by statx": lambda: call("statx", HERE, b"/etc/passwd", 0, 0x7FF, room(256)),
        "ask whether a path may be written": lambda: call("faccessat", HERE, name, os.W_OK),
        "read a link": lambda: call("readlinkat", HERE, b"/proc/self/exe", room(256), 256),
        "change directory": lambda: call("chdir", b"/"),
        "chroot": lambda: call("chroot", b"/"),
        "follow changes of a path": lambda: call("inotify_add_watch", 0, name, 2),
        "a handle of a path": lambda: call(
            "name_to_handle_at", HERE, name, struct.pack("II", 128, 0) + bytes(128), room(4), 0
        ),
        **{
            f"write to: {what}": partial(os.open, path, os.O_WRONLY | NEVER_WAIT)
            for what, path in TO_BE_WRITTEN.items()
        },
    }


def by_a_file_opened_before(planted: Planted) -> Attempts:
    """Try every call that changes an open file, or says something by it."""
    file = planted.file
    return {
        "write to an open file": lambda: os.write(file, b"leak"),
        "pwrite to an open file": lambda: os.pwrite(file, b"leak", 0),
        "writev to an open file": lambda: os.writev(file, [b"leak"]),
        "pwritev to an open file": lambda: call("pwritev", file, None, 0, 0, 0),
        "pwritev2 to an open file": lambda: os.pwritev(file, [b"leak"], 0, os.RWF_DSYNC),
        "sendfile to an open file": lambda: os.sendfile(file, file, 0, 4),
        "splice to an open file": lambda: call("splice", 0, None, file, None, 1, 2),
        "copy within an open file": lambda: call("copy_file_range", file, None, file, None, 1, 0),
        "ftruncate an open file": lambda: os.ftruncate(file, 9),
        "fallocate in an open file": lambda: call("fallocate", file, 0, 0, 9),
        "lock an open file": lambda: call("flock", file, 2 | 4),
        "lease an open file": lambda: call("fcntl", file, 1024, 0),
        "hint at an open file's life": lambda: call("fcntl", file, 1036, struct.pack("Q", 1)),
        "seal an open file": lambda: call("fcntl", file, 1033, 1),
        "lock a part of an open file": lambda: call(
            "fcntl", file, 6, struct.pack("hhqqi4x", 1, 0, 0, 1, 0)
        ),
        "lock a part for its descriptor": lambda: call(
            "fcntl", file, 37, struct.pack("hhqqi4x", 1, 0, 0, 1, 0)
        ),
        "fsetxattr on an open file": lambda: call("fsetxattr", file, b"user.leak", b"x", 1, 0),
        "fremovexattr on an open file": lambda: call("fremovexattr", file, b"user.leak"),
        "fchmod an open file": lambda: call("fchmod", file, 0o640),
        "fchown an open file": lambda: call("fchown", file, -1, os.getgid()),
        "utime of an open file": lambda: call("utimensat", file, None, bytes(32), 0),
        "marks of an open file": lambda: call("ioctl", file, 0x40086602, bytes(8)),
        "project of an open file": lambda: call("ioctl", file, 0x401C5820, bytes(28)),
        "clone an open file": lambda: call("ioctl", file, 0x40049409, file),
        "sync an open file": lambda: os.fsync(file),
        "sync a part of an open file": lambda: call("sync_file_range", file, 0, 1, 2),
        "sync a file system": lambda: call("syncfs", file),
        "read an open file": lambda: os.pread(file, 1, 0),
        "move in an open file": lambda: os.lseek(file, 0, os.SEEK_SET),
        "advise on an open file": lambda: call("fadvise64", file, 0, 0, 4),
        "read an open file ahead": lambda: call("readahead", file, 0, 1),
        "pages of an open file in memory": lambda: call("cachestat", file, bytes(16), room(40), 0),
    }
