"""A run that waits for a wearable of another maker, the speech it is sent, and what it entered."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import soundfile
import soxr

from edge import scene

RATE_HZ = 16_000
WITHIN_S = 60
DEMO = scene.folder("demo")
Line = dict[str, Any]


def speech(*parts_s: tuple[float, float]) -> bytes:
    """Return parts of what the demo says, as int16 mono samples."""
    samples, rate_hz = soundfile.read(DEMO / "audio.opus", dtype="int16", always_2d=True)
    mono: bytes = soxr.resample(samples[:, 0], rate_hz, RATE_HZ).astype("<i2").tobytes()
    places = [(2 * round(begin * RATE_HZ), 2 * round(end * RATE_HZ)) for begin, end in parts_s]
    return b"".join(mono[begin:end] for begin, end in places)


def own_home(folder: Path) -> dict[str, str]:
    """Return an environment in which a run finds no configuration and no key but its own."""
    return {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


class AppRun:
    """The whole program, with what it prints."""

    def __init__(self, folder: Path, wearable: str) -> None:
        self._environment, self._data = own_home(folder), folder / "notes"
        command = [sys.executable, "-m", "edge.cli", "run", "--json", "--data", self._data]
        self._process = subprocess.Popen(
            [*command, "--wearable", wearable],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def told(self, last: str) -> str:
        """Return what a person is told, up to the line that has `last` in it."""
        assert self._process.stderr
        lines = [self._process.stderr.readline()]
        while last not in lines[-1]:
            assert lines[-1], lines
            lines.append(self._process.stderr.readline())
        return "".join(lines)

    def shown(self, *awaited: str) -> list[str]:
        """Return the lines for a screen, up to where each of the awaited has been in one."""
        assert self._process.stdout
        lines: list[str] = []
        missing = set(awaited)
        while missing:
            lines.append(self._process.stdout.readline())
            assert lines[-1], lines
            missing = {each for each in missing if each not in lines[-1]}
        return lines

    def interrupted(self) -> tuple[str, str]:
        """End it; return all that it still showed, and told."""
        self._process.send_signal(signal.SIGINT)
        return self._process.communicate(timeout=WITHIN_S)

    def left_for(self, who: str) -> list[Line]:
        """Return the ledger's rows of what went to somebody."""
        rows = subprocess.run(
            [sys.executable, "-m", "edge.cli", "ledger", "--json", "--data", self._data],
            capture_output=True,
            text=True,
            check=True,
            env=self._environment,
        ).stdout
        return [each for each in json.loads(rows)["rows"] if each["to"] == who]
