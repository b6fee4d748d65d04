"""In which order do notes answer a question? Pure.

For each word of the question a note is as close as its closest word is. What was said just before
and just after counts too, a little less: an answer seldom repeats what it was asked. A note gains
when the person asked about said it, or when it is of the time asked about, and loses a little when
it asks itself. The weights are round numbers, and little depends on any of them (decision 0030).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final

from edge.evidence import Note
from edge.search.when import Stretch, stretch

ONE_BEFORE: Final = 0.9
"""What a word counts that stood in the note before, beside one in the note itself."""
TWO_BEFORE: Final = 0.7
ONE_AFTER: Final = 0.6
OF_PERSON: Final = 0.07
OF_TIME: Final = 0.07
ASKS: Final = 0.024
CONVERSATION_GAP_S: Final = 600.0
"""After such a silence another conversation begins."""
INTERRUPTIONS: Final = 2
"""So many numbers may lie between neighbours: a question to the companion, and its reply."""
_AROUND: Final = ((-1, ONE_BEFORE), (-2, TWO_BEFORE), (1, ONE_AFTER))


@dataclass(frozen=True, slots=True)
class Heard:
    """A note, and how close it is to each word of a question, each 0 to 1."""

    note: Note
    closeness: Sequence[float]


@dataclass(frozen=True, slots=True)
class Found:
    """A note that was found, the better the higher its score."""

    note: Note
    score: float
    own: float
    """The part of the score that its own words have."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question looks for beside its words."""

    weights: Sequence[float]
    """Of its words; together 1."""
    person: str = ""
    """Whose words it is about."""
    stretch: Stretch | None = None
    """Of which time."""


def ranked(pool: Sequence[Heard], wanted: Wanted) -> list[Found]:
    """Return the notes, the best first and of equals the newest; the pool is in order of ids."""
    found = []
    for place, heard in enumerate(pool):
        near = [
            [share * word for word in other.closeness]
            for step, share in _AROUND
            if (other := _near(pool, place, step))
        ]
        closest = map(max, heard.closeness, *near) if near else heard.closeness
        score = sum(map(mul, wanted.weights, closest))
        own = sum(map(mul, wanted.weights, heard.closeness))
        found.append(Found(heard.note, score + _worth(heard.note, wanted), own))
    found.sort(key=lambda each: (each.score, each.note.id), reverse=True)
    return found


def _near(pool: Sequence[Heard], place: int, step: int) -> Heard | None:
    """Return the note so many steps away, if it is of the same conversation and in the pool."""
    if not 0 <= place + step < len(pool):
        return None
    note, other = pool[place].note, pool[place + step].note
    is_near = (
        abs(note.id - other.id) <= abs(step) + INTERRUPTIONS
        and abs(note.at_wall_s - other.at_wall_s) <= CONVERSATION_GAP_S
    )
    return pool[place + step] if is_near else None


def _worth(note: Note, wanted: Wanted) -> float:
    """Return what a note gains or loses beside its words."""
    worth = OF_PERSON if wanted.person and note.who == wanted.person else 0.0
    worth += OF_TIME if wanted.stretch and _is_of(note, wanted.stretch) else 0.0
    return worth - (ASKS if note.text.rstrip().endswith("?") else 0.0)


def _is_of(note: Note, asked: Stretch) -> bool:
    """Say whether a note was made in a stretch of time, or speaks of it: "yesterday we went"."""
    if asked.holds(note.at_wall_s):
        return True
    told = stretch(note.text, note.at_wall_s)
    return told is not None and told.meets(asked)
