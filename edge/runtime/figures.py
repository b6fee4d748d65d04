"""How long do the steps take, just now and over the whole run? Durations, and when they were.

Whoever wants to know asks the run, as `offrecord status` does:
`control.ask(folder, Inquire()).figures` is a `messages.Figures`: counts of the run, and the
percentiles of the last hour, each in milliseconds. The runtime says them where it says `Airlocked`,
so while something happens, at most every two seconds (`SAID_EVERY_S`); the launcher has them ready.
No I/O in here, and no clock: a moment is an argument.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from edge.messages import StageSummary

KEPT_TIMES: Final = 4096
"""Durations of a step from which its percentiles are taken: the latest."""
LAST_S: Final = 3600.0
"""How far back figures of just now go."""
SAID_EVERY_S: Final = 2.0


@dataclass(slots=True)
class Times:
    """How long each step took, the latest times."""

    _of_step: dict[str, deque[tuple[float, float]]] = field(default_factory=dict)
    """When, in monotonic seconds, and for how many milliseconds."""

    def add(self, step: str, duration_ms: float, at_s: float) -> None:
        """Take one time."""
        self._of_step.setdefault(step, deque(maxlen=KEPT_TIMES)).append((at_s, duration_ms))

    def since(self, begin_s: float = float("-inf")) -> tuple[StageSummary, ...]:
        """Return the percentiles of each step since a moment; a step that was not taken is out."""
        found = {
            step: [duration_ms for at_s, duration_ms in times if at_s >= begin_s]
            for step, times in self._of_step.items()
        }
        return tuple(
            StageSummary(step, len(times), _rank(times, 0.5), _rank(times, 0.95))
            for step, times in found.items()
            if times
        )


def _rank(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)], 2)
