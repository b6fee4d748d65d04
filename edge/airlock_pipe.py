"""The pipe between chamber and runtime, and the counter rule over it.

Bytes that the chamber wrote since GO, by the kernel's count = bytes in the ledger + bytes that
still wait in the pipe. The launcher keeps both ends, so that either process can be replaced.
"""

import array
import fcntl
import os
import termios
from typing import Final, Literal

from edge import airlock, seal
from edge.messages import Hello

PIPE_BYTES: Final = 1 << 20
"""In packet mode a packet takes a page: room for 256 messages while a runtime is being replaced."""

Comparison = Literal["equal", "differs", "unchecked"]


class AirlockPipe:
    """Both ends of one run's airlock, and what went through it."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._of_ended_chambers = 0
        self._is_known = True
        """False once a chamber's count could not be read."""
        self._pid = -1
        self._before_hello = 0
        """What the running chamber had written elsewhere before its first message."""

    @property
    def is_closed(self) -> bool:
        """Whether the last chamber has ended: the runtime reads what is left, then the end."""
        return self.write_end < 0

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
            self._is_known = False
        else:
            self._of_ended_chambers += written_bytes - self._before_hello

    def written_bytes(self) -> int:
        """Return what all chambers of this run wrote to the airlock."""
        if self._pid < 0:
            return self._of_ended_chambers
        return self._of_ended_chambers + seal.written_bytes(self._pid) - self._before_hello

    def read_bytes(self) -> int:
        """Return how many of those bytes are no longer in the pipe."""
        while True:
            before = self.written_bytes()
            waiting = array.array("i", [0])
            fcntl.ioctl(self.read_end, termios.FIONREAD, waiting)
            if self.written_bytes() == before:
                return before - waiting[0]

    def compare(self, ledger_bytes: int) -> Comparison:
        """Say whether the ledger holds as many bytes as the kernel counted."""
        if not self._is_known:
            return "unchecked"
        return "equal" if self.read_bytes() == ledger_bytes else "differs"

    def end(self) -> None:
        """Let the runtime find the end of the pipe."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def close(self) -> None:
        """Give back both ends."""
        self.end()
        os.close(self.read_end)
