"""What did a phone miss that slept? Events are numbered, and kept in memory alone, within bounds.

A phone is a cursor into one list that all phones share: however slowly one reads, nothing is kept
for it. Whoever fell behind the list's beginning, or knows another telling, begins anew with the
notes. Forgetting empties the list and begins another telling. Pure: time is an argument.
"""

import secrets
from collections import deque
from dataclasses import dataclass
from typing import Final

from edge.companion.wire import Event, Item, Lapsed, spell

MOST_EVENTS: Final = 4096
MOST_CHARACTERS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Told:
    """One event, spelled once for all phones."""

    number: int
    what: str
    """Type of the item."""
    frame: str
    at_s: float
    until_s: float | None = None
    """When it is to be kept by nobody any more, by the clock that counts since boot.

    The wall's, which `at_s` is of, may be set back by a year.
    """

    def now(self, now_s: float) -> "Told":
        """Return it as it may be told now."""
        if self.until_s is None or now_s < self.until_s:
            return self
        return _told(self.number, self.at_s, Lapsed())


class Feed:
    """The events of one telling."""

    def __init__(self) -> None:
        self._begin(0)

    def _begin(self, number: int) -> None:
        self.telling = secrets.token_hex(8)
        """Its name."""
        self.next = number
        """The number of the next event."""
        self._told: deque[Told] = deque()
        self._characters = 0

    def tell(self, item: Item, at_s: float, until_s: float | None = None) -> None:
        """Add an event of a moment of the wall's clock, which is to be kept until `until_s`."""
        told = _told(self.next, at_s, item, until_s)
        self.next += 1
        self._told.append(told)
        self._characters += len(told.frame)
        while len(self._told) > MOST_EVENTS or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._told.popleft().frame)

    def lapse(self, now_s: float) -> None:
        """Keep no longer what was to be kept only for a while."""
        self._told = deque(told.now(now_s) for told in self._told)
        self._characters = sum(len(told.frame) for told in self._told)

    def begin_anew(self) -> None:
        """Keep nothing of what was told: some of it was forgotten."""
        self._begin(self.next)

    def reaches_back_to(self, number: int) -> bool:
        """Say whether everything from this number on is still there."""
        return self.next - len(self._told) <= number <= self.next

    def at(self, number: int) -> Told | None:
        """Return the event of a number; None where it has not happened yet."""
        if number >= self.next:
            return None
        return self._told[number - self.next]


def _told(number: int, at_s: float, item: Item, until_s: float | None = None) -> Told:
    return Told(number, type(item).__name__, spell(Event(number, at_s, item)), at_s, until_s)
