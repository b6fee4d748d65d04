"""What do the wearer's corrections change? Two things beside the weights that ship; pure.

Of each kind of sentence it is counted how often one was called meant, or not: from two one way on,
all of the kind need more, or less, to be taken. And a linear layer over a sentence's frame moves
with each correction, so that what is built alike is taken more readily, or less. Both follow from
the lessons alone: who forgets a lesson undoes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

from edge.recall import meant
from edge.recall.asking import Kind
from edge.recall.features import frame, place
from edge.recall.lesson import Lesson

PLACES: Final = 1 << 16
LEANING: Final = 2
"""From so many corrections one way, sentences of their kind need more, or less, to be taken."""
MOST_LEANING: Final = 2 * LEANING
"""So many corrections the other way undo all that was learnt of a kind."""
HELD_BACK_BY: Final = 4.0
READIER_BY: Final = 1.5
"""Log-odds that a leaning asks for, or gives."""
MOVED_TO: Final = {True: 2.0, False: -1.5}
"""Log-odds to which a correction would move its sentence: half beyond what is taken, or is not,
where nobody else is about."""
FURTHEST_MOVE: Final = 3.0
"""By so much one correction moves the sentence that it is about, at most."""
FURTHEST: Final = 6.0
"""By so much all corrections together move any sentence, at most."""


@dataclass(frozen=True, slots=True)
class Count:
    """Corrections of one kind of sentence."""

    meant: int = 0
    """Sentences that were for the companion and had not been taken."""
    not_meant: int = 0
    """Sentences that had been taken and were for somebody else."""
    leaning: int = 0
    """Above 0 towards the companion."""

    def corrected(self, *, was_meant: bool) -> "Count":
        """Return the count after one more."""
        leaning = self.leaning + (1 if was_meant else -1)
        return Count(
            self.meant + was_meant,
            self.not_meant + (not was_meant),
            max(-MOST_LEANING, min(MOST_LEANING, leaning)),
        )

    @property
    def needs(self) -> float:
        """How many log-odds more sentences of the kind need."""
        if self.leaning <= -LEANING:
            return HELD_BACK_BY
        return -READIER_BY if self.leaning >= LEANING else 0.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What all lessons together say."""

    kinds: Mapping[Kind, Count] = field(default_factory=dict)
    weights: Mapping[int, float] = field(default_factory=dict)
    """Of the places that corrections have moved."""

    def moves(self, text: str, *, follows_reply: bool) -> float:
        """Return by how many log-odds corrections have moved a sentence of no kind."""
        if not self.weights:
            return 0.0
        return self._of(places(text, follows_reply=follows_reply))

    def needs(self, kind: Kind) -> float:
        """Return how many log-odds more a sentence of a kind needs."""
        count = self.kinds.get(kind)
        return count.needs if count else 0.0

    def lesson(self, text: str, kind: Kind, *, follows_reply: bool, was_meant: bool) -> Lesson:
        """Return what a correction of a sentence teaches."""
        at = places(text, follows_reply=follows_reply)
        scored = meant.score(text, follows_reply=follows_reply) + self._of(at)
        move = MOVED_TO[was_meant] - scored
        move = (
            min(FURTHEST_MOVE, max(0.0, move)) if was_meant else max(-FURTHEST_MOVE, min(0.0, move))
        )
        return Lesson(kind, was_meant, move, tuple(sorted(at)))

    def _of(self, at: frozenset[int]) -> float:
        return sum(self.weights.get(each, 0.0) for each in at) / sqrt(len(at) or 1)


def learnt(lessons: Iterable[Lesson]) -> Learnt:
    """Return what lessons, the oldest first, teach together."""
    kinds: dict[Kind, Count] = {}
    weights: dict[int, float] = {}
    for lesson in lessons:
        if lesson.kind in _KINDS:
            kind = Kind(lesson.kind)
            kinds[kind] = kinds.get(kind, Count()).corrected(was_meant=lesson.was_meant)
        share = lesson.move / sqrt(len(lesson.places) or 1)
        for each in lesson.places:
            weights[each] = weights.get(each, 0.0) + share
    length = sqrt(sum(weight * weight for weight in weights.values()))
    if length > FURTHEST:
        weights = {each: weight * FURTHEST / length for each, weight in weights.items()}
    return Learnt(kinds, weights)


def places(text: str, *, follows_reply: bool) -> frozenset[int]:
    """Return where the features of a sentence's frame have their weights."""
    return frozenset(place(name, PLACES) for name in frame(text, follows_reply=follows_reply))


_KINDS: Final = frozenset(map(str, Kind))
