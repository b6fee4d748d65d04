"""Which remembered sentence answers a question, and what tells for it and against it? Pure.

A sentence counts only when it shares a word with what the question is about, or is close to one in
meaning, and names no other person than the question does. Newer wins between equals, and a newer
sentence of the same matter stands beside an older one that fits better.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from edge.evidence import Note, Now, Question, labels_of, lines_of
from edge.recall import stance
from edge.recall.asked import Asked, understand, without_time
from edge.recall.numerals import numbers
from edge.recall.other_day import clashes
from edge.recall.succession import Found, succeeded
from edge.recall.wanted import has_wanted
from edge.recall.words import (
    ATTRIBUTES,
    PUTTING,
    SAYING,
    best_match,
    content,
    rarity,
    sentences,
    tokens,
)

LEAST_COVERAGE: Final = 0.34
FOLLOW_ON_S: Final = 12.0
"""A sentence that begins with a pronoun so soon after another goes on with it."""
UNLIKE: Final = 0.25
"""How close in meaning is no likeness at all."""
ALIKE: Final = 0.5
"""How close in meaning is as good as a relative."""
RELATIVE: Final = 0.8
LIKE_ENOUGH: Final = 0.4
UNSURE_HEARD: Final = 60
"""Percent: who heard it was not sure."""
A_GAP: Final = 0.25
"""What one word that is missing weighs, and then something else is probably spoken of."""

Alike = Mapping[int, Mapping[str, float]]
"""For the number of a note how close in meaning it is to each word of the question."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What can be quoted, with the stems it is found by."""

    text: str
    note: Note
    words: tuple[str, ...]


def best(question: Question, notes: Sequence[Note], alike: Alike | None = None) -> Found | None:
    """Return the sentence that answers best, or None when nothing is about it."""
    found = ranked(question, notes, alike)
    return found[0] if found else None


def ranked(question: Question, notes: Sequence[Note], alike: Alike | None = None) -> list[Found]:
    """Return the sentences that are about what was asked, the best answer first."""
    asked = understand(question.text)
    itself = tuple(tokens(question.text))
    units = [unit for unit in _units(notes, question.now) if tuple(tokens(unit.text)) != itself]
    weights = rarity(asked.about, [unit.words for unit in units])
    scored = []
    for unit in units:
        likes = _likes(asked, unit, (alike or {}).get(unit.note.id, {}))
        if not _is_about(asked, likes, unit):
            continue
        found = _weighed(question, asked, unit, weights, likes)
        if found.coverage < LEAST_COVERAGE:
            continue
        age_s = question.now.age_s(unit.note)
        score = found.coverage + _worth(found)
        scored.append((round(score, 1), -age_s, score, found))
    scored.sort(key=lambda row: row[:3], reverse=True)
    return succeeded(question, asked, [row[3] for row in scored])


def _likes(asked: Asked, unit: _Unit, close: Mapping[str, float]) -> dict[str, float]:
    """Return for each word asked about how much a sentence has it, in letters or in meaning."""
    return {
        word: max(best_match(word, unit.words), _in_meaning(close.get(word, 0.0)))
        for word in (*asked.about, *asked.needed, *asked.names)
    }


def _in_meaning(closeness: float) -> float:
    """Return what a closeness counts beside the same word."""
    return RELATIVE * min(1.0, max(0.0, (closeness - UNLIKE) / (ALIKE - UNLIKE)))


def _is_about(asked: Asked, likes: Mapping[str, float], unit: _Unit) -> bool:
    things = [word for word in asked.needed if word not in asked.names] or asked.needed
    is_thing = any(likes[word] >= LIKE_ENOUGH for word in things) or (
        stance.is_anew(unit.text)
        and len(sentences(unit.text)) == 1
        and any(best_match(word, unit.words) for word in asked.about)
    )
    return is_thing and all(best_match(name, unit.words) for name in asked.names)


def _weighed(
    question: Question,
    asked: Asked,
    unit: _Unit,
    weights: Mapping[str, float],
    likes: Mapping[str, float],
) -> Found:
    """Return a sentence with all that tells for and against it."""
    text, note = unit.text, unit.note
    total = sum(weights.values()) or 1.0
    share = sum(weight * likes[word] for word, weight in weights.items()) / total
    by_letters = sum(
        weight * best_match(word, unit.words) for word, weight in weights.items()
    ) / total  # fmt: skip
    stands = stance.stance(text, asked.about)
    wish = question.text
    is_complete = _is_complete(asked, question, unit, doubts=stands.doubts)
    is_wanted = bool(asked.wants)
    fresh = set(unit.words) - set(content(wish))
    missing = max((w * (1 - likes[word]) for word, w in weights.items()), default=0.0) / total
    signs = {
        "coverage": share,
        "missing": missing,
        "gap": float(missing > A_GAP),
        "open": float(not is_wanted),
        "meaning": share - by_letters,
        "wanted": float(is_wanted and is_complete),
        "unwanted": float(is_wanted and not is_complete),
        "plans": float(stance.is_only_planned(wish, text, asked.about)),
        "supposes": float(stands.supposes and not stance.stance(wish).supposes),
        "denies": float(stands.denies and not stance.is_polar(wish) and not stance.denies(wish)),
        "asks": float(stands.asks),
        "doubts": float(stands.doubts and not stands.asks),
        "another": float(stance.is_of_another(text, note, wish, asked.needed)),
        "day": float(clashes(question, text, note)),
        "number": float(_is_of_other_numbers(wish, text)),
        "qualified": float(_is_qualified_otherwise(wish, unit)),
        "nothing_new": float(not fresh and not stance.is_polar(wish)),
        "polar": float(stance.is_polar(wish)),
        "thin": float(len(asked.about) <= 1),
        "seen": float(note.kind == "seen"),
        "remembered": float(note.kind == "remembered"),
        "unsure": float(note.confidence < UNSURE_HEARD),
    }
    return Found(text, note, share, is_complete, signs)


def _is_complete(asked: Asked, question: Question, unit: _Unit, *, doubts: bool) -> bool:
    if asked.wants == "person" and _is_of_speaker(unit.text, unit.note):
        return True
    expects = has_wanted(asked.wants, question.text, unit.text, asked.counted)
    if unit.note.kind == "seen":
        return expects or asked.wants in {"", "place", "person", "name"}
    return expects and not (asked.wants and doubts)


def _is_of_other_numbers(wish: str, text: str) -> bool:
    """Say whether a question names a number, or a period, that a sentence does not."""
    periods = {each.lower() for each in _PERIOD.findall(wish)}
    return bool(numbers(without_time(wish)) - numbers(text) or periods - set(tokens(text)))


def _is_qualified_otherwise(wish: str, unit: _Unit) -> bool:
    """Say whether a question has a word before its thing that a sentence lacks: the upper flat."""
    words = tokens(without_time(wish))
    if _ENDS_IN_VERB.search(wish):
        words = words[:-1]
    stems = [(content(word) or [""])[0] for word in words]
    return any(
        first and second and not best_match(first, unit.words) and second in unit.words
        for first, second in pairwise(stems)
        if first not in ATTRIBUTES | PUTTING | SAYING
    )


_ENDS_IN_VERB: Final = re.compile(r"\b(?:do|does|did|will|can)\b", re.IGNORECASE)
_PERIOD: Final = re.compile(
    r"\b(?:a|an|per|each|every|one) (second|minute|hour|day|week|month|year)\b", re.IGNORECASE
)
_WORTH: Final = {
    "remembered": 0.1, "seen": -0.2, "asks": -0.5, "doubts": -0.5, "plans": -0.4, "supposes": -0.3,
    "denies": -0.2, "another": -0.6, "day": -0.5, "number": -0.3, "unsure": -0.1,
    "nothing_new": -0.3,
}  # fmt: skip


def _worth(found: Found) -> float:
    """Return what a sentence gains or loses beside its words."""
    worth = sum(weight * found.signs[sign] for sign, weight in _WORTH.items())
    return worth + (0.4 if found.is_complete else 0.0)


# --- what can be quoted --------------------------------------------------------------------------


def _units(notes: Sequence[Note], now: Now) -> list[_Unit]:
    """Return what can be quoted: sentences, each with one that goes on with it."""
    units = [(text, note) for note in _in_order(notes, now) for text in _texts(note)]
    joined = [
        (f"{first} {second}", note)
        for (first, note), (second, after) in pairwise(units)
        if {note.kind, after.kind} == {"said"}
        and stance.GOES_ON.match(second)
        and not stance.is_question(first)
        and now.age_s(note) - now.age_s(after) <= FOLLOW_ON_S
    ]
    return [_Unit(text, note, _words(text, note)) for text, note in (*units, *joined)]


def _words(text: str, note: Note) -> tuple[str, ...]:
    """Return the stems of a sentence, and of the name of who said it of themself."""
    return tuple(content(f"{note.who} {text}" if _is_of_speaker(text, note) else text))


def _is_of_speaker(text: str, note: Note) -> bool:
    return note.who not in {*stance.UNKNOWN, "other"} and stance.is_mine(text)


def _in_order(notes: Sequence[Note], now: Now) -> list[Note]:
    distinct = {(note.run, note.kind, note.at_ms, note.text): note for note in notes}
    kept = (n for n in distinct.values() if n.kind in {"said", "seen", "remembered"})
    return sorted(kept, key=now.age_s, reverse=True)


def _texts(note: Note) -> list[str]:
    if note.kind == "seen":
        return [" ".join(filter(None, (", ".join(labels_of(note)), *lines_of(note))))]
    return sentences(note.text) if note.kind == "said" else [note.text]
