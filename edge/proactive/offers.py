"""What was offered, what became of it, and how much attention did it take? Read out of the notes.

An offer is a `told` note whose source names its kind and which rests on its grounds: who forgets
those, forgets the offer, and what it has taught with it. What became of it is a number beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from edge.evidence import OFFER, Note
from edge.messages import OfferVerdict
from edge.notes.forgetting import END_S
from edge.notes.reading import Reading
from edge.proactive import Kind, key_of
from edge.proactive.gate import attention_s
from edge.proactive.taste import Judged, Space, Taste, Vector, Verdict, by_meaning, by_words, learn

STOPPED: Final = "offers stopped: "
"""Before a kind, in the name of the moment since when it is not wanted; 0 where it is."""
SINCE: Final = "offers judged since"
"""The name of the moment before which no verdict teaches any more."""


VERDICTS: Final[Mapping[OfferVerdict, Verdict]] = {
    "accept": Verdict.ACCEPTED,
    "dismiss": Verdict.DISMISSED,
    "stop": Verdict.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer that was made."""

    note: Note
    kind: Kind
    verdict: Verdict

    @property
    def key(self) -> str:
        """By which it is known again."""
        return key_of(self.kind, self.note.rests_on)

    @property
    def attention_s(self) -> float:
        """How long it took to read."""
        return attention_s(self.note.text)


def source_of(kind: Kind) -> str:
    """Return the source of an offer's note."""
    return f"{OFFER}{kind}"


def offered(reading: Reading, since_s: float = 0.0) -> list[Offered]:
    """Return the offers of the notes, the oldest first."""
    known = {source_of(kind): kind for kind in Kind}
    verdicts = reading.verdicts()
    return [
        Offered(
            reading.with_grounds(note),
            known[note.source],
            Verdict(verdicts.get(note.id, Verdict.OPEN)),
        )
        for note in reading.between(since_s, END_S, ("told",))
        if note.source in known
    ]


def stopped(reading: Reading) -> frozenset[Kind]:
    """Return what the wearer never wants."""
    return frozenset(kind for kind in Kind if reading.fact(f"{STOPPED}{kind}"))


def forgotten_lessons(now_s: float) -> dict[str, float]:
    """Return the moments to keep, so that nothing judged or stopped before counts any more."""
    return {SINCE: now_s} | {f"{STOPPED}{kind}": 0.0 for kind in Kind}


def judged(reading: Reading, made: Iterable[Offered]) -> list[Judged]:
    """Return what teaches: each offer that was judged since everything was last reset."""
    since_s = reading.fact(SINCE)
    found = [
        each for each in made if each.verdict is not Verdict.OPEN and each.note.at_wall_s >= since_s
    ]
    return [
        Judged(each.kind, each.verdict, places(reading, each.note.text, each.note.rests_on))
        for each in found
    ]


def places(reading: Reading, text: str, grounds: Iterable[int]) -> dict[Space, Vector]:
    """Return where the matter of an offer lies."""
    found: dict[Space, Vector] = {"words": by_words(text)}
    if wholes := reading.wholes(grounds):
        found["meaning"] = by_meaning(wholes)
    return found


def taste(reading: Reading, made: Iterable[Offered], aims: tuple[str, ...]) -> Taste:
    """Return all that was learnt."""
    return learn(judged(reading, made), aims, stopped(reading))


def spent_s(made: Iterable[Offered], now_s: float) -> float:
    """Return the attention that the offers of a moment's day have taken."""
    day = day_of(now_s)
    return sum(each.attention_s for each in made if day_of(each.note.at_wall_s) == day)


def day_of(moment_s: float) -> str:
    """Return the day of a moment, by the device's clock."""
    return datetime.fromtimestamp(moment_s, UTC).astimezone().strftime("%Y-%m-%d")
