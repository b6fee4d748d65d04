"""What does a scene cost in which nothing happens?

A film of a still picture, with a camera's noise, goes through the whole sealed process tree, in
real time.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from edge import config
from edge.bench import CannotMeasure, play
from edge.bench.idle import cpu_s
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import Run
from edge.messages import SealState, Seen, Shown, SourceState
from edge.signals import Pixels

FRAMES_PER_S: Final = 2
SETTLE_S: Final = 6.0
CAMERA_NOISE: Final = 4.0
"""Grey levels."""


def core_percent(picture: Pixels, seconds: int) -> dict[str, Any]:
    """Return the share of a core, in percent, of each process while a camera shows a picture."""
    settings = config.Config()
    spent = _Spent(seconds)
    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
        film = Path(folder) / "still.avi"
        _write_film(film, picture, SETTLE_S + seconds + 1)
        source = describe("video", str(film), settings)
        play(Run(settings, [source], Path(folder) / "notes"), spent.show)
    return spent.shares()


def _write_film(path: Path, picture: Pixels, seconds: float) -> None:
    """Write a picture with a camera's noise, as a film."""
    noise = np.random.default_rng(1)
    code = cv2.VideoWriter.fourcc(*"MJPG")
    height, width, _ = picture.shape
    film = cv2.VideoWriter(str(path), code, FRAMES_PER_S, (width, height))
    for _ in range(round(seconds * FRAMES_PER_S)):
        noisy = picture + noise.normal(0, CAMERA_NOISE, picture.shape)
        film.write(np.clip(noisy, 0, 255).astype(np.uint8)[:, :, ::-1])
    film.release()


class _Spent:
    """Processor time between two moments of the film's clock."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._pids: dict[str, int] = {}
        self._first: tuple[float, dict[str, float]] | None = None
        self._last: tuple[float, dict[str, float]] | None = None
        self._sights = 0

    def show(self, message: Shown) -> None:
        """Take in what the launcher shows."""
        if isinstance(message, SealState):
            self._pids[message.process] = message.pid
        elif isinstance(message, Seen):
            self._sights += 1
        elif isinstance(message, SourceState) and message.phase == "running":
            self._at(message.samples / SAMPLE_RATE_HZ)

    def _at(self, film_s: float) -> None:
        if film_s >= SETTLE_S and not self._first:
            self._first = film_s, self._now()
        elif self._first and film_s - self._first[0] <= self._seconds:
            self._last = film_s, self._now()

    def _now(self) -> dict[str, float]:
        return {process: cpu_s(pid) for process, pid in self._pids.items()}

    def shares(self) -> dict[str, Any]:
        if not (self._first and self._last):
            raise CannotMeasure("the film ended before it was measured")
        span_s = self._last[0] - self._first[0]
        percent = {
            process: round(100 * (spent_s - self._first[1].get(process, 0.0)) / span_s, 2)
            for process, spent_s in self._last[1].items()
        }
        return {
            "seconds": round(span_s),
            "core_percent": round(sum(percent.values()), 2),
            "percent": percent,
            "sights": self._sights,
        }
