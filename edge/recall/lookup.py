"""Which remembered sentence answers a question? Retrieval by rare shared words. Pure.

A sentence counts only when it shares a word with what the question is about, names no other
person than the question does, and is no question itself. Newer wins between equals.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from edge.evidence import Note, Now, Question, labels_of, lines_of
from edge.recall.words import (
    ATTRIBUTES,
    PUTTING,
    best_match,
    content,
    coverage,
    rarity,
    sentences,
    stem,
    subject,
    tokens,
)

LEAST_COVERAGE: Final = 0.34
SURE_COVERAGE: Final = 0.6
FOLLOW_ON_S: Final = 12.0
"""A sentence that begins with a pronoun so soon after another goes on with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants to know, and of what."""

    wants: str
    """`place`, `time`, `amount`, `person` or `` for anything."""
    about: tuple[str, ...]
    """Stems of all that it names."""
    needed: tuple[str, ...]
    """Stems of which a sentence must have at least one: the thing itself."""
    names: tuple[str, ...]
    """Stems of names that a sentence must not lack."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that answers."""

    text: str
    note: Note
    coverage: float
    is_complete: bool
    """Whether it has the kind of thing that was wanted: a place for a where."""


_TIME_WORDS: Final = (
    r"\d|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|"
    r"\bmay\b|june|july|august|september|october|november|december|today|tomorrow|yesterday|"
    r"tonight|morning|afternoon|evening|noon|midnight|o'clock|week|weekend|month|year|hour|minute|"
    r"day|half past|quarter|spring|summer|autumn|winter|next|later|soon|\bone\b|two|three|four|"
    r"five|six|seven|eight|nine|\bten\b|eleven|twelve|christmas|easter|birthday"
)
_NUMBER_WORDS: Final = (
    r"\d|\bone\b|two|three|four|five|six|seven|eight|nine|\bten\b|eleven|twelve|teen\b|twenty|"
    r"thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen|couple|half|free|few|"
    r"several|many|none|twice|once|a\b.*\b(?:day|week|hour|month)"
)
_PLACE_WORDS: Final = (
    r"\b(?:in|on|at|under|underneath|behind|beside|besides|next|near|inside|outside|above|below|"
    r"between|beneath|over|by|from|to|into|onto|off|against|upstairs|downstairs|here|there|home|"
    r"opposite|across|level|floor|shelf|with)\b"
)
_EXPECTED: Final = {
    wants: re.compile(pattern, re.IGNORECASE)
    for wants, pattern in (
        ("time", _TIME_WORDS),
        ("amount", _NUMBER_WORDS),
        ("place", _PLACE_WORDS),
    )
}
_WANTS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), wants)
    for pattern, wants in (
        (r"\bwhere\b", "place"),
        (r"\bwhen\b|\bwhat (?:time|day|date)\b", "time"),
        (
            r"\bhow (?:many|much|long|far|old|often|big|tall)\b|\bnumber\b|\bcode\b|\bprice\b",
            "amount",
        ),
        (r"\bwho\b", "person"),
    )
)
_DOUBT: Final = re.compile(
    r"\b(?:don't know|do not know|can't find|cannot find|can't remember|don't remember|lost|forgot|"
    r"forgotten|looking for|wonder|no idea|where(?:ver)? (?:is|are|did|do|have|i|my))\b",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(
    r"^(?:so |and |but |hey |okay |well )*(?:who|what|where|when|why|how|which|whose|is|are|was|"
    r"were|do|does|did|have|has|had|can|could|will|would|should|shall|am)\b(?!.*[.!]$)",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r"^(?:and )?(?:it|they|he|she|that|this|there|those|these)\b", re.IGNORECASE
)
_CLAUSE: Final = re.compile(
    r"\b(?:to|for|of|from|with|when|that|which|who|i|she|he|they|we|you|in|on|at|this|last|"
    r"yesterday|today|tonight|earlier|before|after|again|now|about|again)\b",
    re.IGNORECASE,
)
_WHERE_OF: Final = re.compile(
    r"\bwhere(?:'s|'re|\s+\w+)?\s+(?:(?:i|you|we|he|she|they|it|is|are|was|were|did|do|have|has)\s+)*"
    r"(?P<thing>.*)",
    re.IGNORECASE,
)
_DOES: Final = re.compile(
    r"^(?:when|what time|how \w+)\b.*?\b(?:does|do|did|will)\s+(?!(?:i|we|you|he|she|it|they)\b)"
    r"(?P<thing>.+)",
    re.IGNORECASE,
)
"""What does something, and the verb last: the verb alone is not enough."""
_ABOUT: Final = re.compile(r"\babout\s+(?P<thing>.+)", re.IGNORECASE)
_SAID_BY: Final = re.compile(
    r"\b(?:did|has|had|have)\s+(?P<who>(?:the |my |his |her |that )?[\w']+(?: [A-Z]\w+)?)\s+"
    r"(?:just |ever |already )?(?:say|said|tell|told|mention|mentioned|talk|ask|asked|recommend|"
    r"suggest|want|promise|call)",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][a-z]+\b")


def understand(question: str) -> Asked:
    """Return what a question is about."""
    wants = next((kind for pattern, kind in _WANTS if pattern.search(question)), "")
    speaker = _SAID_BY.search(question)
    spoken_by = set(content(speaker["who"])) if speaker else set()
    about = tuple(word for word in subject(question) if word not in {"mind", "list", "note"}) or (
        tuple(subject(question))
    )
    return Asked(
        wants,
        about,
        _needed(question, about, spoken_by),
        tuple({stem(n.lower()) for n in _NAME.findall(question)} & set(about) - spoken_by),
    )


def _needed(question: str, about: tuple[str, ...], spoken_by: set[str]) -> tuple[str, ...]:
    """Return the words of which one must be there: the topic after `about`, the thing sought."""
    topic = _ABOUT.search(question)
    if topic and (words := subject(topic["thing"])):
        return tuple(words)
    sought = _WHERE_OF.search(question)
    if sought:
        thing = " ".join(w for w in sought["thing"].split() if stem(_bare(w)) not in PUTTING)
        words = [w for part in _CLAUSE.split(thing) for w in subject(part)[-1:]]
        if words:
            return (words[0],)
    actor = _DOES.search(question)
    if actor and len(words := subject(actor["thing"])) > 1:
        return tuple(words[:-1])
    beside = tuple(word for word in about if word not in spoken_by)
    rare = tuple(word for word in beside if word not in ATTRIBUTES)
    return rare or beside or about


def _bare(word: str) -> str:
    return (tokens(word) or [""])[0]


def best(question: Question, notes: Sequence[Note]) -> Found | None:
    """Return the sentence that answers best, or None when nothing is about it."""
    found = ranked(question, notes)
    return found[0] if found else None


def ranked(question: Question, notes: Sequence[Note]) -> list[Found]:
    """Return the sentences that are about what was asked, the best answer first."""
    asked = understand(question.text)
    itself = tuple(tokens(question.text))
    units = [unit for unit in _units(notes, question.now) if tuple(tokens(unit[0])) != itself]
    words = [content(text) for text, _ in units]
    weights = rarity(asked.about, words)
    scored = []
    for (text, note), heard in zip(units, words, strict=True):
        share = coverage(weights, heard)
        if share < LEAST_COVERAGE or not _is_about(asked, heard):
            continue
        complete = _has_wanted(asked, text, note)
        score = share + _worth(text, note, complete=complete)
        age_s = question.now.age_s(note)
        scored.append((round(score, 1), -age_s, score, Found(text, note, share, complete)))
    scored.sort(key=lambda row: row[:3], reverse=True)
    return [row[3] for row in scored]


def _is_about(asked: Asked, heard: list[str]) -> bool:
    return any(best_match(word, heard) for word in asked.needed) and all(
        best_match(name, heard) for name in asked.names
    )


def _has_wanted(asked: Asked, text: str, note: Note) -> bool:
    expected = _EXPECTED.get(asked.wants)
    if note.kind == "seen":
        return asked.wants not in {"time", "amount"} or bool(expected and expected.search(text))
    return expected is None or bool(expected.search(text) and not _DOUBT.search(text))


def _worth(text: str, note: Note, *, complete: bool) -> float:
    """Return what a sentence gains or loses beside its words."""
    worth = 0.4 if complete else 0.0
    worth += 0.1 if note.kind == "remembered" else 0.0
    worth -= 0.2 if note.kind == "seen" else 0.0
    worth -= 0.5 if is_question(text) or _DOUBT.search(text) else 0.0
    return worth - (0.1 if note.confidence < 60 else 0.0)  # noqa: PLR2004 (percent)


def is_question(sentence: str) -> bool:
    """Say whether a heard sentence asks rather than tells."""
    return sentence.rstrip().endswith("?") or bool(_QUESTION.match(sentence))


def _units(notes: Sequence[Note], now: Now) -> list[tuple[str, Note]]:
    """Return what can be quoted: sentences, each with one that goes on with it."""
    units = [(text, note) for note in _in_order(notes, now) for text in _texts(note)]
    joined = [
        (f"{first} {second}", note)
        for (first, note), (second, after) in pairwise(units)
        if {note.kind, after.kind} == {"said"}
        and _GOES_ON.match(second)
        and not is_question(first)
        and now.age_s(note) - now.age_s(after) <= FOLLOW_ON_S
    ]
    return [*units, *joined]


def _in_order(notes: Sequence[Note], now: Now) -> list[Note]:
    distinct = {(note.run, note.kind, note.at_ms, note.text): note for note in notes}
    kept = (n for n in distinct.values() if n.kind in {"said", "seen", "remembered"})
    return sorted(kept, key=now.age_s, reverse=True)


def _texts(note: Note) -> list[str]:
    if note.kind == "seen":
        lines = " ".join(lines_of(note))
        return list(filter(None, [", ".join(labels_of(note)), lines]))
    return sentences(note.text) if note.kind == "said" else [note.text]
