"""A run that is worn: an emulated wearable speaks to it all the time, whatever happens to it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import soundfile
import soxr

from edge import scene
from firmware_bridge.emulator import Firmware, Media, Turned, carry

SECONDS = 7
RATE_HZ = 16_000
QUIET_S = 1.5
Line = dict[str, Any]


def sentence() -> Media:
    """Return the first sentence of the demo, and silence behind it."""
    samples, rate_hz = soundfile.read(
        scene.folder("demo") / "audio.opus", dtype="int16", always_2d=True
    )
    mono = soxr.resample(samples[:, 0], rate_hz, RATE_HZ)[: SECONDS * RATE_HZ]
    return Media(mono.astype("<i2").tobytes() + bytes(int(2 * QUIET_S * RATE_HZ)))


class Worn:
    """`offrecord run --wearable`, and who wears it."""

    def __init__(self, data: Path, within: Sequence[str] = ()) -> None:
        self.lines: list[Line] = []
        self._more = threading.Condition()
        self._is_worn = True
        command = [sys.executable, "-m", "edge.cli", "run", "--wearable", "0", "--json"]
        self.process = subprocess.Popen(
            [*within, *command, "--data", data],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_DATA_HOME": str(data)},
        )
        assert self.process.stderr
        told = ""
        while " with the token " not in told:
            told = self.process.stderr.readline()
            assert told, "the run has ended"
        self._address, token = re.findall(r"(ws://\S+) with the token (\w+)", told)[0]
        self._token = bytes.fromhex(token)
        self._works = [threading.Thread(target=work) for work in (self._read, self._speak)]
        for each in self._works:
            each.start()

    def pid(self, process: str) -> int:
        """Return who is this process now."""
        sealed = [e for e in self.lines if e["type"] == "SealState" and e["process"] == process]
        return int(sealed[-1]["pid"])

    def until(self, kind: str, after: int = 0, within_s: float = 60.0, **like: object) -> int:
        """Wait for a line behind the first `after`; return how many lines there are up to it."""
        deadline_s = time.monotonic() + within_s
        with self._more:
            while True:
                for number, line in enumerate(self.lines[after:], start=after + 1):
                    if line["type"] == kind and line.items() >= like.items():
                        return number
                left_s = deadline_s - time.monotonic()
                assert left_s > 0, f"no {kind} {like} in {within_s} s: {self.lines[after:]}"
                self._more.wait(left_s)

    def end(self) -> Line:
        """Take it off and end it; return the summary."""
        self._is_worn = False
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        self.until("Summary", within_s=10)
        return self.lines[-1]

    def close(self) -> None:
        """Leave nothing of it, however it ended."""
        self._is_worn = False
        self.process.kill()
        self.process.wait()
        for each in self._works:
            each.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()

    def _read(self) -> None:
        assert self.process.stdout
        for text in self.process.stdout:
            with self._more:
                self.lines.append(json.loads(text))
                self._more.notify_all()

    def _speak(self) -> None:
        while self._is_worn:
            # The bridge may be dead, or being born: a wearable tries again.
            with contextlib.suppress(aiohttp.ClientError, OSError, Turned, asyncio.TimeoutError):
                asyncio.run(carry(self._address, Firmware(self._token), sentence()))
            time.sleep(0.2)


@contextlib.contextmanager
def worn(data: Path, within: Sequence[str] = ()) -> Iterator[Worn]:
    """Yield one whose first sentence has been understood; `within` is what starts its command."""
    running = Worn(data, within)
    try:
        running.until("Transcript")
        yield running
    finally:
        running.close()
