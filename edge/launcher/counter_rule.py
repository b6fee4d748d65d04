"""Did all that the chamber wrote go into the ledger? Watched all the time, by the kernel's count.

Bytes that the chambers wrote since they greeted = bytes in the ledger + bytes that still wait in
the pipe. A byte that went anywhere else shows within a second, whatever it was and wherever it
went, and the chamber is ended.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge.airlock_pipe import AirlockPipe, Sample

LOOK_EVERY_S: Final = 0.2
"""How often the kernel's count is looked at."""
LOOK_AGAIN_S: Final = 0.05
"""And how often once it does not agree."""
GRACE_S: Final = 0.6
LEAST_LOOKS: Final = 8
"""A packet may be on its way from the pipe to the ledger at every single look, but not at all of
these: then bytes went somewhere else."""


@dataclass(frozen=True, slots=True)
class CounterRule:
    """How the rule has stood so far. Pure: `judge` returns the next state."""

    agreed_bytes: int = 0
    """What was written when ledger and kernel last agreed."""
    disagrees_since_s: float | None = None
    looks: int = 0
    """How often in a row they did not."""

    def judge(self, sample: Sample, entered_bytes: int, now_s: float) -> "CounterRule":
        """Return the state after one look; `now_s` is any clock that does not run backwards."""
        if sample.read_bytes == entered_bytes:
            return CounterRule(sample.written_bytes)
        since_s = now_s if self.disagrees_since_s is None else self.disagrees_since_s
        return CounterRule(self.agreed_bytes, since_s, self.looks + 1)

    def is_broken(self, now_s: float) -> bool:
        """Say whether bytes left that are in no ledger."""
        since_s = self.disagrees_since_s
        return since_s is not None and now_s - since_s >= GRACE_S and self.looks >= LEAST_LOOKS


class CounterWatch:
    """The rule over one run's airlock. What is entered, the runtime is asked."""

    def __init__(
        self, airlock: AirlockPipe, ask: Callable[[], None], leaked: Callable[[int], None]
    ) -> None:
        """Watch an airlock; `ask` has `judge` called soon, `leaked` ends a chamber."""
        self._airlock, self._ask, self._leaked = airlock, ask, leaked
        self._rule = CounterRule()

    def look(self) -> None:
        """Ask for the ledger's count whenever the kernel's has moved; for ever."""
        disagrees = self._rule.disagrees_since_s is not None
        if self._airlock.has_writer:
            with contextlib.suppress(OSError):  # it has just died, which is another matter
                if disagrees or self._airlock.written_bytes() != self._rule.agreed_bytes:
                    self._ask()
        wait_s = LOOK_AGAIN_S if disagrees else LOOK_EVERY_S
        asyncio.get_running_loop().call_later(wait_s, self.look)

    def judge(self, entered_bytes: int) -> None:
        """Compare with what the ledger holds."""
        if not self._airlock.has_writer:
            return
        with contextlib.suppress(OSError):  # as above
            sample, now_s = self._airlock.sample(), time.monotonic()
            self._rule = self._rule.judge(sample, entered_bytes, now_s)
            if self._rule.is_broken(now_s):
                self._rule = CounterRule()
                self._airlock.leaked()
                self._leaked(sample.read_bytes - entered_bytes)
