"""Does anything grow in a long day? Hours of sound, as fast as they go: what a process takes.

The scenes are heard every quarter of an hour, between them a room that is quiet, or hums. It goes
as fast as this machine understands it; the day's budgets run on the sound's clock.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import soundfile

from edge import config, scene
from edge.bench import play
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import Run
from edge.messages import ChildDied, SealState, Shown, Transcript
from edge.signals import Samples

EVERY_S: Final = 900
"""Of sound, from one scene to the next."""
LOOK_EVERY_S: Final = 0.5
HISS: Final = 3e-5
"""Of full scale: one step of 16 bits."""
WARM_SHARE, LAST_SHARE = 0.1, 0.9
"""What a process takes at first is not yet its size: it is compared from here on."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one process took at one moment."""

    rss_bytes: int
    descriptors: int
    threads: int


def measure(hours: float) -> dict[str, Any]:
    """Play so many hours; return by process how size, descriptors and threads went."""
    seen: dict[str, list[Looked]] = defaultdict(list)
    pids: dict[str, int] = {}
    heard = deaths = 0
    next_s = 0.0

    def show(message: Shown) -> None:
        nonlocal heard, deaths, next_s
        heard += isinstance(message, Transcript)
        deaths += isinstance(message, ChildDied)
        if isinstance(message, SealState):
            pids[message.process] = message.pid
        if (now_s := time.monotonic()) >= next_s:
            next_s = now_s + LOOK_EVERY_S
            for process, pid in pids.items():
                if looked := look(pid):
                    seen[process].append(looked)

    with tempfile.TemporaryDirectory(prefix="offrecord-soak-") as folder:
        sound = write(Path(folder, "day.flac"), hours)
        settings = config.Config()
        began_s = time.monotonic()
        source = describe("audio", str(sound), settings)
        summary = play(Run(settings, [source], Path(folder, "data"), fast=True), show)
        took_s = time.monotonic() - began_s
    return {
        "hours": hours,
        "times_real_time": round(hours * 3600 / took_s, 1),
        "transcripts": heard,
        "deaths": deaths,
        "counter": summary.counter if summary else "interrupted",
        "processes": [{"process": name, **_growth(looks)} for name, looks in seen.items()],
    }


def look(pid: int) -> Looked | None:
    """Return what a process takes; None when it has ended, or may not be looked at."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        descriptors = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return None
    rows = dict(line.split(":", 1) for line in status.splitlines())
    return Looked(int(rows["VmRSS"].split()[0]) * 1024, descriptors, int(rows["Threads"]))


def _growth(looks: Sequence[Looked]) -> dict[str, Any]:
    """Compare the tenth after the first with the last one."""
    tenth = max(1, round(len(looks) * WARM_SHARE))
    first, last = looks[tenth : 2 * tenth] or looks, looks[round(len(looks) * LAST_SHARE) :]
    sizes = [median(look.rss_bytes for look in part) / 1e6 for part in (first, last)]
    return {
        "rss_mb": round(sizes[1], 1),
        "grew_mb": round(sizes[1] - sizes[0], 1),
        "most_mb": round(max(look.rss_bytes for look in looks) / 1e6, 1),
        "descriptors": sorted({look.descriptors for look in (*first, *last)}),
        "threads": sorted({look.threads for look in (*first, *last)}),
        "looks": len(looks),
    }


def write(path: Path, hours: float) -> Path:
    """Write the day's sound; return where it is."""
    chance = np.random.default_rng(1)
    scenes = cycle([_spoken(name) for name in scene.names()])
    with soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, 1, "PCM_16") as file:
        for number in range(round(hours * 3600 / EVERY_S)):
            spoken = next(scenes)
            rest = np.zeros(EVERY_S * SAMPLE_RATE_HZ - len(spoken), np.float32)
            if number % 4 == 1:  # the room hisses
                rest += HISS * chance.standard_normal(len(rest), np.float32)
            file.write(spoken)
            file.write(rest)
    return path


def _spoken(name: str) -> Samples:
    source, *_ = scene.sources(scene.load(scene.folder(name)))
    samples, rate_hz = soundfile.read(source.paths[0], dtype="float32", always_2d=True)
    one: Samples = samples[:: rate_hz // SAMPLE_RATE_HZ, 0]
    return one
