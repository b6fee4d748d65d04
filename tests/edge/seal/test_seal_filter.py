"""The filter's verdicts, on both architectures, in an interpreter instead of a kernel."""

import errno
import functools
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import seal
from edge.seal.profiles import ABSENT
from edge.seal.syscalls import NUMBERS

ARCHES = list(NUMBERS)
PID = 4711
AIRLOCK = 1
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def run(program: Sequence[seal.Instruction], arch: int, number: int, *arguments: int) -> int:
    """Interpret classic BPF on struct seccomp_data; return what the kernel would be told."""
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number, arch, 0, *(word % 2**64 for word in words))
    accumulator = place = 0
    while True:
        code, jump_true, jump_false, value = program[place]
        place += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x54:
                accumulator &= value
            case 0x15:
                place += jump_true if accumulator == value else jump_false
            case 0x35:
                place += jump_true if accumulator >= value else jump_false
            case 0x06:
                return value
            case _:
                raise AssertionError(code)


@functools.cache
def program_of(profile: str, arch: str) -> Sequence[seal.Instruction]:
    return seal.filter_program(profile, arch, writable_fds={AIRLOCK, 7}, pid=PID)


def verdict(profile: str, arch: str, call: str, *arguments: int) -> str:
    program = program_of(profile, arch)
    return name_of(run(program, seal.AUDIT_ARCH[arch], NUMBERS[arch][call], *arguments))


def name_of(action: int) -> str:
    names = {
        seal.ALLOW: "yes",
        seal.REFUSE: "no",
        seal.NOT_THERE: "absent",
        seal.KILL: "kill",
    }
    return names[action]


EVERYWHERE = [
    ("read", (9,), "yes"),
    ("futex", (), "yes"),
    ("clone", (0x3D0F00,), "yes"),
    ("clone", (0x7D0F00,), "yes"),
    ("clone", (17,), "no"),
    ("clone", (0x3D0F00 | 0x1000,), "no"),
    ("clone", (0x3D0F00 | 0x10000000,), "no"),
    ("clone", (0x3D0F00 & ~0x400,), "no"),
    ("clone3", (), "absent"),
    ("openat2", (), "absent"),
    ("tgkill", (PID, 5, 6), "yes"),
    ("tgkill", (PID + 1, 5, 6), "no"),
    ("prlimit64", (0, 7, 0, 0x1000), "yes"),
    ("prlimit64", (0, 7, 0x1000), "no"),
    ("prlimit64", (0, 7, 1 << 32), "no"),
    ("prlimit64", (PID + 1, 7, 0), "no"),
    ("prctl", (15,), "no"),
    ("prctl", (4, 1), "no"),
    ("prctl", (1, 0), "no"),
    ("prctl", (3,), "yes"),
    ("mprotect", (0, 4096, 3), "yes"),
    ("mprotect", (0, 4096, 5), "no"),
    ("mprotect", (0, 4096, 7), "no"),
    ("mmap", (0, 4096, 3, 0x22), "yes"),
    ("mmap", (0, 4096, 7, 0x22), "no"),
    ("ioctl", (3, 0x541B), "yes"),
    ("ioctl", (3, 0x5412), "no"),
    ("socket", (16, 3, 0), "no"),
    ("socket", (17, 3, 0), "no"),
    ("socket", (38, 5, 0), "no"),
    ("socket", (2, 3, 1), "no"),
]
NEVER = set(
    """
    execve execveat ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd
    io_uring_setup io_uring_enter io_uring_register io_setup io_submit bpf perf_event_open
    userfaultfd memfd_create memfd_secret mount umount2 fsopen fsmount move_mount open_tree
    pivot_root chroot unshare setns add_key keyctl request_key kexec_load kexec_file_load
    init_module finit_module shmget shmat msgget msgsnd semget mq_open setxattr fsetxattr
    lsetxattr utimensat mknodat symlinkat linkat name_to_handle_at open_by_handle_at setuid
    setgid setresuid setgroups capset personality seccomp landlock_restrict_self
    rt_sigqueueinfo rt_tgsigqueueinfo tkill pidfd_send_signal sched_setscheduler
    sched_setattr setpriority ioprio_set sethostname settimeofday clock_settime adjtimex
    clock_adjtime syslog reboot swapon quotactl acct splice tee vmsplice copy_file_range
    process_madvise kcmp lookup_dcookie remap_file_pages pkey_mprotect timer_create
    fanotify_init inotify_init1 vhangup delete_module
    """.split()  # noqa: SIM905 (a hundred quotation marks)
)
STRICT = [
    ("write", (AIRLOCK,), "yes"),
    ("write", (2,), "no"),
    ("write", (AIRLOCK | 1 << 32,), "yes"),  # the kernel reads 32 bits of a descriptor
    ("writev", (AIRLOCK,), "no"),
    ("pwrite64", (AIRLOCK,), "no"),
    ("sendto", (AIRLOCK,), "no"),
    ("sendmsg", (AIRLOCK,), "no"),
    ("recvfrom", (5,), "yes"),
    ("recvmsg", (5,), "no"),
    ("close", (AIRLOCK,), "no"),
    ("close", (7,), "no"),
    ("close", (8,), "yes"),
    ("dup", (5,), "no"),
    ("dup3", (5, 1), "no"),
    ("fcntl", (5, 0), "no"),
    ("fcntl", (5, 3), "yes"),
    ("fcntl", (5, 4), "no"),
    ("fcntl", (5, 1030), "no"),
    ("openat", (0, 0, 0), "no"),
    ("newfstatat", (3, 0, 0, 0x1000), "yes"),
    ("newfstatat", (-100, 0, 0, 0), "no"),
    ("mmap", (0, 4096, 1, 1), "no"),
    ("mmap", (0, 4096, 1, 3), "no"),
    ("mmap", (0, 4096, 5, 2), "no"),
    ("socket", (1, 1, 0), "no"),
    ("socket", (2, 1, 0), "no"),
    ("socketpair", (1, 1, 0), "no"),
    ("ioctl", (3, 0x4140), "no"),
    ("kill", (PID, 0), "no"),
    ("sched_setaffinity", (0,), "yes"),
    ("sched_setaffinity", (PID + 1,), "no"),
    ("exit_group", (0,), "yes"),
    ("getsockopt", (5, 1, 4), "yes"),
    ("getsockopt", (5, 1, 77), "no"),  # SO_PEERPIDFD
    ("ioctl", (3, 0x80184151), "no"),
    ("setsockopt", (5, 6, 1), "no"),
    ("accept4", (5,), "no"),
]
BY_PROFILE = {
    "chamber": STRICT,
    "mind": STRICT,
    "voice": [
        ("write", (AIRLOCK,), "yes"),
        ("write", (9,), "no"),
        ("close", (AIRLOCK,), "no"),
        ("dup", (5,), "no"),
        ("openat", (0, 0, 0), "no"),
        ("sendto", (7, 0, 0, 0, 0), "yes"),
        ("sendto", (7, 0, 0, 0, 0x1000), "no"),
        ("sendto", (8, 0, 0, 0, 0), "no"),
        ("sendmsg", (7,), "yes"),
        ("sendmsg", (8,), "no"),
        ("recvmsg", (8,), "yes"),
        ("socket", (1, 1, 0), "no"),
        ("connect", (7,), "no"),
        ("ioctl", (3, 0x40184150), "yes"),  # SNDRV_PCM_IOCTL_WRITEI_FRAMES
        ("ioctl", (3, 0x4140), "yes"),  # ..._PREPARE
        ("ioctl", (3, 0x80184151), "no"),  # ..._READI_FRAMES
        ("ioctl", (3, 0x80184153), "no"),  # ..._READN_FRAMES
        ("ioctl", (3, 0xC0585611), "no"),  # VIDIOC_DQBUF
        ("ioctl", (3, 0xC4C85513), "no"),  # SNDRV_CTL_IOCTL_ELEM_WRITE
        ("mmap", (0, 4096, 3, 1), "no"),
        ("mmap", (0, 4096, 5, 2), "no"),
    ],
    "firmware_bridge": [
        ("write", (AIRLOCK,), "yes"),
        ("write", (9,), "no"),
        ("writev", (AIRLOCK,), "no"),
        ("close", (AIRLOCK,), "no"),
        ("close", (9,), "yes"),
        ("accept4", (5,), "yes"),
        ("accept", (5,), "no"),
        ("recvfrom", (5,), "yes"),
        ("recvmsg", (5,), "no"),
        ("sendto", (9, 0, 0, 0, 0), "yes"),
        ("sendto", (9, 0, 0, 0, 0x1000), "no"),
        ("sendto", (9, 0, 0, 0, 1 << 32), "no"),
        ("sendmsg", (9,), "no"),
        ("sendmmsg", (9,), "no"),
        ("setsockopt", (9, 6, 1), "yes"),
        ("setsockopt", (9, 1, 9), "yes"),
        ("setsockopt", (9, 1, 36), "no"),
        ("setsockopt", (9, 6, 9), "no"),
        ("epoll_ctl", (4, 1, 9), "yes"),
        ("epoll_create1", (0,), "no"),
        ("socket", (2, 1, 0), "no"),
        ("socketpair", (1, 1, 0), "no"),
        ("connect", (9,), "no"),
        ("bind", (9,), "no"),
        ("listen", (9,), "no"),
        ("openat", (0, 0, 0), "no"),
        ("dup", (5,), "no"),
        ("fcntl", (5, 4), "no"),
        ("mmap", (0, 4096, 3, 1), "no"),
    ],
    "capture": [
        ("openat", (0, 0, 0), "yes"),
        ("openat", (0, 0, 0o2000000), "yes"),
        ("openat", (0, 0, 1), "no"),
        ("openat", (0, 0, 2), "no"),
        ("openat", (0, 0, 0o100), "no"),
        ("openat", (0, 0, 0o1000), "no"),
        ("openat", (0, 0, 0o20200000), "no"),
        ("write", (7,), "yes"),
        ("write", (2,), "no"),
        ("sendto", (7, 0, 0, 0, 0), "yes"),
        ("sendto", (7, 0, 0, 0, 0x1000), "no"),
        ("sendto", (7, 0, 0, 0, 1 << 32), "no"),
        ("sendto", (8, 0, 0, 0, 0), "no"),
        ("sendmsg", (7,), "yes"),
        ("sendmsg", (8,), "no"),
        ("recvmsg", (8,), "yes"),
        ("close", (7,), "no"),
        ("dup", (7,), "no"),
        ("connect", (7,), "no"),
        ("socket", (1, 1, 0), "no"),
        ("socket", (2, 1, 0), "no"),
        ("ioctl", (3, 0x80184151), "yes"),  # SNDRV_PCM_IOCTL_READI_FRAMES
        ("ioctl", (3, 0x40184150), "no"),  # ..._WRITEI_FRAMES
        ("ioctl", (3, 0x40184152), "no"),  # ..._WRITEN_FRAMES
        ("ioctl", (3, 0xC0585611), "yes"),  # VIDIOC_DQBUF
        ("ioctl", (3, 0xC008561C), "no"),  # VIDIOC_S_CTRL
        ("ioctl", (3, 0xC0205648), "no"),  # VIDIOC_S_EXT_CTRLS
        ("ioctl", (3, 0x5606), "no"),  # VT_ACTIVATE: a console's, of the same sort
        ("mmap", (0, 4096, 5, 2), "yes"),
        ("mmap", (0, 4096, 3, 1), "no"),
        ("unlinkat", (), "no"),
        ("ftruncate", (7,), "no"),
    ],
    "runtime": [
        ("openat", (0, 0, 0o101), "yes"),
        ("write", (9,), "yes"),
        ("socket", (2, 1 | 0o2004000, 6), "yes"),
        ("socket", (10, 2, 0), "yes"),
        ("socket", (1, 1, 0), "no"),
        ("socketpair", (1, 1, 0), "yes"),
        ("socketpair", (1, 1 | 0o2004000, 0), "yes"),
        ("socketpair", (1, 2, 0), "no"),
        ("socketpair", (1, 5, 0), "no"),
        ("connect", (), "yes"),
        ("mmap", (0, 4096, 3, 1), "yes"),
        ("ioctl", (3, 0x80184151), "no"),
        ("ioctl", (3, 0xC0585611), "no"),
        ("kill", (PID, 15), "yes"),
        ("kill", (PID + 1, 15), "no"),
        ("fcntl", (5, 1030), "yes"),
        ("fcntl", (5, 8), "no"),
    ],
}
ROWS = [(profile, *row) for profile, rows in BY_PROFILE.items() for row in (*EVERYWHERE, *rows)]


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize(("profile", "call", "arguments", "expected"), ROWS)
def test_verdict(
    profile: str, call: str, arguments: tuple[int, ...], expected: str, arch: str
) -> None:
    assert verdict(profile, arch, call, *arguments) == expected


@pytest.mark.parametrize("profile", seal.PROFILES)
def test_the_processor_is_asked_and_not_told(profile: str) -> None:
    """Only x86_64 has such a call."""
    said = {
        code: verdict(profile, "x86_64", "arch_prctl", code) for code in (0x1003, 0x1002, 0x1011)
    }
    assert said == {0x1003: "yes", 0x1002: "no", 0x1011: "no"}


@pytest.mark.parametrize("profile", seal.PROFILES)
def test_no_profile_names_what_reaches_another_process_or_outlives_this_one(profile: str) -> None:
    assert NUMBERS["x86_64"].keys() >= NEVER
    assert NEVER.isdisjoint(seal.PROFILES[profile].calls)


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("profile", seal.PROFILES)
def test_a_call_of_another_architecture_kills(profile: str, arch: str) -> None:
    program = seal.filter_program(profile, arch, writable_fds={1}, pid=PID)
    other = seal.AUDIT_ARCH[next(name for name in ARCHES if name != arch)]
    assert name_of(run(program, other, NUMBERS[arch]["read"])) == "kill"
    assert name_of(run(program, 0x40000003, NUMBERS[arch]["read"])) == "kill"


def test_the_second_set_of_numbers_of_x86_64_kills() -> None:
    program = seal.filter_program("chamber", "x86_64", writable_fds={1}, pid=PID)
    number = 0x40000000 | NUMBERS["x86_64"]["read"]
    assert name_of(run(program, seal.AUDIT_ARCH["x86_64"], number)) == "kill"


@pytest.mark.parametrize("profile", seal.PROFILES)
def test_every_number_but_those_named_is_refused(profile: str) -> None:
    for arch in ARCHES:
        program = program_of(profile, arch)
        named = {NUMBERS[arch].get(n) for n in (*seal.PROFILES[profile].calls, *ABSENT)}
        for number in set(range(600)) - named:
            assert run(program, seal.AUDIT_ARCH[arch], number) == seal.REFUSE


words = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 64), st.sampled_from([1 << 32, PID]))


@given(profile=st.sampled_from(list(seal.PROFILES)), arguments=st.lists(words, max_size=6))
def test_both_architectures_say_the_same(profile: str, arguments: list[int]) -> None:
    for call in seal.PROFILES[profile].calls:
        said = {
            verdict(profile, arch, call, *arguments) for arch in ARCHES if call in NUMBERS[arch]
        }
        assert len(said) == 1


@pytest.mark.parametrize("arch", ARCHES)
def test_without_a_writable_descriptor_nothing_is_written(arch: str) -> None:
    program = seal.filter_program("chamber", arch, writable_fds=(), pid=PID)
    for descriptor in range(20):
        number = NUMBERS[arch]["write"]
        assert run(program, seal.AUDIT_ARCH[arch], number, descriptor) == seal.REFUSE


def test_a_refusal_is_eperm_and_an_absence_enosys() -> None:
    assert seal.REFUSE & 0xFFFF == errno.EPERM
    assert seal.NOT_THERE & 0xFFFF == errno.ENOSYS


@pytest.mark.parametrize("profile", seal.PROFILES)
def test_every_named_call_has_a_number_somewhere(profile: str) -> None:
    known = set(NUMBERS["x86_64"]) | set(NUMBERS["aarch64"])
    assert set(seal.PROFILES[profile].calls) <= known


def numbers_in(header: Path) -> Mapping[str, int]:
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", header.read_text(), re.MULTILINE)
    return {"newfstatat" if name == "fstatat" else name: int(number) for name, number in found}


@pytest.mark.parametrize("arch", ARCHES)
def test_the_frozen_numbers_are_those_of_the_headers(arch: str) -> None:
    if not HEADERS[arch].exists():
        pytest.skip(f"no kernel headers here: {HEADERS[arch]}")
    header = numbers_in(HEADERS[arch])
    both = header.keys() & NUMBERS[arch].keys()
    assert len(both) > 300
    assert {name: NUMBERS[arch][name] for name in both} == {name: header[name] for name in both}
