"""May this packet come in? The runtime's side of the airlock: ledger first, then the checks.

A packet is entered in the ledger before anything else is done with it. One that breaks the
airlock's rules (not on the list, over a cap, faster than the budget) makes the chamber a stranger:
its packets are counted and thrown away until the launcher says that it was replaced, and until
the new one has introduced itself.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Final

from edge import airlock, config
from edge.ledger import Leaving, readable
from edge.messages import Dying, Hello, Leaves, Transcript, Unclear

BURSTS_FORGIVEN: Final = 1
"""Two clocks judge the same bytes, a status line apart: a second burst is no violation."""


class Trust(Enum):
    """What is believed of the chamber."""

    EXPECTED = auto()
    """It has not introduced itself: only its `Hello` counts."""
    KNOWN = auto()
    REFUSED = auto()
    """It broke the rules and is to be replaced."""
    REPLACED = auto()
    """What the last one left in the pipe may still come, before the next one's `Hello`."""


Enter = Callable[[Leaving], None]
"""Enters in the ledger what left the chamber."""


class Border:
    """Judge of every packet of one chamber after the other."""

    def __init__(self, limits: config.Airlock, enter: Enter, spent_bytes: int = 0) -> None:
        full = airlock.Budget.full(limits.rate_bytes_s, limits.burst_bytes, limits.day_bytes)
        self.budget = replace(full, spent_bytes=spent_bytes)
        self.trust = Trust.EXPECTED
        self._enter = enter
        self._is_replaced = False

    def expect_another(self) -> None:
        """Believe the next chamber, from its `Hello` on: the launcher has ended the last one.

        What an honest one left in the pipe is still taken.
        """
        self._is_replaced = True
        if self.trust is Trust.REFUSED:
            self.trust = Trust.REPLACED

    def admit(self, packet: bytes, clock_s: float) -> Leaves | None:
        """Enter a packet and return its message; None where nothing is to be done with it.

        `clock_s` is the budget's clock. Raises airlock.Violation once a chamber.
        """
        self.budget = self.budget.spend(len(packet), clock_s)
        message, complaint = _decoded(packet)
        if message is None:
            why = "refused: not a message; its content is not kept"
            self._enter(Leaving("Violation", len(packet), why))
        else:
            what = type(message).__name__
            text, at_ms = readable(message), _moment_ms(message)
            self._enter(Leaving(what, len(packet), "observation", text, at_ms=at_ms))
        is_hello = isinstance(message, Hello)
        if self._is_replaced and is_hello:
            self._is_replaced, self.trust = False, Trust.EXPECTED
            self.budget = replace(self.budget, tokens=float(self.budget.burst_bytes))
        if self.trust in {Trust.REFUSED, Trust.REPLACED}:
            return None
        if self.budget.tokens < -self.budget.burst_bytes * BURSTS_FORGIVEN:
            complaint = "more bytes than the airlock's rate allows"
        if complaint:
            self.trust = Trust.REFUSED
            raise airlock.Violation(complaint)
        if is_hello:
            self.trust = Trust.KNOWN
        return message if self.trust is Trust.KNOWN else None


def _moment_ms(message: Leaves) -> int:
    match message:
        case Transcript() | Unclear():
            return message.end_ms
        case Hello() | Dying():
            return 0
        case _:
            return message.at_ms


def _decoded(packet: bytes) -> tuple[Leaves | None, str]:
    try:
        return airlock.decode_leaving(packet), ""
    except airlock.Violation as error:
        return None, str(error)
