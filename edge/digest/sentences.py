"""Which sentences tell what a conversation was about? Its own, chosen by their words. Pure.

A word weighs more the more often the stretch uses it; a sentence is worth its words, for its
length, and those that another chosen sentence has said already count little. Numbers, promises and
names of others than who speaks weigh more; questions, cheers and greetings less.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from edge.evidence import Note
from edge.promises import promise_in
from edge.recall.words import content, sentences, tokens

FEWEST_WORDS: Final = 3
"""A sentence with fewer words that carry meaning tells nothing."""
SAID_ALREADY: Final = 0.2
"""What a word counts that a chosen sentence has."""
OF_QUESTION: Final = 0.4
OF_CHEER: Final = 0.5
OF_FACT: Final = 1.25
"""What a name or a number in it makes of a sentence's worth."""
OF_PROMISE: Final = 1.5
LONG_WORDS: Final = 40
"""A longer sentence is rather a recogniser's run of several."""
_FACT: Final = re.compile(r"\d|(?<=[a-z] )[A-Z][a-z]+(?![a-z]*[,!?])")
"""What stands before a comma is rather who is spoken to."""
_CHEER: Final = re.compile(
    r"\W*(?:wow|whoa|woah|yeah|yep|yes|hey|hi|hello|thanks|thank you|sure|great|cool|nice|awesome|"
    r"amazing|congrats|congratulations|haha|bye|goodbye|oh|aw+|good (?:morning|evening|night)|"
    r"no (?:way|problem)|of course|sounds|that(?:'s| is| sounds))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a note."""

    note: Note
    text: str


def of(notes: Iterable[Note]) -> list[Sentence]:
    """Return the sentences of what was said, in order."""
    return [Sentence(note, text) for note in notes for text in sentences(note.text)]


def key(said: Sequence[Sentence], most: int) -> list[Sentence]:
    """Return the sentences that tell most, in their order."""
    speakers = {word for each in said for word in content(each.note.who)}
    words = [[word for word in content(each.text) if word not in speakers] for each in said]
    counts = Counter(word for each in words for word in each)
    weights = {word: 1 + log(count) for word, count in counts.items()}
    worths = [_worth(each, len(of_it)) for each, of_it in zip(said, words, strict=True)]
    chosen: list[int] = []
    while len(chosen) < most:
        scores = [
            worth * sum(weights[word] for word in of_it) / sqrt(4 + len(of_it))
            for worth, of_it in zip(worths, words, strict=True)
        ]
        best = max(range(len(said)), key=scores.__getitem__, default=-1)
        if best < 0 or scores[best] <= 0:
            break
        chosen.append(best)
        worths[best] = 0.0
        for word in words[best]:
            weights[word] *= SAID_ALREADY
    return [said[place] for place in sorted(chosen)]


def _worth(sentence: Sentence, words: int) -> float:
    text = sentence.text
    if words < FEWEST_WORDS or len(tokens(text)) > LONG_WORDS:
        return 0.0
    worth = OF_QUESTION if text.rstrip().endswith("?") else 1.0
    if _CHEER.match(text):
        worth *= OF_CHEER
    if _FACT.search(text):
        worth *= OF_FACT
    return worth * OF_PROMISE if promise_in(text, sentence.note) else worth
