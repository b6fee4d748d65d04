"""What does a question look for? Its words with their weights, a person, a stretch of time. Pure.

A word weighs more the fewer notes have it. With the mind each piece of the question is compared by
meaning and weighs as much as its word; without, only words are, in all their spellings.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from edge.evidence import Note
from edge.recall.words import content, spellings, tokens
from edge.search.meaning import Meaning

GRAMMAR: Final = 1.0
"""The weight of a piece that is mere grammar: it says how a sentence is built, which tells too."""
MOST_PIECES: Final = 10
"""Of a question: each is compared with every word of hundreds of notes."""
_NOBODY: Final = frozenset({"", "wearer", "other", "companion"})
"""Of whom no name is known."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as the mind's model reads it."""

    meaning: Meaning
    words: tuple[str, ...]
    """For each piece of the meaning the word that it is of."""


def terms(question: str) -> dict[str, tuple[str, ...]]:
    """Return the words of a question that are more than grammar, each with its spellings."""
    found = [word for word in tokens(question) if content(word)]
    return {word: tuple(spellings(word)) for word in dict.fromkeys(found)}


def rarity(notes: int, having: int) -> float:
    """Return the weight of a word that so many of all notes have."""
    return log(1 + (notes - having + 0.5) / (having + 0.5))


def weights(words: Sequence[str], rarities: Mapping[str, float]) -> list[float]:
    """Return the weights of the pieces that are of these words; they add up to 1."""
    highest = max(rarities.values(), default=1.0)
    found = [rarities.get(word, highest if content(word) else GRAMMAR) for word in words]
    return [weight / (sum(found) or 1.0) for weight in found]


def gist(understood: Understood, rarities: Mapping[str, float]) -> Understood:
    """Return a question without its lightest pieces, where it has very many."""
    heavy = weights(understood.words, rarities)
    places = sorted(range(len(heavy)), key=heavy.__getitem__, reverse=True)[:MOST_PIECES]
    places.sort()
    pieces = tuple(understood.meaning.pieces[place] for place in places)
    words = tuple(understood.words[place] for place in places)
    return Understood(Meaning(understood.meaning.whole, pieces), words)


def person(question: str, notes: Collection[Note]) -> str:
    """Return whose words a question is about: the one person it names of those who spoke."""
    asked = set(tokens(question))
    names = {note.who for note in notes} - _NOBODY
    named = [name for name in names if asked.intersection(tokens(name))]
    return named[0] if len(named) == 1 else ""


def spoken(note: Note) -> str:
    """Return the text of a note as it is compared: with the name of whoever said it."""
    text = note.text.replace("\n", " ")
    return text if note.who in _NOBODY else f"{note.who}: {text}"
