"""How do the airlock's packets and the launcher's lines come in, and what a person sees go out?"""

import asyncio
import contextlib
import os
from typing import Final

import msgspec

from edge.messages import Shown
from edge.runtime.runtime import Runtime

CONTROL_FD, SHOWN_FD, ERROR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
"""A read of a packet-mode pipe returns one packet, if the buffer is as large as PIPE_BUF."""
PACKETS_AT_ONCE: Final = 64
"""Then the control pipe and a pending answer have their turn."""
CONTROL_LINE_BYTES: Final = 1 << 16


class Pipes:
    """The two ways in. The control pipe's end, like the airlock's, is the end."""

    def __init__(self, runtime: Runtime, airlock_fd: int, ended: "asyncio.Future[None]") -> None:
        self._runtime = runtime
        self._airlock_fd = airlock_fd
        self._ended = ended
        self._rest = b""
        for descriptor in (CONTROL_FD, airlock_fd):
            os.set_blocking(descriptor, False)

    def listen(self) -> None:
        """Read from now on: what the launcher has said already comes first."""
        loop = asyncio.get_running_loop()
        self.read_control()
        loop.add_reader(CONTROL_FD, self.read_control)
        loop.add_reader(self._airlock_fd, self.read_airlock)

    def read_control(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                piece = os.read(CONTROL_FD, CONTROL_LINE_BYTES)
                if not piece:
                    self._end(CONTROL_FD)
                    return
                *lines, self._rest = (self._rest + piece).split(b"\n")
                for line in lines:
                    self._runtime.control(line)

    def read_airlock(self) -> bool:
        """Take some of the packets that wait and say whether there may be more."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(PACKETS_AT_ONCE):
                packet = os.read(self._airlock_fd, PACKET_BYTES)
                self.read_control()  # what the launcher said before this packet was sent
                if not packet:
                    self._end(self._airlock_fd)
                    return False
                self._runtime.packet(packet)
            return True
        self._runtime.caught_up()
        return False

    def drain(self) -> None:
        """Take what is left in both pipes."""
        self.read_control()
        while self.read_airlock():
            pass

    def _end(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)
        if not self._ended.done():
            self._ended.set_result(None)


def show(message: Shown) -> None:
    """Write one line. It waits when nobody reads: the launcher always does."""
    line = memoryview(msgspec.json.encode(message) + b"\n")
    while line:
        line = line[os.write(SHOWN_FD, line) :]
