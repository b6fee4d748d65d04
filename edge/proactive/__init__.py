"""Help that waits until it is wanted: what might be wanted next, and may it be offered now?

`around` folds what is going on, `promised`, `signs`, `sought` and `places` predict what may be
wanted next, `taste` is what the wearer's verdicts have taught, `gate` decides, `spoken` knows what
is said to an offer: all of them pure. `offers` and `review` read back what was offered.
`edge/runtime/offering.py` brings it to life.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from edge.recall.answer import shortened

GLANCE_CHARACTERS: Final = 90
"""Of an offer: what is read at a glance."""


class Kind(StrEnum):
    """What is offered."""

    PROMISE = "promise"
    CLOSING = "closing"
    WARNING = "warning"
    PRICE = "price"
    READING = "reading"
    ANSWER = "answer"
    REMINDER = "reminder"
    LOST = "lost"
    PLACE = "place"


NAMES: Final[Mapping[Kind, str]] = {
    Kind.PROMISE: "what you promised",
    Kind.CLOSING: "when it closes where you are",
    Kind.WARNING: "warnings beside you",
    Kind.PRICE: "what the same cost elsewhere",
    Kind.READING: "what you look at, read out",
    Kind.ANSWER: "answers to what was asked near you",
    Kind.REMINDER: "timers and reminders while you do what they are about",
    Kind.LOST: "where you put what you look for",
    Kind.PLACE: "what you noted where you are now",
}
"""What people call them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be wanted next."""

    kind: Kind
    text: str
    """One glance long."""
    score: float
    """How likely it is wanted, for somebody who has taught nothing yet; 0 to 1."""
    grounds: tuple[int, ...]
    """The notes that it rests on."""
    wanted_from_ms: int
    wanted_until_ms: int
    """After that nobody wants it any more."""
    matter: str = ""
    """What it tells, without when and by whom; empty where that is the text."""
    thing: str = ""
    """What is looked for; whoever sees it needs no telling."""
    is_beyond_sight: bool = False
    """Whether it tells more than the view that it rests on."""

    @property
    def key(self) -> str:
        """The same for what would be the same offer again."""
        return key_of(self.kind, self.grounds)

    @property
    def told(self) -> str:
        """What it tells."""
        return self.matter or self.text


def key_of(kind: Kind, grounds: tuple[int, ...]) -> str:
    """Return by what an offer is known again."""
    return f"{kind} {' '.join(map(str, sorted(grounds)))}"


def glance(lead: str, quote: str) -> str:
    """Return a text of one glance: the lead whole, of the quotation what fits."""
    plain = " ".join(quote.split())
    return f"{lead}“{shortened(plain, GLANCE_CHARACTERS - len(lead) - 2)}”"
