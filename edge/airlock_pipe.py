"""The pipe between chamber and runtime, and the kernel's count of what went into it.

The launcher keeps both ends, so that either process can be replaced. What the count must equal is
in `edge/launcher/counter_rule.py`.
"""

import array
import fcntl
import os
import termios
from dataclasses import dataclass
from typing import Final, Literal

from edge import airlock, seal
from edge.messages import Hello

PIPE_BYTES: Final = 1 << 20
"""In packet mode a packet takes a page: room for 256 messages while a runtime is being replaced."""

Comparison = Literal["equal", "differs", "unchecked"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The kernel's two counts at one moment."""

    written_bytes: int
    """What all chambers of the run wrote since they greeted."""
    waiting_bytes: int
    """What of it is still in the pipe."""

    @property
    def read_bytes(self) -> int:
        return self.written_bytes - self.waiting_bytes


class AirlockPipe:
    """Both ends of one run's airlock, and what went through it."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.is_known = True
        """False once a chamber died of which the kernel did not tell the count."""
        self._has_leaked = False
        self._of_ended_chambers = 0
        self._pid = -1
        self._before_hello = 0
        """What the running chamber had written elsewhere before its first message."""

    @property
    def is_closed(self) -> bool:
        """Whether the last chamber has ended: the runtime reads what is left, then the end."""
        return self.write_end < 0

    @property
    def has_writer(self) -> bool:
        """Whether a chamber that has greeted is being counted."""
        return self._pid >= 0

    @property
    def is_exact(self) -> bool:
        """Whether the kernel's count of all chambers so far equals the ledger's."""
        return self.is_known and not self._has_leaked

    @property
    def before_bytes(self) -> int:
        """What to add to the running chamber's own counter to get what all chambers wrote."""
        return self._of_ended_chambers - self._before_hello

    def greeted(self, pid: int, hello: Hello) -> None:
        """Begin to count for a chamber that has said nothing but `hello` yet."""
        self._before_hello = seal.written_bytes(pid) - len(airlock.encode(hello))
        self._pid = pid

    def finished(self) -> None:
        """Take the count of a chamber that has said its last word and still lives."""
        self._of_ended_chambers = self.written_bytes()
        self._pid = -1

    def died(self, written_bytes: int | None) -> None:
        """Take the count of a chamber that has died; None where the kernel does not tell it."""
        if self._pid < 0:
            return
        self._pid = -1
        if written_bytes is None:  # of the dead it tells root only
            self.is_known = False
        else:
            self._of_ended_chambers += written_bytes - self._before_hello

    def trust(self, entered_bytes: int) -> None:
        """Take the ledger's count for what earlier chambers wrote, where that is not exact.

        For a chamber that has greeted and waits for GO: what it writes from now on is judged.
        """
        self._of_ended_chambers += entered_bytes - self.sample().read_bytes

    def leaked(self) -> None:
        """Remember for good that a chamber wrote something that is in no ledger."""
        self._has_leaked = True

    def written_bytes(self) -> int:
        """Return what all chambers of this run wrote to the airlock."""
        if self._pid < 0:
            return self._of_ended_chambers
        return seal.written_bytes(self._pid) + self.before_bytes

    def sample(self) -> Sample:
        """Return both counts, of a moment at which nothing was being written."""
        while True:
            before = self.written_bytes()
            waiting = array.array("i", [0])
            fcntl.ioctl(self.read_end, termios.FIONREAD, waiting)
            if self.written_bytes() == before:
                return Sample(before, waiting[0])

    def compare(self, entered_bytes: int) -> Comparison:
        """Say whether the ledger holds as many bytes as the kernel counted."""
        if self._has_leaked:
            return "differs"
        if not self.is_known:
            return "unchecked"
        return "equal" if self.sample().read_bytes == entered_bytes else "differs"

    def end(self) -> None:
        """Let the runtime find the end of the pipe."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def close(self) -> None:
        """Give back both ends."""
        self.end()
        os.close(self.read_end)
