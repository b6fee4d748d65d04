"""Which frames never came, came late, or came twice? Exactly, by their numbers alone.

A sender gives every frame the next number, also one that it leaves out for want of credit, so that
what is missing here is missing. A number that comes after later ones was late, not lost.
"""

from typing import Final, Literal

from firmware_bridge.frames import SEQUENCES

REMEMBERED: Final = 1024
"""Numbers back; what is older than that came twice as far as anybody can tell."""

Verdict = Literal["next", "late", "twice"]


class Order:
    """Follows the numbers of one connection, which begin anew after `sequences`."""

    def __init__(self, sequences: int = SEQUENCES) -> None:
        self._sequences = sequences
        self.lost = self.late = self.twice = 0
        self._newest = -1
        """Never wrapped."""
        self._seen = 0
        """Bit n: the number n before the newest has come."""

    def take(self, sequence: int) -> Verdict:
        """Count one frame's number."""
        if self._newest < 0:
            self._newest, self._seen = sequence, 1
            return "next"
        half = self._sequences // 2
        ahead = (sequence - self._newest + half) % self._sequences - half
        if ahead > 0:
            self.lost += ahead - 1
            self._newest += ahead
            shifted = self._seen << ahead if ahead < REMEMBERED else 0
            self._seen = (shifted | 1) & ((1 << REMEMBERED) - 1)
            return "next"
        if -ahead >= REMEMBERED or self._seen >> -ahead & 1:
            self.twice += 1
            return "twice"
        self._seen |= 1 << -ahead
        self.lost = max(0, self.lost - 1)  # one before the first was never counted
        self.late += 1
        return "late"
