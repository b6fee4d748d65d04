"""What was kept of a day? Its episodes, people, promises and questions, from notes alone. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from edge.digest.compaction import EPISODE, IN_VIEW, JOINT, OPEN_QUESTION, PERSON
from edge.evidence import OFFER, Note
from edge.promises import Promise, promises

MOST_OF_PERSON: Final = 4


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of the day."""

    note: Note
    when: str
    """By the clock on the wall: `09:10 to 09:40`."""
    who: str
    """Who spoke, as far as anybody can tell."""
    in_view: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who spoke or was spoken of."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the companion was asked, and what it said."""

    asked: Note
    told: str
    """Empty where it said nothing."""


@dataclass(frozen=True, slots=True)
class Day:
    """All that was kept of one."""

    episodes: tuple[Episode, ...]
    people: tuple[Person, ...]
    promises: tuple[Promise, ...]
    """Those that were made or kept on it, and those that were open then."""
    exchanges: tuple[Exchange, ...]
    open_questions: tuple[Note, ...]
    remembered: tuple[Note, ...]
    places: tuple[Note, ...]
    """By the wearer's own names, in the order in which they came there."""


def of(notes: Iterable[Note], promised: Iterable[Note], since_s: float) -> Day:
    """Return the day that notes are of, which began at `since_s`.

    `promised` hold the promises of days before.
    """
    in_order = sorted(notes, key=lambda note: (note.at_wall_s, note.id))
    told_of = (*promised, *in_order)
    return Day(
        tuple(_episode(note) for note in in_order if note.source == EPISODE),
        _people(in_order),
        tuple(each for each in promises(told_of) if not _was_kept_before(each, since_s)),
        _exchanges(in_order),
        _once(note for note in in_order if note.source == OPEN_QUESTION),
        _once(note for note in in_order if note.kind == "remembered"),
        tuple(note for note in in_order if note.kind == "place"),
    )


def _episode(note: Note) -> Episode:
    first, *rest = note.text.split("\n")
    when, _, who = first.partition(JOINT)
    in_view = next((line for line in rest if line.startswith(IN_VIEW)), "")
    told = tuple(line for line in rest if line != in_view)
    return Episode(note, when, who, in_view.removeprefix(IN_VIEW), told)


def _people(notes: Iterable[Note]) -> tuple[Person, ...]:
    told: dict[str, dict[str, None]] = {}
    for note in notes:
        if note.source == PERSON:
            told.setdefault(note.who, {}).update(dict.fromkeys(note.text.split("\n")[1:]))
    return tuple(Person(name, tuple(lines)[-MOST_OF_PERSON:]) for name, lines in told.items())


def _was_kept_before(promise: Promise, since_s: float) -> bool:
    return promise.kept_by is not None and promise.kept_by.at_wall_s < since_s


def _exchanges(notes: Sequence[Note]) -> tuple[Exchange, ...]:
    """Return each question with the reply that was noted next: no offer, nothing that rang."""
    talk = [note for note in notes if note.kind in {"asked", "told"} and not _is_unasked(note)]
    return tuple(
        Exchange(note, reply.text if reply and reply.kind == "told" else "")
        for note, reply in pairwise((*talk, None))
        if note and note.kind == "asked"
    )


def _is_unasked(note: Note) -> bool:
    return note.source == "timer" or note.source.startswith(OFFER)


def _once(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple({note.text: note for note in notes}.values())
