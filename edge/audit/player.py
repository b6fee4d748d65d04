"""A real `offrecord run` on the canary, and what it shows: started, listened to, ended.

It is the command that a user types, in a process of its own, so that the launcher that is looked at
is not the one that looks and holds the canary.
"""

import contextlib
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from edge import config
from edge.clock import SAMPLE_RATE_HZ
from edge.notes import keys
from edge.notes.vault import SECRET_BYTES

ENDS_WITHIN_S: Final = 20.0
LAUNCHER: Final = "launcher"
DATA: Final = "data"

Line = dict[str, Any]
"""One message, as `--json` shows it."""


class Player:
    """One run of the canary."""

    def __init__(
        self, sound: Path, pictures: Path, picture_s: float, folder: Path, settings: config.Config
    ) -> None:
        """Start it; `folder` gets its configuration, its key and its data."""
        self.data = folder / DATA
        self.shown: list[Line] = []
        self.pids: dict[str, int] = {}
        """The process that has a name at the moment."""
        self.all_pids: set[int] = set()
        self._lines: queue.Queue[Line | None] = queue.Queue()
        self._log: list[bytes] = []
        (folder / keys.CREDENTIAL).write_bytes(secrets.token_bytes(SECRET_BYTES))
        written = folder / "config.toml"
        written.write_text(as_toml(_at_home(settings)), "utf-8")
        self._process = subprocess.Popen(  # noqa: S603 (our own program, no shell)
            [
                *(sys.executable, "-m", "edge.cli", "--log", "debug", "run", "--json"),
                *(f"--audio={sound}", f"--video={pictures}", f"--picture-s={picture_s}"),
                *(f"--data={self.data}", f"--config={written}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", keys.CREDENTIALS: str(folder)},
            process_group=0,
        )
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._hear, self._read_log)
        ]
        for thread in self._threads:
            thread.start()
        self._is(LAUNCHER, self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def log(self) -> bytes:
        """All that it and its children wrote to stderr."""
        return b"".join(self._log)

    def wait_for(self, kind: str, timeout_s: float, is_it: Callable[[Line], bool]) -> Line | None:
        """Return the next message of a kind that `is_it`; None if it does not come."""
        deadline_s = time.monotonic() + timeout_s
        while line := self._next(deadline_s):
            if line["type"] == kind and is_it(line):
                return line
        return None

    def listen_until(self, moment_s: float) -> None:
        """Let it play on until a moment of `time.monotonic()`."""
        while self._next(moment_s):
            pass
        time.sleep(max(0.0, moment_s - time.monotonic()))

    def moment_s(self, stream_s: float) -> float:
        """Return when, by `time.monotonic()`, the sound's clock stood there."""
        told = [line for line in self.shown if line["type"] == "SourceState"]
        begin_s: float = next(
            line["monotonic_s"] - line["samples"] / SAMPLE_RATE_HZ
            for line in told
            if line["kind"] == "audio" and line["samples"]
        )
        return begin_s + stream_s

    def end(self) -> None:
        """End it at once: the second SIGINT does not wait for anything."""
        for _ in range(2):
            if self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.send_signal(signal.SIGINT)
                time.sleep(0.1)
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def _next(self, deadline_s: float) -> Line | None:
        try:
            line = self._lines.get(timeout=max(0.0, deadline_s - time.monotonic()))
        except queue.Empty:
            return None
        if line is None:
            return None
        self.shown.append(line)
        if line["type"] == "SealState":
            self._is(line["process"], line["pid"])
        return line

    def _is(self, name: str, pid: int) -> None:
        self.pids[name] = pid
        self.all_pids.add(pid)

    def _hear(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def _read_log(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self._log.append(line)


def _at_home(settings: config.Config) -> config.Config:
    """Return settings with which the canary's words go to no endpoint, and nothing is muted."""
    return msgspec.structs.replace(settings, reasoner=(), mute=config.Mute())


def as_toml(settings: config.Config) -> str:
    """Return a configuration as a file."""
    lines = []
    for section, values in msgspec.to_builtins(settings).items():
        is_one = isinstance(values, dict)
        for table in [values] if is_one else values:
            lines.append(f"[{section}]" if is_one else f"[[{section}]]")
            lines += [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    return "\n".join([*lines, ""])
