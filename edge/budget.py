"""How much may still leave the chamber, and what stays inside first? Pure: time is an argument.

Both sides of the airlock keep a `Budget`: the chamber to stay within it, the receiver to see
whether it did. It thins out before it stops:

| spent                   | passes                                                         |
|-------------------------|----------------------------------------------------------------|
| 80 % of burst or day    | speech; of all else one in four                                |
| 95 % of the burst       | speech                                                         |
| all of the burst        | nothing, until time has refilled it                            |
| all of the day          | speech, of which the receiver keeps requests to the companion  |

How a chamber begins and ends always passes, and the voice that was asked for: it is said once.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, Self

from edge.messages import Dying, Ended, Hello, Leaves, Transcript, VoiceProfile

THINS_FROM: Final = 0.8
ONE_IN: Final = 4
FOR_SPEECH_ALONE: Final = 0.95
DAY_S: Final = 86_400
"""A day of a file's own clock; a device's ends at local midnight."""
ALWAYS: Final = (Hello, Ended, Dying, VoiceProfile)


@dataclass(frozen=True, slots=True)
class Budget:
    """A token bucket over a clock, and a total for the day. `spend` returns the next one."""

    rate_bytes_s: float
    burst_bytes: int
    day_bytes: int
    tokens: float
    at_s: float = 0.0
    spent_bytes: int = 0
    """Of the day."""

    @classmethod
    def full(cls, rate_bytes_s: float, burst_bytes: int, day_bytes: int) -> Self:
        """Return a budget of which nothing is spent."""
        return cls(rate_bytes_s, burst_bytes, day_bytes, float(burst_bytes))

    def spend(self, packet_bytes: int, now_s: float) -> Self:
        """Return the budget after a packet; `now_s` is any clock that does not run backwards."""
        elapsed_s = max(0.0, now_s - self.at_s)
        refilled = min(float(self.burst_bytes), self.tokens + elapsed_s * self.rate_bytes_s)
        return replace(
            self,
            tokens=refilled - packet_bytes,
            at_s=max(self.at_s, now_s),
            spent_bytes=self.spent_bytes + packet_bytes,
        )

    def of_day(self, spent_bytes: int) -> Self:
        """Return the budget of a day of which so much is spent."""
        return replace(self, spent_bytes=spent_bytes)

    @property
    def day_left_bytes(self) -> int:
        """What may still leave today."""
        return max(0, self.day_bytes - self.spent_bytes)

    @property
    def burst_share(self) -> float:
        """0 nothing spent of what may leave at once, 1 all of it; more is a violation."""
        return 1 - self.tokens / self.burst_bytes

    @property
    def day_share(self) -> float:
        """0 nothing spent of the day, 1 all of it."""
        return self.spent_bytes / self.day_bytes


class Spent(Enum):
    """How much of a day's budget is gone."""

    LITTLE = auto()
    MUCH = auto()
    ALL = auto()


def spent(share: float) -> Spent:
    """Return what a share of the budget means."""
    if share >= 1:
        return Spent.ALL
    return Spent.MUCH if share >= THINS_FROM else Spent.LITTLE


def passes(kind: type[Leaves], after: Budget, nth: int) -> bool:
    """Say whether the `nth` message of its kind may leave, given the budget after it."""
    if kind in ALWAYS:
        return True
    if after.burst_share > 1:
        return False
    if kind is Transcript:
        return True
    if after.day_share > 1 or after.burst_share > FOR_SPEECH_ALONE:
        return False
    return max(after.burst_share, after.day_share) < THINS_FROM or nth % ONE_IN == 0
