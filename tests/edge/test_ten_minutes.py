"""Ten minutes of a day, as fast as they go: the counter rule holds all the time."""

import asyncio
import itertools
from pathlib import Path

import numpy as np
import soundfile

from edge import config, scene
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import ChildDied, Shown, Transcript

MINUTES = 10


def ten_minutes(path: Path) -> Path:
    """Write the scenes' sound one after the other, again and again."""
    pieces, seconds = [], 0.0
    for name in itertools.cycle(scene.names()):
        source, *_ = scene.sources(scene.load(scene.folder(name)))
        samples, rate_hz = soundfile.read(source.paths[0], dtype="float32", always_2d=True)
        pieces.append(samples[:: rate_hz // SAMPLE_RATE_HZ, 0])
        seconds += len(samples) / rate_hz
        if seconds >= MINUTES * 60:
            break
    soundfile.write(path, np.concatenate(pieces), SAMPLE_RATE_HZ)
    return path


def test_the_counter_rule_holds_for_ten_minutes(tmp_path: Path) -> None:
    settings = config.Config()
    pictures = scene.folder("street") / "pictures"
    run = Run(
        config=settings,
        sources=[
            describe("audio", str(ten_minutes(tmp_path / "day.wav")), settings),
            describe("video", str(pictures), settings),
        ],
        data=tmp_path / "data",
        fast=True,
    )
    shown: list[Shown] = []
    summary = asyncio.run(Launcher(run, shown.append).launch())
    assert summary
    assert summary.counter == "equal"
    assert summary.airlock_bytes > 0
    assert [m for m in shown if isinstance(m, ChildDied)] == []
    assert sum(isinstance(m, Transcript) for m in shown) > MINUTES * 3
