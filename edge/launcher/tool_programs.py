"""Which programs of the user's own does a run start? The MCP servers of `[[tool_server]]`.

They are not sealed: they are the user's, run as the user does, and reach whatever they are for. So
they are given nothing but two pipes to the runtime, and of the environment what a program needs and
what its table names. The launcher starts them, for the runtime's seal starts nothing, and keeps the
pipes' other ends, so that both sides can die.
"""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from typing import Final

from edge.config import ToolServer
from edge.launcher.births import Run
from edge.launcher.child import Death
from edge.launcher.processes import Processes
from edge.messages import Started

PREFIX: Final = "tool."
"""Before the server's name, in messages."""
GIVEN: Final = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LC_ALL", "TZ", "TMPDIR"),
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"),
)
ENDED_WITHIN_S: Final = 1.0
"""After that it is killed."""


class ToolPrograms:
    """Those of one run."""

    def __init__(self, run: Run, processes: Processes) -> None:
        self._programs = {
            each.name: _Program(each, processes) for each in run.config.tool_server if each.command
        }

    @property
    def pipes_of_runtime(self) -> Mapping[str, tuple[int, int]]:
        """Where the runtime asks each of them, and hears it."""
        return {name: program.of_runtime for name, program in self._programs.items()}

    def start(self) -> None:
        """Start all of them afresh: a runtime that was just born knows none yet."""
        for program in self._programs.values():
            program.start()

    def start_again(self, process: str) -> None:
        """Start one again that hangs, or that does not speak the protocol: later and later."""
        if program := self._programs.get(process.removeprefix(PREFIX)):
            program.give_up("it did not answer")

    def close(self) -> None:
        """End all of them, and give the pipes back."""
        for program in self._programs.values():
            program.close()


class _Program:
    def __init__(self, server: ToolServer, processes: Processes) -> None:
        self._server, self._processes = server, processes
        self._name = f"{PREFIX}{server.name}"
        self._loop = asyncio.get_running_loop()
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd, self._born_s = -1, 0.0
        self._asks_read, self._asks_write = os.pipe2(os.O_CLOEXEC)
        self._answers_read, self._answers_write = os.pipe2(os.O_CLOEXEC)

    @property
    def of_runtime(self) -> tuple[int, int]:
        return self._asks_write, self._answers_read

    def start(self) -> None:
        """Start it, in place of one that still runs."""
        self._processes.drop_plan(self._name)
        self._end()
        for end in (self._asks_read, self._answers_read):
            _drain(end)  # what one that died was asked, or has said, is not for the next one
        wanted = {*GIVEN, *self._server.env}
        try:
            self._process = subprocess.Popen(  # noqa: S603 (the user's own command, no shell)
                self._server.command,
                stdin=self._asks_read,
                stdout=self._answers_write,
                stderr=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if name in wanted},
                start_new_session=True,
            )
        except OSError as error:
            program = f"{self._server.command[0]}: {error.strerror}"
            self._processes.notice(f"no tools of {self._server.name}: cannot start {program}")
            return
        self._born_s = time.monotonic()
        self._pidfd = os.pidfd_open(self._process.pid)
        self._loop.add_reader(self._pidfd, self._died)
        self._processes.tell_runtime(Started(self._name))

    def give_up(self, reason: str) -> None:
        """End it as it is, and start another by and by."""
        self._bury(reason)

    def close(self) -> None:
        self._end()
        for end in (self._asks_read, self._asks_write, self._answers_read, self._answers_write):
            os.close(end)

    def _died(self) -> None:
        self._bury("")

    def _bury(self, reason: str) -> None:
        if not self._process:
            return
        process = self._process
        self._end()
        if self._processes.is_over:
            return
        reason = reason or f"ended with status {process.returncode}"
        death = Death(process.returncode, reason, None, time.monotonic() - self._born_s)
        if not self._processes.plan(self._name, death, reason, self.start):
            words = f"no tools of {self._server.name} any more: its program died too often"
            self._processes.notice(words)

    def _end(self) -> None:
        """End it and all that it started: kindly, then at once."""
        if not self._process:
            return
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDED_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _drain(end: int) -> None:
    waiting = select.poll()
    waiting.register(end, select.POLLIN)
    while waiting.poll(0):
        with contextlib.suppress(BlockingIOError):  # the runtime may have read it first
            os.read(end, 1 << 16)
