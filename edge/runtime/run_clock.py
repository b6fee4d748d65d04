"""Where does a run's time begin, for all its runtimes? Where its first one found it.

A run never outlives a boot, so the machine's own time is one for all of it. What the clock on the
wall says may have been set between two runtimes; by how much is known, and no time has passed.
"""

import contextlib
import time
import zlib
from typing import Final

from edge.reason.purse import Facts
from edge.wall_clock import WallClock, since_boot_s

RUN: Final = "run clock of"
MINUS_MACHINE: Final = "run clock minus machine_s"
ZERO: Final = "run clock zero_s"
SET_BY: Final = "run clock set by_s"


class RunClock:
    """The clock of one run, kept as facts of its notes."""

    def __init__(self, facts: Facts, run: str) -> None:
        """Go on with what an earlier runtime of this run kept."""
        self._facts = facts
        number = float(zlib.crc32(run.encode()))
        goes_on = facts.fact(RUN) == number
        self._minus_machine_s = time.time() - since_boot_s()
        self.zero_s: float | None = None
        """The wall's clock at the run's first sample, as it would be if nobody had set it."""
        self.set_by_s = 0.0
        """By how much it was set since the run began, as far as that was looked at."""
        if goes_on:
            self._minus_machine_s = facts.fact(MINUS_MACHINE)
            self.zero_s = facts.fact(ZERO) or None
            self.set_by_s = facts.fact(SET_BY)
        else:
            begun = {RUN: number, MINUS_MACHINE: self._minus_machine_s, ZERO: 0.0, SET_BY: 0.0}
            self._keep(begun)
        self._wall = WallClock(self._minus_machine_s + self.set_by_s)

    @property
    def wall_minus_monotonic_s(self) -> float:
        """As it was when the run began, but for the machine's sleep."""
        return self._minus_machine_s + since_boot_s() - time.monotonic()

    def begin(self, zero_s: float) -> None:
        """Know when the run's first sample was; the first who says so is right."""
        if self.zero_s is None:
            self.zero_s = zero_s
            self._keep({ZERO: zero_s})

    def follow(self) -> float:
        """Return by how much the clock on the wall was set since this was asked last."""
        if by_s := self._wall.set_by_s():
            self.set_by_s += by_s
            self._keep({SET_BY: self.set_by_s})
        return by_s

    def _keep(self, facts: dict[str, float]) -> None:
        with contextlib.suppress(OSError):  # the next runtime then believes the wall
            self._facts.keep_facts(facts)
