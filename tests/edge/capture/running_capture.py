"""A capture process under test, and all that comes out of it."""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec
import pytest

from edge import seal
from edge.capture.sources import Source, needs
from edge.capture.wishes import GO
from edge.messages import SourceState
from edge.signals import AudioChunk, Frame
from edge.slot import MAX_RECORD_BYTES, Signal, SlotReader

PATIENCE_S = 20.0
"""A hang, not a slow machine."""


@dataclass
class Capture:
    """A started `python -m edge.capture` and all that came out of it."""

    process: "subprocess.Popen[bytes]"
    slot: socket.socket
    states: list[SourceState] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    slot_reader: SlotReader = field(default_factory=SlotReader)

    @classmethod
    def start(
        cls, *argv: object, wrap: Callable[..., list[str]] | None = None, given_fd: int = -1
    ) -> Self:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "edge.capture", *map(str, argv)]
        command += ["--slot-fd", str(theirs.fileno()), "--epoch", "3"]
        process = subprocess.Popen(
            wrap(command) if wrap else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(), *([given_fd] if given_fd >= 0 else [])),
        )
        theirs.close()
        return cls(process, ours)

    def next_state(self) -> SourceState:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"it ended without a word: {self.complaint()}"
        self.states.append(msgspec.json.decode(line, type=SourceState))
        return self.states[-1]

    def until(self, phase: str) -> SourceState:
        while self.next_state().phase != phase:
            pass
        return self.states[-1]

    def go(self) -> None:
        self.wish(GO)

    def wish(self, wish: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(wish)
        self.process.stdin.flush()

    def next_signal(self) -> Signal | None:
        self.slot.settimeout(PATIENCE_S)
        while record := self.slot.recv(MAX_RECORD_BYTES):
            if signal := self.slot_reader.feed(record):
                self.signals.append(copied(signal))
                return self.signals[-1]
        return None

    def drain(self) -> threading.Thread:
        """Read the slot on a thread of its own until its other end is closed."""

        def read() -> None:
            while self.next_signal():
                pass

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def play_out(self) -> int:
        """Take everything until the process ends, saying GO when it is ready; return its status."""
        reading = self.drain()
        assert self.process.stdout
        for line in self.process.stdout:
            self.states.append(msgspec.json.decode(line, type=SourceState))
            if self.states[-1].phase == "ready":
                self.go()
        reading.join(PATIENCE_S)
        assert not reading.is_alive()
        return self.process.wait(PATIENCE_S)

    def complaint(self) -> str:
        assert self.process.stderr
        return self.process.stderr.read().decode()

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr, self.slot):
            if pipe:
                pipe.close()


def copied(signal: Signal) -> Signal:
    """Return a signal that stays when its reader takes the next one."""
    if isinstance(signal, AudioChunk):
        return AudioChunk(signal.samples.copy(), signal.start)
    return Frame(signal.pixels.copy(), signal.at) if isinstance(signal, Frame) else signal


def behind_the_first_wall(command: list[str], source: Source) -> list[str]:
    """Return the command as the launcher starts it."""
    project, left_open = Path(__file__).parents[3], needs(source)
    places = (*left_open.readable, project, Path(sys.prefix), Path(sys.base_prefix))
    return seal.stage0(
        "capture",
        command,
        readable=places,
        devices=left_open.devices,
        ports=left_open.ports,
    )


def needs_apt(program: str, packages: str) -> None:
    """Skip, loudly, where a system package is not installed."""
    if not shutil.which(program):
        pytest.skip(f"UNCHECKED: needs {program}; apt install {packages}")
