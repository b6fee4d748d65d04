"""What have the wearer's verdicts taught about which offers they want?

Two things, and nothing else: of each kind how often it was wanted (a Beta distribution's counts),
and where in the space of matters the wanted offers lie and the unwanted ones (two centroids). Both
are made anew of the offers that are still remembered: what is forgotten teaches no more.

A matter is placed by what its grounds mean, where the mind has told it, or else by its words, each
hashed to one of `PLACES`: no word can be read out of that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from math import exp, log, sqrt
from typing import Final, Literal
from zlib import crc32

from edge.proactive import Candidate, Kind
from edge.recall.words import best_match, content
from edge.search.meaning import BITS

PLACES: Final = 1024
Vector = Mapping[int, float]
"""A direction: its numbers squared add up to 1, but where it is a centroid."""
Space = Literal["meaning", "words"]
PRIOR_WANTED, PRIOR_UNWANTED = 1.5, 0.75
"""What counts before anything was taught: rules offer what most people want two times of three."""
IGNORED: Final = 0.5
"""An offer that was passed over counts half as much as one that was refused."""
MATTER: Final = 1.0
"""Log-odds that the matter alone may add or take."""
AIM: Final = 0.8
"""Log-odds for what serves an aim that the wearer has stated."""
ABOUT: Final[Mapping[Kind, str]] = {
    Kind.PROMISE: "promise word reliable people",
    Kind.CLOSING: "time shop punctual",
    Kind.WARNING: "safe care accident",
    Kind.PRICE: "money price spend save cost cheap buy",
    Kind.READING: "read see",
    Kind.ANSWER: "answer know",
    Kind.REMINDER: "time remind punctual",
    Kind.LOST: "lose find tidy order",
    Kind.PLACE: "note remember",
}
"""Words by which a kind may serve an aim."""


class Verdict(IntEnum):
    """What became of an offer; the numbers stand in the notes."""

    OPEN = 0
    ACCEPTED = 1
    DISMISSED = 2
    IGNORED = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """An offer and what became of it."""

    kind: Kind
    verdict: Verdict
    places: Mapping[Space, Vector]
    """Where its matter lies, in each space in which that is known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How often a kind was wanted."""

    yes: float = 0.0
    no: float = 0.0

    @property
    def moved(self) -> float:
        """What it adds to the log-odds."""
        before = log(PRIOR_WANTED / PRIOR_UNWANTED)
        return log((self.yes + PRIOR_WANTED) / (self.no + PRIOR_UNWANTED)) - before


@dataclass(frozen=True, slots=True)
class Taste:
    """All that was learnt."""

    kinds: Mapping[Kind, Wanted] = field(default_factory=dict)
    wanted: Mapping[Space, Vector] = field(default_factory=dict)
    """The centroid of what was accepted."""
    unwanted: Mapping[Space, Vector] = field(default_factory=dict)
    aims: tuple[str, ...] = ()
    stopped: frozenset[Kind] = frozenset()
    """What the wearer never wants."""

    def probability(self, candidate: Candidate, places: Mapping[Space, Vector]) -> float:
        """Return how likely a candidate is wanted, by this wearer."""
        if candidate.kind in self.stopped:
            return 0.0
        odds = log(candidate.score / (1 - candidate.score))
        odds += self.kinds.get(candidate.kind, Wanted()).moved
        odds += MATTER * self._leaning(places) + AIM * self._serves(candidate)
        return 1 / (1 + exp(-odds))

    def _leaning(self, places: Mapping[Space, Vector]) -> float:
        """Say whether a matter is more like the wanted or the unwanted ones: 1 to -1."""
        for space in ("meaning", "words"):
            if space in places and (space in self.wanted or space in self.unwanted):
                likes = cosine(places[space], self.wanted.get(space, {}))
                return likes - cosine(places[space], self.unwanted.get(space, {}))
        return 0.0

    def _serves(self, candidate: Candidate) -> float:
        """Return how much a candidate has to do with the aim that it serves best."""
        about = content(f"{candidate.text} {ABOUT[candidate.kind]}")
        best = 0.0
        for aim in self.aims:
            words = content(aim)
            hits = sum(best_match(word, about) for word in words)
            best = max(best, min(1.0, hits / 2) if words else 0.0)
        return best


def learn(
    judged: Iterable[Judged], aims: tuple[str, ...] = (), stopped: Iterable[Kind] = ()
) -> Taste:
    """Return what verdicts teach."""
    kinds: dict[Kind, Wanted] = {}
    sums: dict[bool, dict[Space, dict[int, float]]] = {True: {}, False: {}}
    counts: dict[tuple[bool, Space], float] = {}
    for each in judged:
        if each.verdict is Verdict.OPEN:
            continue
        weight = IGNORED if each.verdict is Verdict.IGNORED else 1.0
        is_wanted = each.verdict is Verdict.ACCEPTED
        had = kinds.get(each.kind, Wanted())
        kinds[each.kind] = Wanted(had.yes + weight * is_wanted, had.no + weight * (not is_wanted))
        for space, vector in each.places.items():
            total = sums[is_wanted].setdefault(space, {})
            counts[is_wanted, space] = counts.get((is_wanted, space), 0.0) + weight
            for place, value in vector.items():
                total[place] = total.get(place, 0.0) + weight * value
    centroids = {
        side: {
            space: {place: value / counts[side, space] for place, value in total.items()}
            for space, total in of_side.items()
        }
        for side, of_side in sums.items()
    }
    return Taste(kinds, centroids[True], centroids[False], aims, frozenset(stopped))


def by_words(text: str) -> Vector:
    """Place a text by its words and pairs of words."""
    words = content(text)
    names = [*words, *(f"{one} {other}" for one, other in pairwise(words))]
    counts: dict[int, float] = {}
    for name in names:
        place = crc32(name.encode()) % PLACES
        counts[place] = counts.get(place, 0.0) + 1.0
    return _unit(counts)


def by_meaning(wholes: Iterable[bytes]) -> Vector:
    """Place what means, as a whole, these signs of embeddings; nothing where there are none."""
    counts: dict[int, float] = {}
    for whole in wholes:
        signs = int.from_bytes(whole)
        for place in range(BITS):
            counts[place] = counts.get(place, 0.0) + (1.0 if signs >> place & 1 else -1.0)
    return _unit(counts)


def cosine(one: Vector, other: Vector) -> float:
    """Return how alike two directions are; 0 where there is none."""
    length = sqrt(sum(value * value for value in one.values()))
    length *= sqrt(sum(value * value for value in other.values()))
    if not length:
        return 0.0
    return sum(value * other.get(place, 0.0) for place, value in one.items()) / length


def _unit(counts: Mapping[int, float]) -> Vector:
    length = sqrt(sum(value * value for value in counts.values()))
    return {place: value / length for place, value in counts.items() if value} if length else {}
