"""A real runtime process between two pipes and a chamber's end of the airlock."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from edge import airlock
from edge.config import Config, to_argument
from edge.launcher.child import readable_once
from edge.messages import (
    Airlocked,
    Control,
    CountBytes,
    Hello,
    Leaves,
    Model,
    Shown,
    SourceKind,
    SourceState,
    Summary,
    Transcript,
)

_shown: "msgspec.json.Decoder[Shown]" = msgspec.json.Decoder(Shown)
SECRET = bytes(range(32))
HELLO = Hello((Model("tiny", "0" * 16), Model("eyes", "1" * 16)))


class RuntimeProcess:
    """`python -m edge.runtime`, sealed as ever; the test is the launcher and the chamber."""

    PROGRAM: tuple[str, ...] = ("-m", "edge.runtime")

    def __init__(  # noqa: PLR0913 (each is one thing that a test may choose)
        self,
        data: Path,
        *,
        run: str = "r1",
        settings: Config | None = None,
        fast: bool = True,
        live: bool = False,
        mind_fds: tuple[int, ...] = (),
        language_fds: tuple[int, ...] = (),
        keys: Path | None = None,
        secret: bytes = SECRET,
    ) -> None:
        self.secret = secret
        self.data, self.run, self.settings = data, run, settings or Config()
        self.pace = [*(["--fast"] if fast else []), *(["--live"] if live else [])]
        self.pace += ["--keys", str(keys)] if keys else []
        self.aside_fds = (*mind_fds, *language_fds)
        for option, fds in (("--mind-fds", mind_fds), ("--language-fds", language_fds)):
            if fds:
                self.pace += [option, ",".join(map(str, fds))]
        self.read_end, self.write_end = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.written_bytes = 0
        self.start()

    def start(self) -> None:
        key_fd = readable_once(self.secret)
        self.process = subprocess.Popen(
            [
                sys.executable,
                *(*self.PROGRAM, "--airlock-fd", str(self.read_end)),
                *("--key-fd", str(key_fd), "--data", str(self.data), "--run", self.run),
                *("--settings", to_argument(self.settings)),
                *self.pace,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(self.read_end, key_fd, *self.aside_fds),
        )
        os.close(key_fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        os.close(self.read_end)
        self.end_airlock()

    def say(self, *messages: Leaves) -> None:
        for message in messages:
            self.write(airlock.encode(message))

    def write(self, packet: bytes) -> None:
        self.written_bytes += os.write(self.write_end, packet)

    def tell(self, *messages: Control) -> None:
        assert self.process.stdin
        for message in messages:
            self.process.stdin.write(msgspec.json.encode(message) + b"\n")
        self.process.stdin.flush()

    def tell_first(self, *messages: Control) -> None:
        """Return when it knows what it was told, the last of which says where a source stands.

        What the chamber says then comes later; else the pipes have no order between them.
        """
        self.tell(*messages, CountBytes())
        while self.until(Airlocked)[-1].raw_bytes != messages[-1].raw_bytes:  # type: ignore[union-attr]
            pass

    def next(self) -> Shown:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the runtime has ended"
        return _shown.decode(line)

    def until(self, kind: type) -> list[Shown]:
        """Return what is shown, up to the first of a kind (for replies: a final one)."""
        shown = []
        while True:
            shown.append(self.next())
            if isinstance(shown[-1], kind) and not getattr(shown[-1], "partial", False):
                return shown

    def end_airlock(self) -> None:
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def summary(self) -> Summary:
        """End well and return the last thing shown."""
        self.end_airlock()
        last = self.until(Summary)[-1]
        assert isinstance(last, Summary)
        assert self.process.wait() == 0
        return last

    def kill_and_restart(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        self.start()


def spoken(text: str, end_s: float, confidence: int = 90) -> Transcript:
    """Return an utterance of two seconds."""
    return Transcript(text, max(0, round((end_s - 2) * 1000)), round(end_s * 1000), confidence, 0)


def at(
    stream_s: float, *, kind: SourceKind = "audio", live: bool = False, raw_bytes: int = 0
) -> SourceState:
    """Return where a running source stands now."""
    samples = round(stream_s * 16_000)
    return SourceState(
        kind, "running", "test", samples, raw_bytes or samples * 2, 0, time.monotonic(), live
    )
