"""What does somebody look for, or want to know, that the notes can tell?

Something that was put somewhere and is missed by whoever put it there, said to nobody; and a
question that was asked among people and not of the companion.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from edge.evidence import Note, Now, Question, ago
from edge.proactive import Candidate, Kind, glance
from edge.recall import confidence, stance
from edge.recall.succession import Found
from edge.recall.words import best_match, content, sentences

FRESH_S: Final = 120.0
"""What was said so lately is still known to whoever was there."""
LEAST_SURE: Final = 0.5
"""How likely it is right; an answer that was asked for must be surer, for nobody checks it."""
DOUBTED: Final = 0.85
"""Where nobody can tell who said it."""
_THING: Final = (
    r"(?P<thing>(?:(?:my|the|our|that|this|those|these)\ )?[\w'-]+(?:\ [\w'-]+){0,4}?)"
    r"(?:\ (?:anywhere|any\ more|again|now|now\ then|today|at\ all|either|this\ time|gone|went|go|"
    r"is|are|was|were))*(?=[,.?!]|$|\ (?:i|that|which|because|and|but|so)\b)"
)
_PUT: Final = (
    r"(?:put|leave|left|lay|laid|hide|hid|park|parked|keep|kept|place|placed|store|stored|set|"
    r"drop|dropped)"
)
_LOST: Final = re.compile(
    rf"""\b(?:
    (?:can't|cannot|can\ not|couldn't|could\ not|still\ haven't|haven't)\ (?:seem\ to\ )?
      (?:find|found|see)|
    (?:looking|searching|hunting)\ (?:all\ over\ |everywhere\ )?for|
    (?:i've|i\ have|i)\ (?:lost|misplaced|mislaid)|
    where\ (?:on\ earth\ |the\ (?:hell|heck)\ )?(?:did|have|do|had|could|would)\ i[ ]
      (?:\w+\ )?{_PUT}|
    where\ (?:i|i've|i\ have)\ (?:\w+\ )?{_PUT}|
    where(?:'s|\ is|\ are|\ was|\ were|'re)
    )\ {_THING}""",
    re.IGNORECASE | re.VERBOSE,
)
_GONE: Final = re.compile(
    r"""\b(?:where\ )?(?:has|have|did|is|are)\ (?P<thing>(?:my|the|our|that|those)\ [\w'-]+
    (?:\ [\w'-]+){0,3}?)\ (?:vanished|disappeared|gone|go|got\ to|get\ to)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EMPTY: Final = frozenset({"it", "that", "this", "them", "you", "he", "she", "they", "we", "i"})
Look = Callable[[Question], Found | None]
"""Returns the sentence of the notes that answers best."""


def lost(heard: Note, now: Now, look: Look) -> Candidate | None:
    """Return where the thing is that somebody misses."""
    thing = thing_missed(heard.text)
    found = look(Question(f"where is {thing}", now)) if thing else None
    if found is None or not _answers(found, heard):
        return None
    return replace(_told(_LOST_WANT, found, heard, now), thing=thing)


def asked(heard: Note, now: Now, look: Look) -> Candidate | None:
    """Return the answer to a question that was put to somebody else."""
    for sentence in sentences(heard.text):
        if not (sentence.endswith("?") and stance.is_question(sentence)):
            continue
        if len(content(sentence)) < 2:  # noqa: PLR2004 (one word is in too many notes)
            continue
        found = look(Question(sentence, now))
        if found and _answers(found, heard):
            return _told(_ASKED_WANT, found, heard, now)
    return None


def thing_missed(text: str) -> str:
    """Return what somebody says that they cannot find; empty where nothing is."""
    plain = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    for pattern in (_LOST, _GONE):
        if (found := pattern.search(plain)) and content(found["thing"]):
            thing = found["thing"].strip()
            return "" if thing.lower() in _EMPTY else thing
    return ""


def tells(note: Note) -> bool:
    """Say whether a note may tell where something is, rather than ask for it or miss it."""
    return not (thing_missed(note.text) or stance.is_question(note.text))


def is_said_since(candidate: Candidate, heard: Sequence[Note]) -> bool:
    """Say whether later words have told what a candidate would, beyond the question itself."""
    asked = [note for note in heard if note.id in candidate.grounds]
    later = [note for note in heard if note.at_ms > candidate.wanted_from_ms]
    question = content(" ".join(note.text for note in asked[-1:]))
    words = [word for word in content(candidate.told) if not best_match(word, question)]
    said = content(" ".join(note.text for note in later))
    hits = sum(best_match(word, said) > 0 for word in words)
    return bool(words) and hits >= ENOUGH * len(words)


ENOUGH: Final = 0.6


def _answers(found: Found, heard: Note) -> bool:
    """Say whether it is a likely answer, complete, and of some time ago."""
    is_fresh = heard.at_wall_s - found.note.at_wall_s < FRESH_S
    if not (found.is_complete and found.note.id) or is_fresh:
        return False
    is_likely = confidence.WEIGHTS.probability(found.signs) >= LEAST_SURE
    return is_likely and not stance.is_question(found.text)


def _told(want: "_Want", found: Found, heard: Note, now: Now) -> Candidate:
    text = glance(f"{ago(now.age_s(found.note)).capitalize()}: ", found.text)
    likely = want.score if heard.who else want.score * DOUBTED
    grounds, until_ms = (found.note.id, heard.id), now.ms + want.lasts_ms
    return Candidate(want.kind, text, likely, grounds, now.ms, until_ms, found.text)


class _Want(NamedTuple):
    """What is wanted when, for how long."""

    kind: Kind
    lasts_ms: int
    score: float
    """How likely."""


_LOST_WANT: Final = _Want(Kind.LOST, 3 * 60_000, 0.85)
_ASKED_WANT: Final = _Want(Kind.ANSWER, 5 * 60_000, 0.7)
