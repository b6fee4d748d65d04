"""Did the wearer ask for this? What a reasoner wants to do, held against the wearer's own words.

A reasoner reads signs, overheard speech and web pages, and may obey what stands there. So what it
does without a grant must be in the question itself: what it would keep, word after word as it was
said, and a word that asks for keeping. Whoever puts words on a sign cannot put them into the
wearer's mouth, nor turn those that are there around. Pure.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from edge.recall import silence
from edge.recall.duration import seconds_in
from edge.recall.moments import named
from edge.recall.words import best_match, content, sentences, stem, tokens

KEEPING: Final = re.compile(
    r"\b(?:remember|note|notes|memo|write|keep|save|store|jot|don'?t (?:let me )?forget)\b",
    re.IGNORECASE,
)
TIMING: Final = re.compile(
    r"\b(?:timer|alarm|countdown|remind|wake|call me|tell me)\b", re.IGNORECASE
)
REMINDING: Final = re.compile(
    r"\b(?:remind|reminder|wake|tell me|let me know|call me|alarm|don'?t (?:let me )?forget)\b",
    re.IGNORECASE,
)
LISTING: Final = re.compile(r"\blists?\b", re.IGNORECASE)
ADDING: Final = re.compile(
    r"\b(?:add|put|write|note|need|buy|get|take)\b(?!.*\boff\b)", re.IGNORECASE
)
REMOVING: Final = re.compile(
    r"\b(?:remove|delete|take|cross|strike|clear|tick|scratch|bought|got)\b", re.IGNORECASE
)
PLANNING: Final = re.compile(
    r"\b(?:plan|book|order|arrange|organi[sz]e|prepare|sort out|schedule|buy|rent|sell|apply|"
    r"help me|i (?:want|need)|let'?s)\b",
    re.IGNORECASE,
)
_SAME_S: Final = 1.0


def spoken(question: str, words: str) -> bool:
    """Say whether these words stand in one sentence of the question, one after another.

    The wearer's "I" may be said as "you". What stands there as denied is not said.
    """
    wanted = _said(words)
    if not wanted or not _marks(words) <= _marks(question):
        return False
    every = (_said(_NO_DENIAL.sub("", sentence)) for sentence in sentences(question))
    return any(_has(sentence, wanted) for sentence in every)


def narrowed(question: str, words: str) -> str:
    """Return those of the words that the question has too."""
    said = content(question)
    return " ".join(word for word in tokens(words) if _is_any(content(word), said))


def touches(question: str, words: str) -> bool:
    """Say whether the question has any of the words that carry meaning."""
    return _is_any(content(words), content(question))


def keeps(question: str, words: str) -> bool:
    """Say whether the wearer asked to have these words remembered."""
    return bool(KEEPING.search(question)) and spoken(question, words)


def times(question: str, duration_s: float, label: str) -> bool:
    """Say whether the wearer asked to be called after this time."""
    wanted_s = seconds_in(question)
    is_same = wanted_s is not None and abs(wanted_s - duration_s) <= _SAME_S
    return is_same and bool(TIMING.search(question)) and (not label or spoken(question, label))


def reminds(question: str, text: str, due_s: float, now_s: float) -> bool:
    """Say whether the wearer asked to be reminded of this, at this moment."""
    at = named(question, now_s)
    is_same = at is not None and abs(at.at_s - due_s) <= _SAME_S
    return is_same and bool(REMINDING.search(question)) and spoken(question, text)


def lists(question: str, way: re.Pattern[str], name: str, items: Iterable[str]) -> bool:
    """Say whether the wearer asked to have these items on, or off, this list."""
    return bool(way.search(question)) and all(
        spoken(question, words) for words in (*items, name) if words
    )


def plans(question: str, goal: str) -> bool:
    """Say whether this goal is one that the wearer named."""
    is_named = bool(content(PLANNING.sub("", goal))) and spoken(question, goal)
    return is_named and bool(PLANNING.search(question))


def silences(question: str, minutes: int, usual_minutes: int) -> bool:
    """Say whether the wearer asked that nothing be heard, for so long or longer."""
    is_wanted = silence.is_wanted(question, silence.COMMANDED)
    return is_wanted and minutes <= silence.minutes_in(question, usual_minutes)


# --- the wearer's words --------------------------------------------------------------------------

_NO_DENIAL: Final = re.compile(r"\bdon['\u2019]?t (?:let me )?forget\b", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_NOT: Final = re.compile(r"n['\u2019]t\b")
_LOSES_NOTHING: Final = frozenset(["a", "an", "the", "s"])
_TURNED: Final = {"i": "you", "me": "you", "my": "your", "mine": "yours", "am": "are", "m": "are"}
"""How the companion says to the wearer what the wearer says."""
_DENYING: Final = frozenset(["not", "never", "no", "without", "instead"])
_DENIAL: Final = "(not)"
"""Stands for a word that denies: no stem is spelt so, and the stem of "note" is "not"."""
_ORDINARY: Final = frozenset(" .,;:!?\"'\u2019()")
"""Marks that change no meaning; any other must be the wearer's own."""


def _said(text: str) -> tuple[str, ...]:
    words = _WORD.findall(_NOT.sub(" not", text.lower()))
    return tuple(
        _DENIAL if word in _DENYING else stem(_TURNED.get(word, word))
        for word in words
        if word not in _LOSES_NOTHING
    )


def _marks(text: str) -> set[str]:
    return {each for each in text if not each.isalnum()} - _ORDINARY


def _has(sentence: Sequence[str], wanted: Sequence[str]) -> bool:
    """Say whether a sentence has these words together, and does not deny them before."""
    places = range(len(sentence) - len(wanted) + 1)
    return any(
        tuple(sentence[at : at + len(wanted)]) == tuple(wanted) and _DENIAL not in sentence[:at]
        for at in places
    )


def _is_any(words: Sequence[str], said: Sequence[str]) -> bool:
    return any(best_match(word, said) for word in words)
