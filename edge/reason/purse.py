"""How often was each reasoner asked today, and for how much? Kept with the notes, over restarts.

A question is counted before it is put. Where it cannot be written down, this process counts on.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from edge.config import Reasoner

PER_TOKENS: Final = 1000


class Facts(Protocol):
    """Where numbers are kept (`edge/notes/`)."""

    def fact(self, name: str) -> float:
        """Return one; 0 where there is none."""

    def keep_facts(self, facts: Mapping[str, float]) -> None:
        """Keep some. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a reasoner was asked on one day, and took for it."""

    day: int
    """Of the local calendar, counted from the year 1."""
    questions: int = 0
    money: float = 0.0


class Purse:
    """The counts of all reasoners."""

    def __init__(self, facts: Facts, today: Callable[[], int]) -> None:
        self._facts, self._today = facts, today
        self._spent: dict[str, Spent] = {}

    def today(self, settings: Reasoner) -> Spent:
        """Return what a reasoner was asked so far today."""
        name, day = _name(settings), self._today()
        spent = self._spent.get(name) or Spent(
            round(self._facts.fact(f"{name} day")),
            round(self._facts.fact(f"{name} questions")),
            self._facts.fact(f"{name} money"),
        )
        return spent if spent.day == day else Spent(day)

    def is_spent(self, settings: Reasoner) -> bool:
        """Say whether it may be asked no more today."""
        most = settings.questions_a_day
        return 0 < most <= self.today(settings).questions

    def count(self, settings: Reasoner) -> None:
        """Count a question that is about to be put."""
        spent = self.today(settings)
        self._keep(settings, Spent(spent.day, spent.questions + 1, spent.money))

    def pay(self, settings: Reasoner, tokens: int) -> str:
        """Count what an answer cost, and return a sentence for the ledger."""
        price = settings.price_per_1000_tokens * tokens / PER_TOKENS
        spent = self.today(settings)
        spent = Spent(spent.day, spent.questions, spent.money + price)
        self._keep(settings, spent)
        asked = "1 question" if spent.questions == 1 else f"{spent.questions} questions"
        return f"{price:.4f} for {tokens} tokens; {spent.money:.4f} today, {asked}"

    def _keep(self, settings: Reasoner, spent: Spent) -> None:
        name = _name(settings)
        self._spent[name] = spent
        with contextlib.suppress(OSError):
            self._facts.keep_facts(
                {
                    f"{name} day": spent.day,
                    f"{name} questions": spent.questions,
                    f"{name} money": spent.money,
                }
            )


def _name(settings: Reasoner) -> str:
    return f"reasoner {settings.url} {settings.model}"
