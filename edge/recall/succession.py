"""Did something newer take the place of what was found, and who else might be the answer? Pure.

"The parcel comes on Friday" is over when they say that it was moved to Monday, though that fits the
question less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.evidence import Note, Question
from edge.recall import stance
from edge.recall.asked import Asked
from edge.recall.words import best_match, content

LEVEL: Final = 0.05
"""Coverages that are no further apart are equal."""
HALF: Final = 0.5
MOST: Final = 0.7
MOST_RIVALS: Final = 3

Signs = Mapping[str, float]
"""What tells for a sentence and against it, each 0 to 1."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that answers."""

    text: str
    note: Note
    coverage: float
    is_complete: bool
    """Whether it has the kind of thing that was wanted: a place for a where."""
    signs: Signs
    before: "Found | None" = None
    """An older one of the same matter that fits the question better."""


_NO_SUCCESSOR: Final = ("asks", "another", "day", "number", "plans", "supposes", "seen")


def succeeded(question: Question, asked: Asked, found: list[Found]) -> list[Found]:
    """Put before the best sentence a newer one of the same matter; count who else might be it."""
    if not found:
        return []
    first = found[0]
    newer = [
        each
        for each in found[1:]
        if question.now.age_s(each.note) < question.now.age_s(first.note)
        and not any(each.signs[sign] for sign in _NO_SUCCESSOR)
        and not first.signs["seen"]
    ]
    later = [
        each
        for each in newer
        if not each.signs["denies"]
        and (
            (
                is_same_matter(first.text, each.text, asked.about)
                and (each.is_complete or each.signs["polar"])
            )
            or (each.coverage >= MOST and each.is_complete and stance.changes(each.text))
            or (each.is_complete and stance.is_anew(each.text))
        )
    ]
    denied = [
        each
        for each in newer
        if each.signs["denies"] and is_same_matter(first.text, each.text, asked.about, MOST)
    ]
    rivals = [
        each
        for each in found[1:]
        if each.note is not first.note
        and each.coverage >= first.coverage - LEVEL
        and each.is_complete == first.is_complete
        and not (each.signs["asks"] or each.signs["another"] or each.signs["plans"])
    ]
    newest = min(later, key=lambda each: question.now.age_s(each.note), default=first)
    signs = {
        **newest.signs,
        **{sign: first.signs[sign] for sign in ("coverage", "missing", "gap", "meaning")},
        "rivals": min(1.0, len(rivals) / MOST_RIVALS),
        "succeeded": float(bool(later)),
        "denied_later": float(bool(denied)),
    }
    first = replace(first, signs=signs)
    if later:
        return [replace(newest, signs=signs, before=first), first, *found[1:]]
    return [first, *found[1:]]


def is_same_matter(earlier: str, later: str, asked: Sequence[str], least: float = HALF) -> bool:
    """Say whether two sentences tell of the same thing.

    They share such a part of the words of the shorter, and at least two, one of the question.
    """
    first, second = set(content(earlier)), set(content(later))
    shared = {word for word in first if best_match(word, second)}
    enough = max(2, least * min(len(first), len(second)))
    return len(shared) >= enough and bool(shared & set(asked))
