"""How soon after `offrecord mute` is nothing heard or seen any more?

A run on sound and pictures at their own pace is muted and unmuted many times over its control
socket. A process is gone when its pidfd says so: the kernel closes all its descriptors before.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import soundfile

from edge import control, scene
from edge.bench import CannotMeasure
from edge.messages import Inquire, Mute, Standing, Unmute

ROUND_S: Final = 30.0
"""More than a round takes; the sound is so long for each, so that it never ends before."""
UP_WITHIN_S: Final = 60.0
LOOK_EVERY_S: Final = 0.1
SENSING_S: Final = 1.0
"""It hears and sees for so long before it is muted."""
GONE_WITHIN_S: Final = 10.0
KINDS: Final = 2
"""Sound and pictures."""


@dataclass(frozen=True, slots=True)
class Off:
    """How long it took, in milliseconds from the request."""

    times: int
    closed_p50_ms: float
    """Until every process that held a device or a file was gone."""
    closed_max_ms: float
    answered_p50_ms: float
    """Until the command had its answer, the state on the disk."""
    answered_max_ms: float


def measure(times: int) -> dict[str, Any]:
    """Mute and unmute a run so many times. Raises CannotMeasure."""
    if times < 1:
        raise CannotMeasure("a bench of nothing measures nothing: --times 1 or more")
    closed_ms: list[float] = []
    answered_ms: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="offrecord-bench-") as name,
        _running(Path(name), times) as running,
    ):
        folder = Path(name)
        for _ in range(times):
            sources = _sources(folder, running)
            time.sleep(SENSING_S)
            closed, answered = _mute(folder, sources)
            closed_ms.append(closed)
            answered_ms.append(answered)
            _ask(folder, Unmute())
    return asdict(
        Off(
            times,
            round(median(closed_ms), 1),
            round(max(closed_ms), 1),
            round(median(answered_ms), 1),
            round(max(answered_ms), 1),
        )
    )


@contextmanager
def _running(folder: Path, times: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run on the demo's sound, over and over, and its pictures."""
    demo = scene.load(scene.folder("demo"))
    samples, rate_hz = soundfile.read(demo.audio, dtype="int16")
    repeats = int(times * ROUND_S * rate_hz / len(samples)) + 1
    sound = folder / "sound.wav"
    soundfile.write(sound, np.tile(samples, repeats), rate_hz)
    picture_s = str(times * ROUND_S)  # as long as the sound
    command = [sys.executable, "-m", "edge.cli", "run", "--data", folder, "--json"]
    command += ["--audio", sound, "--video", demo.pictures, "--picture-s", picture_s]
    running = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [str(word) for word in command],
        bufsize=0,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with running:
        assert running.stdout
        os.set_blocking(running.stdout.fileno(), False)
        try:
            yield running
        finally:
            running.kill()  # its processes end with it: their pipes close


def _sources(folder: Path, running: subprocess.Popen[bytes]) -> list[int]:
    """Return the ids of the processes that hear and see, once all of them do."""
    assert running.stdout
    told, sensing = b"", set[str]()
    give_up_s = time.monotonic() + UP_WITHIN_S
    while running.poll() is None and time.monotonic() < give_up_s:
        *lines, told = (told + (running.stdout.read() or b"")).split(b"\n")
        for line in map(json.loads, lines):
            if line["type"] == "SourceState" and line["phase"] == "running":
                sensing.add(line["kind"])
        standing = control.ask(folder, Inquire()) if len(sensing) == KINDS else None
        if standing:
            return [p.pid for p in standing.processes if p.profile in control.HOLD_DEVICES]
        time.sleep(LOOK_EVERY_S)
    raise CannotMeasure("the run ended, or did not begin to hear and see again")


def _mute(folder: Path, pids: Sequence[int]) -> tuple[float, float]:
    """Mute; return after how many milliseconds these were gone, and the answer there."""
    pidfds = [os.pidfd_open(pid) for pid in pids]
    gone_s: list[float] = []
    watcher = threading.Thread(target=_watch, args=(pidfds, gone_s))
    watcher.start()
    asked_s = time.monotonic()
    _ask(folder, Mute())
    answered_s = time.monotonic()
    watcher.join()
    for pidfd in pidfds:
        os.close(pidfd)
    if len(gone_s) < len(pids):
        raise CannotMeasure(f"a source was still there {GONE_WITHIN_S:.0f} s after the mute")
    return 1000 * (max(gone_s) - asked_s), 1000 * (answered_s - asked_s)


def _watch(pidfds: Sequence[int], gone_s: list[float]) -> None:
    """Note the moment at which each process is gone."""
    left = set(pidfds)
    while left:
        gone = select.select(left, [], [], GONE_WITHIN_S)[0]
        gone_s += [time.monotonic()] * len(gone)
        left -= set(gone) if gone else left


def _ask(folder: Path, message: Mute | Unmute) -> Standing:
    standing = control.ask(folder, message)
    if standing is None or standing.mute.muted != isinstance(message, Mute):
        raise CannotMeasure("the run did not do what it was asked")
    return standing
