"""What may a reasoner not be sent? Notes are left out, numbers and addresses made unreadable. Pure.

Applied before a packet is made of them, and so before the ledger's row and the request. Where a
kind of evidence is withheld, so is all that may repeat it: answers given before, and what was made
of other notes.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from edge.config import Withheld
from edge.context import Context
from edge.errand import Errand
from edge.evidence import Note, Question

EVIDENCE: Final[frozenset[Withheld]] = frozenset({"heard", "seen", "remembered", "others"})
_OF_KIND: Final = {"said": "heard", "asked": "heard", "seen": "seen", "remembered": "remembered"}
_WORDS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion double triple"
)
_NUMBERS: Final = re.compile(
    r"[+(]?\d(?:[\d.,:/() -]*\d)?|\b(?:" + "|".join(_WORDS.split()) + r")\b", re.IGNORECASE
)
_ADDRESSES: Final = re.compile(
    r"\b(?:https?://|www\.)\S+"
    r"|\b[\w.+-]+(?:@|\s+at\s+(?=[\w-]+\s+dot\s))[\w-]+(?:(?:\.|\s+dot\s+)[\w-]+)+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|info|edu|gov|[a-z]{2})\b(?:/\S*)?",
    re.IGNORECASE,
)
_UNREADABLE: Final = "#"


def permitted(
    context: Context, found: Sequence[Note], withheld: Collection[Withheld]
) -> tuple[Context, list[Note]]:
    """Return the context and the notes found without what is withheld."""
    if not withheld:
        return context, list(found)
    changed: dict[str, Any] = {
        name: tuple(_left(notes, withheld)) for name, notes in _notes_of(context)
    }
    changed["sights"] = () if "seen" in withheld else context.sights
    changed["errands"] = _open(context.errands, withheld)
    return replace(context, **changed), _left(found, withheld)


def asked(question: Question, withheld: Collection[Withheld]) -> Question:
    """Return the question as it may be sent."""
    return replace(question, text=unreadable(question.text, withheld))


def unreadable(text: str, withheld: Collection[Withheld]) -> str:
    """Return a text in which nobody can read what is withheld."""
    if "addresses" in withheld:
        text = _ADDRESSES.sub(_UNREADABLE, text)
    if "numbers" in withheld:
        text = _NUMBERS.sub(_UNREADABLE, text)
    return text


def _notes_of(context: Context) -> Iterator[tuple[str, Sequence[Note]]]:
    """Yield all that consists of notes, whatever it is called."""
    for each in fields(context):
        value = getattr(context, each.name)
        if value and isinstance(value, tuple) and all(isinstance(note, Note) for note in value):
            yield each.name, value


def _open(errands: Sequence[Errand], withheld: Collection[Withheld]) -> tuple[Errand, ...]:
    """Return what is still to be done, which the wearer wanted remembered."""
    if "remembered" in withheld:
        return ()
    return tuple(
        replace(
            each,
            text=unreadable(each.text, withheld),
            on_list=unreadable(each.on_list, withheld),
            steps=tuple(unreadable(step, withheld) for step in each.steps),
        )
        for each in errands
    )


def _left(notes: Sequence[Note], withheld: Collection[Withheld]) -> list[Note]:
    return [
        replace(note, text=unreadable(note.text, withheld))
        for note in notes
        if _may_go(note, withheld)
    ]


def _may_go(note: Note, withheld: Collection[Withheld]) -> bool:
    if not EVIDENCE.intersection(withheld):
        return True
    if note.kind not in _OF_KIND or _OF_KIND[note.kind] in withheld:
        return False  # an answer, or what was made of notes, may repeat what is withheld
    is_anothers = note.kind != "seen" and note.who != "wearer"
    return not (is_anothers and "others" in withheld)
