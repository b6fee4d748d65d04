"""How did the help go: promises kept and open, offers taken and declined, attention spent? Pure.

Everything is read out of the notes, so it says no more than what is still remembered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.evidence import Note
from edge.proactive import Kind
from edge.proactive.offers import Offered, day_of
from edge.proactive.taste import Verdict
from edge.promises import Promise, promises

OWN: Final = frozenset({"wearer", ""})


@dataclass(frozen=True, slots=True)
class Spent:
    """What one day's offers took."""

    day: str
    offers: int
    attention_s: float


@dataclass(frozen=True, slots=True)
class Review:
    """What became of promises and offers in a stretch of time."""

    kept: tuple[Promise, ...]
    late: tuple[Promise, ...]
    still_open: tuple[Promise, ...]
    offers: tuple[Offered, ...]
    days: tuple[Spent, ...]
    """Those with offers, the oldest first."""
    budget_s: int
    """Of attention, a day."""

    def counts(self) -> dict[Kind, Counter[Verdict]]:
        """Return what became of the offers, by kind."""
        found: dict[Kind, Counter[Verdict]] = {}
        for each in self.offers:
            found.setdefault(each.kind, Counter())[each.verdict] += 1
        return found


def review(notes: Sequence[Note], offers: Sequence[Offered], now_s: float, budget_s: int) -> Review:
    """Return the review of some notes, and of the offers among them."""
    own = [promise for promise in promises(notes) if promise.who in OWN]
    of = {state: tuple(p for p in own if p.state(now_s) == state) for state in ("kept", "late")}
    days: dict[str, list[Offered]] = {}
    for each in offers:
        days.setdefault(day_of(each.note.at_wall_s), []).append(each)
    return Review(
        of["kept"],
        of["late"],
        tuple(promise for promise in own if promise.state(now_s) == "open"),
        tuple(offers),
        tuple(
            Spent(day, len(made), sum(each.attention_s for each in made))
            for day, made in sorted(days.items())
        ),
        budget_s,
    )
