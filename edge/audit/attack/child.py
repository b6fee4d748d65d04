"""What can this process still do, now that it is sealed? A throw-away process that tries it all.

    python -m edge.audit.attack.child PROFILE WITHOUT FILE UDP TARGET OWN TOKEN

It is sealed as every process of that profile is, but for what `files.Planted` says was left
open on purpose. Answers on descriptor 1 with a line of JSON for each attempt, `[attempt, error]`
(0: it worked), and an empty one at the end. A byte on descriptor 0 then lets it try the one that
kills; without it, the end of descriptor 0 ends it.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Final

from edge import seal
from edge.audit.attack import descriptors, files, kernel, memory, processes, sockets
from edge.audit.attack.files import Attempts, Planted
from edge.audit.attack.system_calls import by_number, errno_of

TOPICS: Final = (
    files.by_a_path,
    files.by_a_file_opened_before,
    descriptors.by_its_own_pipe,
    descriptors.by_an_open_socket,
    descriptors.by_a_device,
    descriptors.by_a_new_descriptor,
    sockets.by_sockets,
    processes.by_a_new_process,
    processes.by_another_process,
    processes.by_what_others_see_of_it,
    kernel.by_what_stays_in_the_kernel,
    kernel.by_the_kernels_tools,
    memory.by_memory,
)
ONLY_SEALED: Final = frozenset({
    "exec", "execveat", "exec an open file", "vfork", "ptrace", "be traced", "strict mode",
    "system calls handled by itself", "hang up the terminal", "reboot", "another kernel",
    "another kernel from a file", "kernel module", "kernel module from memory",
    "kernel keyring", "keyring of the session",
    *(f"socket AF_{family}" for family in sockets.OTHERS),
})  # fmt: skip
"""Where they work, nobody is left to tell of it, or the machine is not what it was."""
LAST_LINE: Final = b"[]"
X32_GETPID: Final = 0x40000000 | 39


def attempts(planted: Planted, without: str = "") -> Attempts:
    """Return all of them, in their order; without the filter, those that do no harm."""
    rows = {name: attempt for topic in TOPICS for name, attempt in topic(planted).items()}
    left_out = ONLY_SEALED if without == "seccomp" else frozenset()
    return {name: attempt for name, attempt in rows.items() if name not in left_out}


def main(arguments: list[str]) -> None:
    """Be born, be sealed, try everything, answer."""
    profile, without, file, udp, target, own, token = arguments
    planted = Planted(int(file), int(udp), os.dup(1), target, own, token)
    rows = attempts(planted, without)
    seal.close_all_but({0, 1, 2, planted.file, planted.udp, planted.spare})
    seal.silence_stderr()
    if without != "seccomp":
        seal.seal(profile, writable_fds={1})
    for line in _answers(rows):
        os.write(1, line)
    if os.read(0, 1):
        by_number(X32_GETPID)


def _answers(rows: Attempts) -> Iterator[bytes]:
    for name, attempt in rows.items():
        yield json.dumps([name, errno_of(attempt)]).encode() + b"\n"
    yield LAST_LINE + b"\n"


if __name__ == "__main__":
    main(sys.argv[1:])
