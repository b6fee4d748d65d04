"""What would a captured process leave in the kernel, or ask it to do on its behalf?"""

import os
import struct
from typing import Final

from edge.audit.attack.files import Attempts, Planted
from edge.audit.attack.system_calls import HERE, PAGE, by_number, call, room

REMOVE: Final = 0
"""IPC_RMID"""


def by_what_stays_in_the_kernel(planted: Planted) -> Attempts:
    """Try System V's memory, messages and semaphores, and the keyring: all outlive a process."""
    key = planted.key
    word = b"offrecord-" + planted.token.encode()
    return {
        "shared memory of System V": lambda: call(
            "shmctl", call("shmget", key, PAGE, 0o1600), REMOVE, None
        ),
        "attach shared memory": lambda: call("shmat", -1, None, 0),
        "messages of System V": lambda: call("msgctl", call("msgget", key, 0o1600), REMOVE, None),
        "send a message of System V": lambda: call("msgsnd", -1, bytes(16), 1, 0),
        "receive a message of System V": lambda: call("msgrcv", -1, room(16), 1, 0, 0o4000),
        "semaphores of System V": lambda: call(
            "semctl", call("semget", key, 1, 0o1600), 0, REMOVE, 0
        ),
        "count a semaphore": lambda: call("semop", -1, bytes(6), 1),
        "kernel keyring": lambda: call("add_key", b"user", word, b"data", 4, -1),
        "keyring of the session": lambda: call("keyctl", 1, 0, 0, 0, 0),
        "read the keyring": lambda: call("keyctl", 0, -1, 1),
        "ask for a key": lambda: call("request_key", b"user", word, None, 0),
        "name of the machine": lambda: call("sethostname", b"leak", 4),
        "domain of the machine": lambda: call("setdomainname", b"leak", 4),
        "set the clock": lambda: call("clock_settime", 0, struct.pack("QQ", 1, 0)),
        "set the clock by the old call": lambda: call("settimeofday", struct.pack("QQ", 1, 0), 0),
        "bend the clock": lambda: call("adjtimex", room(256)),
        "bend a clock": lambda: call("clock_adjtime", 0, room(256)),
        "system log": lambda: call("syslog", 3, room(256), 256),
        "write all to disk": lambda: call("sync"),
    }


def by_the_kernels_tools(planted: Planted) -> Attempts:
    """Try what changes or extends the kernel, its mounts, its filters and its security."""
    name = planted.target.encode()
    array = struct.pack("IIII", 2, 4, 4, 1) + bytes(112)
    counter = struct.pack("II", 1, 128) + bytes(256)
    return {
        "bpf": lambda: os.close(call("bpf", 0, array, 112)),
        "bpf program": lambda: call("bpf", 5, bytes(128), 112),
        "bpf object by its number": lambda: call("bpf", 11, bytes(128), 112),
        "perf": lambda: os.close(call("perf_event_open", counter, 0, -1, -1, 0)),
        "perf of the machine": lambda: os.close(call("perf_event_open", counter, -1, 0, -1, 0)),
        "mount": lambda: call("mount", b"tmpfs", b"/mnt", b"tmpfs", 0, None),
        "unmount": lambda: call("umount2", b"/offrecord-nothing", 0),
        "open a file system": lambda: os.close(call("fsopen", b"tmpfs", 0)),
        "configure a file system": lambda: call("fsconfig", 0, 6, None, None, 0),
        "mount a file system": lambda: call("fsmount", 0, 0, 0),
        "reconfigure a mount": lambda: call("fspick", HERE, b"/", 0),
        "open a mount": lambda: os.close(call("open_tree", HERE, b"/", 0)),
        "open a copy of a mount": lambda: call("open_tree", HERE, b"/", 1),
        "open a changed mount": lambda: call("open_tree_attr", HERE, b"/", 1, bytes(32), 32),
        "move a mount": lambda: call("move_mount", HERE, b"/", HERE, b"/mnt", 0),
        "attributes of a mount": lambda: call("mount_setattr", HERE, b"/", 0, bytes(32), 32),
        "list mounts": lambda: call(
            "listmount", struct.pack("IIQQ", 24, 0, 2**64 - 1, 0), room(64), 8, 0
        ),
        "state of a mount": lambda: call("statmount", bytes(24), room(512), 512, 0),
        "list namespaces": lambda: call(
            "listns", struct.pack("IIQIIQ", 32, 0, 0, 0, 0, 0), 0, 0, 0
        ),
        "another root": lambda: call("pivot_root", b"/", b"/"),
        "quota": lambda: call("quotactl", 0x80000700, name, 0, None),
        "quota by a descriptor": lambda: call("quotactl_fd", planted.file, 0x80000700, 0, None),
        "swap": lambda: call("swapon", name, 0),
        "no swap": lambda: call("swapoff", name),
        "accounting": lambda: call("acct", name),
        "kernel module": lambda: call("finit_module", 0, b"", 0),
        "kernel module from memory": lambda: call("init_module", b"", 0, b""),
        "remove a kernel module": lambda: call("delete_module", b"offrecord_nothing", 0),
        "another kernel": lambda: call("kexec_load", 0, 0, 0, 0),
        "another kernel from a file": lambda: call("kexec_file_load", -1, -1, 0, None, 0),
        "reboot": lambda: call("reboot", 0, 0, 0, 0),
        "another filter": lambda: call("seccomp", 1, 0, bytes(16)),
        "strict mode": lambda: call("seccomp", 0, 0, None),
        "a filter that others answer": lambda: call("seccomp", 1, 8, bytes(16)),
        "ask about filters": lambda: call("seccomp", 2, 0, struct.pack("I", 0x80000000)),
        "more of Landlock": lambda: os.close(
            call("landlock_create_ruleset", struct.pack("Q", 1), 8, 0)
        ),
        "version of Landlock": lambda: call("landlock_create_ruleset", None, 0, 1),
        "a rule of Landlock": lambda: call("landlock_add_rule", -1, 1, None, 0),
        "another Landlock": lambda: call("landlock_restrict_self", -1, 0),
        "own security attribute": lambda: call("lsm_set_self_attr", 100, bytes(64), 32, 0),
        "list security modules": lambda: call(
            "lsm_list_modules", room(64), struct.pack("I", 64), 0
        ),
        "ports of the processor": lambda: call("ioperm", 0x80, 1, 1),
        "all ports of the processor": lambda: call("iopl", 3),
        "descriptor table of the processor": lambda: call("modify_ldt", 1, bytes(16), 16),
        "segment of a thread": lambda: call("set_thread_area", bytes(16)),
        "processor's own commands": lambda: call("arch_prctl", 0x1011, 0),
        "map for other commands": lambda: call("arch_prctl", 0x2001, 0),
        "look up a profile's cookie": lambda: call("lookup_dcookie", 0, room(8), 8),
        "server for files": lambda: call("nfsservctl", 0, None, None),
        "number of a file system": lambda: call("sysfs", 3),
        "state of a disk": lambda: call("ustat", 0, room(32)),
        "share of a time slice": lambda: call("rseq_slice_yield"),
        "a call that nobody knows": lambda: by_number(9999),
        "the last call of all": lambda: by_number(0x3FFFFFFF),
    }
