"""When is a file's signal sent? At the stream's own pace, or as fast as it is taken.

At its own pace a chunk is sent when a microphone would have finished it, by a schedule laid down
once: a late chunk does not move the ones after it. Sound waits while the slot is full, so that
nothing is lost, and its stamps stay those of the schedule, so that the delay is seen. A picture
that finds the slot full is left out and counted: the next one is newer.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from edge.capture.outlet import Outlet
from edge.capture.report import EVERY_S, Report
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import AudioChunk, Frame, Still
from edge.slot import Signal


@dataclass(frozen=True, slots=True)
class Schedule:
    """The stream's clock stood at `start` at the moment `start_s` of `time.monotonic()`."""

    start: int
    start_s: float

    def moment_s(self, position: int) -> float:
        """Return when the stream's clock stands at a position."""
        return self.start_s + (position - self.start) / SAMPLE_RATE_HZ

    def position(self, moment_s: float) -> int:
        """Return where the stream's clock stands at a moment."""
        return self.start + int((moment_s - self.start_s) * SAMPLE_RATE_HZ)


def at_own_pace(
    signals: Iterable[Signal], outlet: Outlet, report: Report, schedule: Schedule
) -> None:
    """Send every signal when its last sample would have been heard."""
    for signal in signals:
        due_s = schedule.moment_s(_complete(signal))
        while (wait_s := due_s - time.monotonic()) > 0:
            time.sleep(min(wait_s, EVERY_S))
            now_s = min(time.monotonic(), due_s)
            report.clock(schedule.position(now_s), now_s)
        if isinstance(signal, Frame | Still):
            outlet.offer(signal)
        else:
            outlet.send(signal)
        report.clock(_complete(signal), due_s)


def in_lockstep(signals: Iterable[Signal], outlet: Outlet, report: Report) -> None:
    """Send every signal as soon as there is room for it."""
    for signal in signals:
        outlet.send(signal)
        report.clock(_complete(signal), time.monotonic())


def _complete(signal: Signal) -> int:
    return signal.end if isinstance(signal, AudioChunk) else signal.at
