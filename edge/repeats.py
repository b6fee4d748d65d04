"""Which notes say the same again? A sentence heard twice, a sign read once more. Pure.

What was said is the same where its words are: "on Monday" is nearly "on Sunday", and another fact.
What was read is spelt a little differently each time it is looked at, so signs are compared by
their letters; never where their numbers differ.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from edge.evidence import Note, labels_of, lines_of
from edge.recall.words import listed, tokens

ALIKE: Final = 0.55
"""Which share of all letter triples two readings of one line have in common."""
_TRIPLE: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")
_MARK: Final = re.compile(r"\d+|\b[a-z]\b")
_FILLERS: Final = listed("um uh er oh ah hm hmm well so like please okay ok yeah yes the a an")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text as it was read."""

    marks: tuple[str, ...]
    """Its numbers, and letters that stand alone: "gate A" is not "gate B"."""
    triples: frozenset[str]


@lru_cache(maxsize=1024)
def _read(line: str) -> _Line:
    words = " ".join(_WORD.findall(line.lower()))
    plain = f" {words} "
    triples = (plain[at : at + _TRIPLE] for at in range(max(1, len(plain) - _TRIPLE + 1)))
    return _Line(tuple(_MARK.findall(plain)), frozenset(triples))


def is_same_line(one: str, other: str) -> bool:
    """Say whether two readings are of the same line of text."""
    first, second = _read(one), _read(other)
    if first.marks != second.marks:
        return False
    common = len(first.triples & second.triples)
    return common >= ALIKE * (len(first.triples) + len(second.triples) - common)


def distinct(notes: Iterable[Note]) -> Iterator[tuple[Note, Note]]:
    """Yield each note with the first one that says the same, which may be itself.

    Who wants the newest to stand for the others gives the newest first.
    """
    heard: dict[tuple[str, ...], Note] = {}
    sights: list[Note] = []
    for note in notes:
        if note.kind == "seen":
            same = next((sight for sight in sights if _shows_no_more(note, sight)), None)
            if same is None:
                sights.append(note)
            yield note, same or note
            continue
        words = tuple(word for word in tokens(note.text) if word not in _FILLERS)
        yield note, heard.setdefault(words, note)


def _shows_no_more(note: Note, other: Note) -> bool:
    """Say whether everything of a sight is in another."""
    lines = lines_of(other)
    return set(labels_of(note)) <= set(labels_of(other)) and all(
        any(is_same_line(line, known) for known in lines) for line in lines_of(note)
    )
