"""One started process: its birth behind the first wall, its lines, its death and the reason.

The launcher holds one `Child` a process. Everything happens on the event loop's thread.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge import seal

MAX_LINE_BYTES: Final = 1 << 17
"""A line on a child's pipe; the longest legal message is a context packet of 16 000 characters."""
MAX_COMPLAINT_BYTES: Final = 4096
DEVICE_CLOSES_S: Final = 2.0
TRACEBACK_CLASS: Final = re.compile(r"^(?:\w+\.)*[A-Z]\w*: ")
"""What a traceback's last line puts before the error's own sentence."""
LOG_LEVEL: Final = "OFFRECORD_LOG"
"""The environment variable that `--log` sets; children that are not sealed yet log to stderr."""


@dataclass(frozen=True, slots=True)
class Birth:
    """What a process is started with."""

    name: str
    profile: str
    argv: Sequence[str]
    pass_fds: Sequence[int] = ()
    readable: Sequence[Path] = ()
    writable: Sequence[Path] = ()
    devices: Sequence[Path] = ()
    ports: Sequence[int] = ()
    """TCP ports that may be connected to before the seal."""
    withheld: Sequence[str] = ()
    """Environment variables that are not for this process."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended."""

    code: int
    reason: str
    written_bytes: int | None
    """The kernel's count of all it ever wrote; None where the kernel would not say."""
    lived_s: float


class Child:
    """A running process and the ends of its pipes."""

    def __init__(self, birth: Birth, *, stdin: int = -1, stdout: int = -1) -> None:
        """Start it. A `stdin` or `stdout` of -1 makes a pipe whose other end is held here.

        The caller keeps (and closes) descriptors that it passes in.
        """
        self.name = birth.name
        self._loop = asyncio.get_running_loop()
        child_in, self.stdin = (stdin, -1) if stdin >= 0 else _pipe()
        self.stdout, child_out = (-1, stdout) if stdout >= 0 else _pipe()
        self._stderr, child_err = _pipe()
        self._complaint = b""
        self.process = subprocess.Popen(  # noqa: S603 (our own programs, no shell)
            seal.stage0(
                birth.profile,
                birth.argv,
                readable=birth.readable,
                writable=birth.writable,
                devices=birth.devices,
                ports=birth.ports,
            ),
            stdin=child_in,
            stdout=child_out,
            stderr=child_err,
            pass_fds=birth.pass_fds,
            env={name: value for name, value in os.environ.items() if name not in birth.withheld}
            | seal.environment(birth.profile),
            process_group=0,  # Ctrl-C is the launcher's to hear
        )
        for ours, theirs in ((stdin, child_in), (stdout, child_out), (-1, child_err)):
            if ours != theirs:
                os.close(theirs)
        self._born_s = time.monotonic()
        self._pidfd = os.pidfd_open(self.pid)
        os.set_blocking(self._stderr, False)
        self._loop.add_reader(self._stderr, self._read_stderr)

    @property
    def pid(self) -> int:
        return self.process.pid

    def on_death(self, callback: "Callable[[Death], None]") -> None:
        """Call back once, when the process has ended and its last lines have been read."""

        def died() -> None:
            self._loop.remove_reader(self._pidfd)
            callback(self._bury())

        self._loop.add_reader(self._pidfd, died)

    def on_line(self, callback: "Callable[[bytes], None]") -> None:
        """Call back with every line that the process writes on its pipe."""
        self._callback = callback
        self._rest = b""
        os.set_blocking(self.stdout, False)
        self._loop.add_reader(self.stdout, self._read_lines)

    def _read_lines(self) -> None:
        try:
            piece = os.read(self.stdout, 1 << 16)
        except BlockingIOError:
            return
        if not piece:
            self._loop.remove_reader(self.stdout)
            return
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            self.kill()
            return
        for line in lines:
            self._callback(line)

    def _bury(self) -> Death:
        try:
            written = seal.written_bytes(self.pid)  # the count outlives the program, for root
        except OSError:
            written = None
        code = self.process.wait()
        if self.stdout >= 0:
            with contextlib.suppress(ValueError, OSError):
                while self._loop.remove_reader(self.stdout):
                    self._drain()
        self._read_stderr()
        self.close()
        return Death(code, _reason(code, self._complaint), written, time.monotonic() - self._born_s)

    def _read_stderr(self) -> None:
        """Keep the last words; pass log lines on where the user asked for a log."""
        piece = b""
        with contextlib.suppress(BlockingIOError):
            piece = os.read(self._stderr, 1 << 16)
        if not piece:
            self._loop.remove_reader(self._stderr)
        self._complaint = (self._complaint + piece)[-MAX_COMPLAINT_BYTES:]
        if LOG_LEVEL in os.environ:
            sys.stderr.buffer.write(piece)
            sys.stderr.buffer.flush()

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self.stdout, 1 << 16):
                self._rest += piece
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._callback(line)

    def tell(self, data: bytes) -> None:
        """Write to its control pipe; a process that is just dying hears nothing."""
        if self.stdin < 0:
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(self.stdin, data)

    def offer(self, data: bytes) -> None:
        """Write to its control pipe what has room there; what has none is left out."""
        if self.stdin < 0:
            return
        os.set_blocking(self.stdin, False)
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self.stdin, data)
        os.set_blocking(self.stdin, True)

    def ask_to_end(self) -> None:
        """Close its control pipe: the one way to say goodbye."""
        if self.stdin >= 0:
            os.close(self.stdin)
            self.stdin = -1

    def kill(self) -> None:
        """End it now."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)

    @property
    def has_ended(self) -> bool:
        """Whether it is dead, or dying: without memory there is nothing that it could still do.

        What the kernel counted of it can be asked all the same.
        """
        if self._pidfd < 0 or self.process.returncode is not None:
            return True
        how = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        return how is not None or _is_without_memory(self.pid)

    def freeze(self) -> bool:
        """Stop it where it stands, so that its last byte can be counted; False if it is dead."""
        if self.process.poll() is not None:
            return False
        self.process.send_signal(signal.SIGSTOP)
        how = os.waitid(os.P_PIDFD, self._pidfd, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return how is not None and how.si_code == os.CLD_STOPPED

    def close(self) -> None:
        """Give back every descriptor."""
        for descriptor in (self._pidfd, self.stdout, self._stderr):
            if descriptor >= 0:
                self._loop.remove_reader(descriptor)
                os.close(descriptor)
        self._pidfd = self.stdout = self._stderr = -1
        self.ask_to_end()


def end_all(children: Collection[Child]) -> None:
    """End them now; return when they are gone, or when a driver has held one for too long."""
    for child in children:
        child.kill()
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(DEVICE_CLOSES_S)


def _is_without_memory(pid: int) -> bool:
    """Say whether the kernel has taken its memory back already: the first thing that it does."""
    try:
        return Path(f"/proc/{pid}/statm").read_text("ascii").startswith("0 ")
    except OSError:  # nobody is there any more
        return True


def readable_once(secret: bytes) -> int:
    """Return a descriptor from which a child can read something that nobody else sees."""
    read_end, write_end = _pipe()
    os.write(write_end, secret)
    os.close(write_end)
    return read_end


def readable_file(secret: bytes) -> int:
    """Return a descriptor of a file in memory, for who has to read something by a path."""
    made = os.memfd_create("secret", os.MFD_CLOEXEC)
    os.write(made, secret)
    read_only = os.open(f"/proc/self/fd/{made}", os.O_RDONLY | os.O_CLOEXEC)
    os.close(made)
    return read_only


def _pipe() -> tuple[int, int]:
    return os.pipe2(os.O_CLOEXEC)


def _reason(code: int, complaint: bytes) -> str:
    """Return one sentence: the child's own last words, else the signal or the exit status."""
    lines = complaint.decode("utf-8", "replace").split("\n")
    words = [line.strip() for line in lines if line.strip()]
    if words:
        return TRACEBACK_CLASS.sub("", words[-1])[:500]
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"
