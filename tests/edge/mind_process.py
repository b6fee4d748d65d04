"""A real mind, started and sealed as the launcher does it, and the two pipes to it."""

import fcntl
import os
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import models.manifest
from edge import seal
from edge.messages import SealState
from edge.runtime.mind import Pipes

PROJECT = Path(__file__).parents[2]
BORN_WITHIN_S = 60


class MindProcess:
    """`python -m edge.mind`, or another of its processes; the test is launcher and runtime."""

    def __init__(
        self, *arguments: str, program: str = "edge.mind", readable: tuple[Path, ...] = ()
    ) -> None:
        asks_read, self.asks = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.answers, answers_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        for pipe in (self.asks, self.answers):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 16)
        self.process = subprocess.Popen(
            seal.stage0(
                "mind",
                [sys.executable, "-m", program, *arguments],
                readable=[
                    PROJECT,
                    Path(sys.prefix),
                    Path(sys.base_prefix),
                    models.manifest.folder(),
                    *readable,
                ],
            ),
            stdin=asks_read,
            stdout=answers_write,
            stderr=subprocess.PIPE,
            env=os.environ | seal.environment(),
            cwd=PROJECT,
        )
        os.close(asks_read)
        os.close(answers_write)

    @property
    def pipes(self) -> Pipes:
        return Pipes(self.asks, self.answers)

    def wait_until_there(self) -> None:
        """Wait for its first packet, as the launcher does, and leave it in the pipe."""
        poll = select.poll()
        poll.register(self.answers, select.POLLIN)
        assert poll.poll(BORN_WITHIN_S * 1000), "the mind was not born"
        assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()

    def sealed(self) -> SealState:
        found = seal.inspect(self.process.pid, "mind")
        assert not found.problems
        return SealState("mind", self.process.pid, found.level, found.threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stderr
        self.process.stderr.close()
        os.close(self.asks)
        os.close(self.answers)
