"""How is the source? One JSON line per `SourceState` on the status pipe.

A line goes out with every change of phase, and while it runs after every second of wall time or
of the stream's clock, whichever comes first: a file that plays faster than life is told by its
own clock.
"""

import os
import time
from typing import Final

import msgspec

from edge.capture.outlet import Outlet
from edge.capture.sources import shorten
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import LINE_CHARACTERS, SourceKind, SourcePhase, SourceState

EVERY_S: Final = 1.0


class Report:
    """Where the stream's clock stands, and when that was last told."""

    def __init__(self, kind: SourceKind, outlet: Outlet, *, status_fd: int) -> None:
        self.device = ""
        self.live = False
        self._kind: SourceKind = kind
        self._outlet = outlet
        self._status_fd = status_fd
        self._samples = 0
        self._monotonic_s = time.monotonic()
        self._told_s = float("-inf")
        self._told_samples = 0

    def begin(self, samples: int) -> None:
        """Note where the stream's clock begins: it never goes back, even if nothing ever comes."""
        self._samples, self._told_samples = samples, samples

    def clock(self, samples: int, monotonic_s: float) -> None:
        """Note that the stream's clock stood at `samples` at that moment; tell it if it is time."""
        self._samples, self._monotonic_s = samples, monotonic_s
        if (
            time.monotonic() - self._told_s >= EVERY_S
            or samples - self._told_samples >= EVERY_S * SAMPLE_RATE_HZ
        ):
            self.tell("running")

    def tell(self, phase: SourcePhase, detail: str = "") -> None:
        """Send the state as it is now."""
        state = SourceState(
            kind=self._kind,
            phase=phase,
            device=shorten(self.device, LINE_CHARACTERS),
            samples=self._samples,
            raw_bytes=self._outlet.raw_bytes,
            dropped=self._outlet.dropped,
            monotonic_s=self._monotonic_s,
            live=self.live,
            detail=shorten(detail, LINE_CHARACTERS),
        )
        os.write(self._status_fd, msgspec.json.encode(state) + b"\n")
        if phase == "running":
            self._told_s, self._told_samples = time.monotonic(), self._samples
