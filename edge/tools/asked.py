"""Did the wearer ask for this? What a reasoner wants to do, held against the wearer's own words.

A reasoner reads signs, overheard speech and web pages, and may obey what stands there. So what it
does without a grant must be in the question itself: every word that it would keep, and a word that
asks for keeping. Whoever puts words on a sign cannot put them into the wearer's mouth. Pure.
"""

import re
from typing import Final

from edge.recall import silence
from edge.recall.duration import seconds_in
from edge.recall.moments import named
from edge.recall.words import best_match, content

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
LISTING: Final = re.compile(
    r"\b(?:list|lists|add|put|remove|take|cross|strike|clear|tick|need|buy)\b", re.IGNORECASE
)
PLANNING: Final = re.compile(
    r"\b(?:plan|book|order|arrange|organi[sz]e|prepare|sort out|schedule|buy|rent|sell|apply|"
    r"help me|i (?:want|need)|let'?s)\b",
    re.IGNORECASE,
)
_SAME_S: Final = 1.0


def covers(question: str, words: str) -> bool:
    """Say whether every word that carries meaning stands in the question."""
    said = content(question)
    return all(best_match(word, said) for word in content(words))


def touches(question: str, words: str) -> bool:
    """Say whether the question has any of the words that carry meaning."""
    said = content(question)
    return any(best_match(word, said) for word in content(words))


def keeps(question: str, words: str) -> bool:
    """Say whether the wearer asked to have these words remembered."""
    return bool(KEEPING.search(question)) and bool(content(words)) and covers(question, words)


def times(question: str, duration_s: float, label: str) -> bool:
    """Say whether the wearer asked to be called after this time."""
    wanted_s = seconds_in(question)
    is_same = wanted_s is not None and abs(wanted_s - duration_s) <= _SAME_S
    return is_same and bool(TIMING.search(question)) and covers(question, label)


def reminds(question: str, text: str, due_s: float, now_s: float) -> bool:
    """Say whether the wearer asked to be reminded of this, at this moment."""
    at = named(question, now_s)
    is_same = at is not None and abs(at.at_s - due_s) <= _SAME_S
    return is_same and bool(REMINDING.search(question)) and covers(question, text)


def lists(question: str, name: str, items: str) -> bool:
    """Say whether the wearer asked to have these items on, or off, this list."""
    return bool(LISTING.search(question)) and covers(question, name) and covers(question, items)


def plans(question: str, goal: str) -> bool:
    """Say whether this goal is one that the wearer named."""
    is_wanted = bool(PLANNING.search(question)) and bool(content(goal))
    return is_wanted and covers(question, goal)


def silences(question: str, minutes: int, usual_minutes: int) -> bool:
    """Say whether the wearer asked that nothing be heard, for so long or longer."""
    is_wanted = silence.is_wanted(question, silence.COMMANDED)
    return is_wanted and minutes <= silence.minutes_in(question, usual_minutes)
