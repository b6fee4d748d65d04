"""What do the notes say to a question: an answer, that it is not there, or perhaps? Pure.

"That is not in my notes" is an answer. Where the notes may hold one but it is not sure which, the
closest is told as no more than that, and a language model, if there is one, is asked.
"""

import re
from typing import Final

from edge.escalation import Outcome, decided
from edge.evidence import Question, ago, labels_of, lines_of
from edge.recall import lookup, phrases
from edge.recall.answer import Answer, Memory, because, series, spelled
from edge.recall.asked import MISSING, understand
from edge.recall.confidence import WEIGHTS
from edge.recall.stance import NAME, UNKNOWN, people
from edge.recall.succession import Found
from edge.recall.words import content

NOT_IN_NOTES: Final = "That is not in my notes"
_DEFINITE: Final = re.compile(r"\b(?:the|this|that|these|those)\b", re.IGNORECASE)
_FIRST_PERSON: Final = re.compile(r"\b(?:i|my|we|our|i'm|i'll|i've|me)\b", re.IGNORECASE)


def look_up(question: Question, memory: Memory) -> Answer:
    """Return what the notes say to a question."""
    found = lookup.best(question, memory.notes, memory.alike)
    chance = WEIGHTS.probability(found.signs) if found else 0.0
    is_private = _is_private(question.text, memory, is_found=found is not None)
    decision = decided(question.text, chance, is_found=found is not None, is_private=is_private)
    if found is None:
        return _with(decision.reason, Answer(_nothing(question)))
    notes = [each.note for each in (found, found.before) if each]
    quotes = " ".join(
        _quote(each, question, is_before=each is found.before) for each in (found, found.before)
        if each
    )  # fmt: skip
    grounds = because(notes, question)
    if decision.outcome is Outcome.NOTES:
        return Answer(quotes, grounds)
    wants = understand(question.text).wants
    if wants and not found.is_complete:
        text = f"I heard about it, but not {MISSING[wants]}; that is not in my notes: {quotes}"
    elif decision.outcome is Outcome.UNKNOWN or chance < WEIGHTS.hopeless:
        text = f"{NOT_IN_NOTES}. The closest is: {quotes}"
    else:
        text = f"I am not sure. The closest in my notes is: {quotes}"
    return _with(decision.reason, Answer(text, grounds, is_unsure=True))


def _is_private(question: str, memory: Memory, *, is_found: bool) -> bool:
    """Say whether a question is about what only the wearer's own life tells.

    It speaks of people that the notes know, or of "the" thing that notes are about.
    """
    if phrases.PERSONAL.search(question) or (is_found and _DEFINITE.search(question)):
        return True
    asked = {name.lower() for name in NAME.findall(question)}
    return bool(asked and asked & people(memory.notes))


def _with(reason: str, answer: Answer) -> Answer:
    """Return an answer to which a language model is asked for a better one, where there is why."""
    if not reason:
        return answer
    return Answer(
        answer.text,
        answer.because,
        needs_model=True,
        reason=reason,
        is_unsure=answer.is_unsure,
    )


def _nothing(question: Question) -> str:
    about = _topic(question.text)
    return f"{NOT_IN_NOTES}: I have not heard or seen anything about {about}."


def _quote(found: Found, question: Question, *, is_before: bool) -> str:
    when = ago(question.now.age_s(found.note))
    if is_before:
        return f'Before that, {when}: "{found.text}"'
    if found.note.kind == "remembered":
        return f'You asked me to remember, {when}: "{found.text}".'
    if found.note.kind == "seen":
        labels, lines = series(labels_of(found.note)), spelled(lines_of(found.note))
        seen = f"I saw {labels} {when}." if labels else ""
        read = f"It read: {lines}." if labels else f"I read {when}: {lines}."
        return f"{seen} {read}".strip() if lines else seen
    if found.note.who not in {*UNKNOWN, "other"}:
        return f'{found.note.who} said {when}: "{found.text}"'
    is_own = found.note.who != "other" and _FIRST_PERSON.search(found.text)
    lead = "You said" if is_own and _FIRST_PERSON.search(question.text) else "I heard"
    return f'{lead} {when}: "{found.text}"'


def _topic(question: str) -> str:
    """Return what a question is about, in its own words."""
    about = set(understand(question).about)
    words = [w for w in re.finditer(r"[\w'-]+", question) if set(content(w[0])) & about]
    return question[words[0].start() : words[-1].end()] if words else "that"
