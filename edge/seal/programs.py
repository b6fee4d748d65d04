"""What may a program do that is not ours, and holds pictures or answers? One row each.

Such a program cannot seal itself: it opens its devices, starts threads and loads plugins when it
likes. So its walls stand before it starts, and are wider: all calls but those by which a picture
could leave the device, or stay on it. Landlock, where the kernel has it, names the files and the
port; the filter holds everywhere. They keep in a program that is honest but curious, and one that
was taken over by what it reads.
"""

from collections.abc import Mapping
from typing import Final

from edge.seal.profiles import (
    ABSENT,
    AF_INET,
    AF_INET6,
    AF_UNIX,
    EVERYBODY_READS,
    O_WRITES,
    Profile,
)
from edge.seal.rules import ALWAYS, Rule, Where, only
from edge.seal.syscalls import NUMBERS

AF_NETLINK, KERNEL_EVENTS = 16, 15
"""NETLINK_KOBJECT_UEVENT: which devices come and go."""
CREATES: Final = 0o100 | 0o1000 | 0o2000 | 0o20000000
"""O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE. A device is opened for writing, but not so."""

_REFUSED: Final = """
    socket open openat creat mknod mknodat mkdir mkdirat link linkat symlink symlinkat
    rename renameat renameat2 truncate setxattr lsetxattr fsetxattr setxattrat
    listen accept accept4 kill tkill
    ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd kcmp
    io_uring_setup io_uring_enter io_uring_register
    shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semctl
    mq_open mq_timedsend mq_timedreceive mq_unlink add_key keyctl request_key
    mount umount2 pivot_root chroot setns unshare fsopen fsmount fsconfig fspick move_mount
    open_tree open_tree_attr mount_setattr open_by_handle_at name_to_handle_at
    bpf perf_event_open userfaultfd init_module finit_module delete_module
    kexec_load kexec_file_load reboot swapon swapoff syslog acct quotactl quotactl_fd
    settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname
    fanotify_init
"""
"""Beside the first three, which are allowed in part: what makes a file, lets others connect, looks
into other processes, goes round the filter, outlives the process in the kernel, or is the
administrator's."""


def _calls(*sockets: tuple[Where, ...]) -> Mapping[str, Rule]:
    known = set().union(*NUMBERS.values())
    return {
        **dict.fromkeys(sorted(known - set(_REFUSED.split()) - set(ABSENT)), ALWAYS),
        "open": only(Where(1, (0,), mask=CREATES)),
        "openat": only(Where(2, (0,), mask=CREATES)),
        "socket": (_KERNEL_EVENTS, *sockets),
    }


_KERNEL_EVENTS: Final = (Where(0, (AF_NETLINK,)), Where(2, (KERNEL_EVENTS,)))
_ETC: Final = ("/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/machine-id")
_READS: Final = (*EVERYBODY_READS, *_ETC, "/usr/bin", "/usr/libexec", "/usr/share", "/run/udev")
_NAMES: Final = ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf")

PI_CAMERA: Final = Profile(
    "pi camera", _calls(), (*_READS, "/etc/libcamera", "/proc/device-tree"), at_birth=True
)
"""libcamera's program: its devices, and no socket."""
JETSON_CAMERA: Final = Profile(
    "jetson camera",
    _calls((Where(0, (AF_UNIX,)),)),
    (*_READS, "/etc/nv_tegra_release", "/var/nvidia", "/opt/nvidia", "/proc/device-tree"),
    at_birth=True,
)
"""GStreamer: its devices, and the local service of NVIDIA that drives the camera."""
NETWORK_CAMERA: Final = Profile(
    "network camera",
    _calls((Where(0, (AF_INET, AF_INET6)),)),
    (*_READS, *_NAMES),
    at_birth=True,
)
"""FFmpeg: no device; the one port that is named, where the kernel can hold it to that, and the
question by which a name becomes an address."""
PIPER: Final = Profile(
    "piper",
    {
        **{name: rule for name, rule in _calls().items() if name != "socket"},
        "open": only(Where(1, (0,), mask=O_WRITES)),
        "openat": only(Where(2, (0,), mask=O_WRITES)),
    },
    _READS,
    at_birth=True,
)
"""Piper: no device, no socket, nothing opened to be written; it reads itself and its voice."""
