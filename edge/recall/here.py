"""Where am I? What the wearer's phone says, by the name that they gave the place. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from edge.evidence import Note, Question, ago
from edge.recall.answer import Answer, Memory, because
from edge.recall.from_notes import look_up
from edge.whereabouts import lasting, of_kind

NOWHERE: Final = "Your phone has not said that you are at a place with a name."
MOVING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "still": "You are not moving",
        "moving": "You are moving",
        "walking": "You are walking",
        "running": "You are running",
        "riding": "You are riding",
        "driving": "You are driving, or being driven",
    }
)
"""What is said of each word for how one moves, the phone's and the wearables'."""


def where_am_i(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Say what is known of where the wearer is; what notes say about it where nothing is."""
    known = lasting(memory.whereabouts, question.now)
    if not known:
        return look_up(question, memory)
    place, motion = of_kind(known, "place"), of_kind(known, "motion")
    told = []
    if place:
        told.append(_said(f'You are at "{place.text}"', place, question))
    if motion and motion.text in MOVING:
        told.append(_said(MOVING[motion.text], motion, question))
    if not place:
        told.insert(0, NOWHERE)
    return Answer(" ".join(told), because(known, question))


def _said(what: str, note: Note, question: Question) -> str:
    return f"{what}; your {note.source} said so {ago(question.now.age_s(note))}."
