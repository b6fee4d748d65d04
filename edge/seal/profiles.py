"""What may each kind of process still do after its seal? One row a profile; no row, no right.

A system call that a row does not name is refused. Whoever adds a name answers for it: can it move
a byte to somewhere that outlives the process, or to somebody else?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from edge.seal.rules import ALWAYS, Known, Rule, Where, always, null, only

# --- the kernel's words --------------------------------------------------------------------------

PROT_WRITE, PROT_EXEC = 2, 4
MAP_TYPE, MAP_PRIVATE = 0x0F, 2
O_WRITES: Final = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000
"""O_ACCMODE, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE: all zero in an open that only reads."""
AT_EMPTY_PATH: Final = 0x1000
THREAD: Final = 0x10F00
"""CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD: one memory and one table of descriptors."""
NOT_OF_A_THREAD: Final = 0x7E82F000
"""CLONE_PIDFD, _PTRACE, _VFORK, _PARENT, _NEWNS, _UNTRACED and all the other namespaces."""
FIONREAD, FIONBIO, FIOCLEX, FIONCLEX = 0x541B, 0x5421, 0x5451, 0x5450
TCGETS, TIOCGWINSZ = 0x5401, 0x5413
ALSA, V4L2 = ord("A") << 8, ord("V") << 8
OF_A_SORT, WHICH_OF_A_SORT, WITH_DATA = 0xFF00, 0xFFFF, 0xFFFF0000
"""What to look at in a device's command: whose it is, which it is, and whether data goes with it:
a console's commands, which are of V4L2's sort, carry none."""
ALSA_WRITES: Final = (0x4150, 0x4152)
"""SNDRV_PCM_IOCTL_WRITEI_FRAMES and _WRITEN_FRAMES: a loudspeaker is a way out."""
ALSA_READS: Final = (0x4151, 0x4153)
"""SNDRV_PCM_IOCTL_READI_FRAMES and _READN_FRAMES: a microphone."""
V4L2_CONTROLS: Final = (0x561C, 0x5648)
"""VIDIOC_S_CTRL and _S_EXT_CTRLS: a camera remembers what its brightness was set to."""
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW = range(8)
F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_DUPFD_CLOEXEC = 36, 37, 38, 1030
PR_GETS: Final = (3, 16, 21, 39)
"""PR_GET_DUMPABLE, _NAME, _SECCOMP, _NO_NEW_PRIVS. No PR_SET_NAME: others can read a name."""
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SOCK_TYPE, SOCK_STREAM, SOCK_DGRAM = 0x0F, 1, 2
SOL_SOCKET, SO_KEEPALIVE, SO_PEERPIDFD, IPPROTO_TCP, TCP_NODELAY = 1, 9, 77, 6, 1
ARCH_GETS: Final = (0x1003, 0x1004, 0x1021, 0x1022, 0x1023, 0x3001, 0x5005)
"""ARCH_GET_FS, _GET_GS, _GET_XCOMP_SUPP, _GET_XCOMP_PERM, _REQ_XCOMP_PERM (a matrix unit of its
own), _CET_STATUS, _SHSTK_STATUS."""

ABSENT: Final = ("clone3", "openat2")
"""Answered with ENOSYS: their arguments lie in memory, where a filter cannot look. The C library
then takes the older call, whose arguments are numbers."""

# --- the table -----------------------------------------------------------------------------------

_COMPUTE: Final[Mapping[str, Rule]] = {
    **always("""
        futex futex_waitv sched_yield sched_getaffinity sched_getparam sched_getscheduler getcpu
        nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getrusage
        munmap mremap madvise brk mlock mlock2 munlock membarrier rseq
        set_robust_list set_tid_address restart_syscall exit exit_group
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack
        getpid gettid getppid getuid geteuid getgid getegid uname sysinfo getrandom
        read readv pread64 preadv lseek fstat recvfrom getsockname getpeername
        poll ppoll select pselect6
    """),
    "clone": only(Where(0, (THREAD,), mask=THREAD | NOT_OF_A_THREAD)),
    "tgkill": only(Where(0, Known.SELF)),
    "prctl": only(Where(0, PR_GETS)),
    "prlimit64": only(Where(0, (0,)), *null(2)),  # reads a limit, sets none
    "sched_setaffinity": only(Where(0, (0,))),
    "arch_prctl": only(Where(0, ARCH_GETS)),
    "getsockopt": only(Where(2, (SO_PEERPIDFD,), negated=True)),  # makes a new descriptor
}
"""Think, keep time, start threads, read what is already open."""

_NO_NEW_DESCRIPTOR: Final[Mapping[str, Rule]] = {
    "write": only(Where(0, Known.WRITABLE)),
    "close": only(Where(0, Known.WRITABLE, negated=True)),  # so its number stays its own
    "fcntl": only(Where(1, (F_GETFD, F_SETFD, F_GETFL))),  # F_SETFL could undo the packet mode
}

_HARMLESS_COMMANDS: Final = (Where(1, (FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TCGETS)),)

_STRICT: Final[Mapping[str, Rule]] = {
    **_COMPUTE,
    **_NO_NEW_DESCRIPTOR,
    "newfstatat": only(Where(3, (AT_EMPTY_PATH,), mask=AT_EMPTY_PATH)),  # the C library's fstat
    "mmap": only(Where(2, (0,), mask=PROT_EXEC), Where(3, (MAP_PRIVATE,), mask=MAP_TYPE)),
    "mprotect": only(Where(2, (0,), mask=PROT_EXEC)),
    "ioctl": (_HARMLESS_COMMANDS,),
}
"""Think, read what is open, write to what is named. No path, no socket, no device."""

_READ_FILES: Final = always("""
    stat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
    getdents64 getcwd fadvise64 preadv2 epoll_wait epoll_pwait epoll_ctl
""")
_NOT_BOTH: Final = Where(2, (PROT_WRITE | PROT_EXEC,), mask=PROT_WRITE | PROT_EXEC, negated=True)
"""Memory is written or run, never both."""

_CAPTURE: Final[Mapping[str, Rule]] = {
    **_COMPUTE,
    **_NO_NEW_DESCRIPTOR,
    **_READ_FILES,
    "open": only(Where(1, (0,), mask=O_WRITES)),
    "openat": only(Where(2, (0,), mask=O_WRITES)),
    "mmap": only(_NOT_BOTH, Where(3, (MAP_PRIVATE,), mask=MAP_TYPE)),
    "mprotect": only(Where(2, (0,), mask=PROT_EXEC)),
    "writev": only(Where(0, Known.WRITABLE)),
    "sendto": only(Where(0, Known.WRITABLE), *null(4)),  # send(): no address of its own choice
    "sendmsg": only(Where(0, Known.WRITABLE)),
    "recvmsg": ALWAYS,
    "ioctl": (
        _HARMLESS_COMMANDS,
        (
            Where(1, (ALSA,), mask=OF_A_SORT),
            Where(1, ALSA_WRITES, mask=WHICH_OF_A_SORT, negated=True),
        ),
        (
            Where(1, (V4L2,), mask=OF_A_SORT),
            Where(1, (0,), mask=WITH_DATA, negated=True),
            Where(1, V4L2_CONTROLS, mask=WHICH_OF_A_SORT, negated=True),
        ),
    ),
}

_VOICE: Final[Mapping[str, Rule]] = {
    **_STRICT,
    # To the echo slot and, where there is one, the sound server: no address of its own choice.
    "sendto": only(Where(0, Known.WRITABLE), *null(4)),
    "sendmsg": only(Where(0, Known.WRITABLE)),
    "recvmsg": ALWAYS,  # the sound server's answers; what else they bring cannot be written to
    "ioctl": (
        _HARMLESS_COMMANDS,
        (
            Where(1, (ALSA,), mask=OF_A_SORT),
            Where(1, ALSA_READS, mask=WHICH_OF_A_SORT, negated=True),
        ),
    ),
}
"""The chamber's, and a loudspeaker that was opened before. Never a microphone, never a camera.

No file: espeak-ng has read its voice and dictionary by then. No slot is read: of the echo slot it
holds the end that is written to. Piper may be at the ends of two more pipes."""

_FIRMWARE_BRIDGE: Final[Mapping[str, Rule]] = {
    **_STRICT,
    # Its loop: wearables come, talk and go, on sockets that were listening before the seal.
    **always("epoll_wait epoll_pwait epoll_ctl accept4 shutdown"),
    # Replies to who is connected. No sendmsg, and no address of its own choice: both could send
    # from a datagram socket to anybody.
    "sendto": only(*null(4)),
    "setsockopt": (
        (Where(1, (IPPROTO_TCP,)), Where(2, (TCP_NODELAY,))),
        (Where(1, (SOL_SOCKET,)), Where(2, (SO_KEEPALIVE,))),
    ),
}
"""The chamber's, and the connections of wearables. No new socket but one that somebody opens to it;
write() goes to its status pipe and slots alone."""

_RUNTIME: Final[Mapping[str, Rule]] = {
    **_COMPUTE,
    **_READ_FILES,
    **always("""
        open openat write writev pwrite64 pwritev pwritev2 close dup dup2 dup3 pipe pipe2
        mkdir mkdirat rmdir rename renameat renameat2 unlink unlinkat ftruncate fallocate
        fsync fdatasync flock fchmod umask sendfile eventfd2 epoll_create1
        timerfd_create timerfd_settime timerfd_gettime
        bind listen accept accept4 connect sendto sendmsg sendmmsg recvmsg recvmmsg
        shutdown setsockopt
    """),
    "socket": only(
        Where(0, (AF_INET, AF_INET6)),  # no local ones: a sound server listens on such
        Where(1, (SOCK_STREAM, SOCK_DGRAM), mask=SOCK_TYPE),
    ),
    "socketpair": only(
        Where(0, (AF_UNIX,)),
        # Of datagram sockets, either could be turned to any local service: tried, it worked.
        Where(1, (SOCK_STREAM,), mask=SOCK_TYPE),
    ),
    "kill": only(Where(0, Known.SELF)),
    "mmap": only(_NOT_BOTH),
    "mprotect": only(Where(2, (0,), mask=PROT_EXEC)),
    "ioctl": (_HARMLESS_COMMANDS, (Where(1, (TIOCGWINSZ,)),)),
    "fcntl": only(
        Where(
            1,
            (
                *(F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW),
                *(F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_DUPFD_CLOEXEC),
            ),
        )
    ),
}

EVERYBODY_READS: Final = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm"),
    *("/sys/bus", "/sys/class", "/sys/devices", "/sys/fs/cgroup"),
    "/sys/kernel/mm/transparent_hugepage",
    *("/dev/urandom", "/dev/zero"),
)
"""Libraries, and what a C library asks about the machine."""

_SOUND_SETTINGS: Final = (
    *("/proc/asound", "/run/user", "/usr/share/alsa", "/etc/alsa", "/etc/asound.conf"),
    *("/etc/pulse", "~/.asoundrc", "~/.config/pulse", "~/.config/alsa"),
    *("/etc/machine-id", "/sbin/ldconfig", "/usr/sbin/ldconfig"),  # find_library
)

_SPEECH_DATA: Final = ("/usr/share/espeak-ng-data", "/usr/local/share/espeak-ng-data")
"""Where espeak-ng's voices lie if not below /usr/lib."""

PIPE, SLOT, NULL, DEVICE, EVENT = "pipe", "slot", "null", "device", "event"
CONNECTION, SOUND_SERVER, OWN_PIPE = "connection", "sound server", "pipe to itself"
OWN_PAIR, LOUDSPEAKER, SERIAL_LINE = "pair of sockets to itself", "loudspeaker", "serial line"
READ_ONLY: Final = "file (read-only)"


def _standard(*kinds: str) -> Mapping[int, str]:
    """Return the three that every child is born with, and these kinds at any number."""
    anywhere = {-place: kind for place, kind in enumerate(kinds, 1)}
    return MappingProxyType({0: PIPE, 1: PIPE, 2: NULL, **anywhere})


@dataclass(frozen=True, slots=True)
class Profile:
    """A row: what is still allowed, by the filter and by Landlock, and what may be open."""

    name: str
    calls: Mapping[str, Rule]
    readable: tuple[str, ...]
    """Paths that may be read, and programs in them started, before the filter; where they exist.
    `~` is the home of who starts it."""
    tcp: bool = False
    """Whether TCP is left alone by Landlock."""
    descriptors: Mapping[int, str] | None = None
    """What stands open after the seal: number -> kind, a negative number for any.
    None: it opens and closes as it works."""
    shared_maps: tuple[str, ...] | None = ()
    """Beginnings of the paths that may be mapped shared and writable. None: any."""
    oom_score_adj: int = 0
    """Where memory runs out the kernel ends the highest first (proc(5)): those that hold media or a
    model come back in seconds; the notes' process and the launcher stay. As in the units."""
    at_birth: bool = False
    """Whether the filter stands before the program starts: one that is not ours seals nothing."""


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "chamber": Profile(
            "chamber",
            _STRICT,
            EVERYBODY_READS,
            descriptors=_standard(SLOT, READ_ONLY),
            oom_score_adj=500,
        ),
        "mind": Profile(
            "mind",
            _STRICT,
            EVERYBODY_READS,
            descriptors=_standard(READ_ONLY),
            oom_score_adj=450,
        ),
        "voice": Profile(
            "voice",
            _VOICE,
            (*EVERYBODY_READS, *_SOUND_SETTINGS, *_SPEECH_DATA),
            descriptors=_standard(
                SLOT, READ_ONLY, LOUDSPEAKER, SOUND_SERVER, OWN_PIPE, EVENT, PIPE
            ),
            shared_maps=("/dev/snd/",),
            oom_score_adj=400,
        ),
        "firmware_bridge": Profile(
            "firmware_bridge",
            _FIRMWARE_BRIDGE,
            (*EVERYBODY_READS, "/etc/hosts", "/etc/ssl"),
            descriptors=_standard(SLOT, READ_ONLY, CONNECTION, OWN_PIPE, OWN_PAIR, EVENT),
            oom_score_adj=400,
        ),
        "capture": Profile(
            "capture",
            _CAPTURE,
            (
                *EVERYBODY_READS,
                *_SOUND_SETTINGS,
                "/run/udev",
                *("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/ssl"),
            ),
            descriptors=_standard(SLOT, READ_ONLY, DEVICE, SOUND_SERVER, OWN_PIPE, EVENT),
            shared_maps=("/dev/snd/", "/dev/video"),
            oom_score_adj=400,
        ),
        "runtime": Profile(
            "runtime",
            _RUNTIME,
            # All but /dev, and what /proc and /sys say of others.
            (
                *EVERYBODY_READS,
                *("/bin", "/etc", "/home", "/opt", "/root", "/run", "/srv", "/usr", "/var"),
            ),
            tcp=True,
            shared_maps=None,
        ),
    }
)
