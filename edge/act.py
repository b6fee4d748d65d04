"""How is a reply's promise kept? Notes are written, errands begun and ended, time is forgotten.

Everything is done before the reply is shown, so that "I will remember" is true when it is read.
What was done last can be taken back (`Undo`), as long as it was not forgotten since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.context import Context, fold, forgotten, without_notes
from edge.errand import Change, Errand
from edge.evidence import Note, Now, Question
from edge.messages import OffTheRecord
from edge.notes import Notes, Wish
from edge.recall.answer import Action, Begin, End, Forget, HearNothing, Remember, Undo

KEPT_CHANGES: Final = 8
NOTES: Final = "notes"
"""Whom the ledger names for an effect that stays on the device."""


def carry_out(
    actions: Sequence[Action], question: Question, context: Context, notes: Notes
) -> Context:
    """Carry out what an answer promises and return the context after it. Raises OSError."""
    done = _Done(context, ())
    now = question.now
    for action in actions:
        match action:
            case Remember(text):
                done = _remember(text, now, done, notes)
            case Begin(errand):
                done = begin(errand, now, done, notes)
            case End(errand):
                done = end(errand, done, notes)
            case Undo():
                done = _take_back(now, done, notes)
            case Forget(since_ms):
                since_s = max(0.0, done.context.wall_s(since_ms))
                doomed = notes.forget(Wish(since_s))
                left = without_notes(forgotten(done.context, since_s), doomed.notes)
                done = _Done(left, done.changes)
            case HearNothing():  # the launcher's to do: `off_the_record` says so
                pass
    changes = (*done.context.changes, *_joined(done.changes))[-KEPT_CHANGES:]
    return replace(done.context, changes=changes)


def off_the_record(actions: Sequence[Action]) -> OffTheRecord | None:
    """Return what the launcher is to be told of the actions of an answer, if anything."""
    wishes = [action.minutes for action in actions if isinstance(action, HearNothing)]
    return OffTheRecord(max(wishes)) if wishes else None


def effect(action: Action) -> str:
    """Return what an action does, in words for the ledger's fact: without what it is about."""
    match action:
        case Remember():
            return "a note was kept"
        case Begin(errand):
            return f"{_SORTS[errand.sort]} was begun"
        case End(errand):
            return f"{_SORTS[errand.sort]} was ended"
        case Undo():
            return "the last effect was taken back"
        case Forget():
            return "notes were forgotten"
        case HearNothing():
            return "hearing and seeing were stopped"


def can_be_undone(action: Action) -> bool:
    """Say whether "undo that" takes it back."""
    return isinstance(action, Remember | Begin | End)


def matter(action: Action) -> str:
    """Return what an action is about, for the ledger's text, which can be forgotten."""
    match action:
        case Remember(text):
            return text
        case Begin(errand) | End(errand):
            return errand.words()
        case _:
            return ""


_SORTS: Final = {
    "timer": "a timer",
    "reminder": "a reminder",
    "item": "an item of a list",
    "plan": "a plan",
}


@dataclass(frozen=True, slots=True)
class _Done:
    context: Context
    changes: tuple[Change, ...]


def _joined(changes: Sequence[Change]) -> Iterable[Change]:
    """Return what one request changed as one change: "undo that" takes back all of it."""
    if len(changes) <= 1:
        return changes
    words = list(dict.fromkeys(change.words for change in changes))
    begun = tuple(number for change in changes for number in change.begun)
    ended = tuple(errand for change in changes for errand in change.ended)
    return (Change(", ".join(words), begun, ended),)


def _remember(text: str, now: Now, done: _Done, notes: Notes) -> _Done:
    note = Note("remembered", text, now.ms, now.wall_s, now.run, "wearer", who="wearer")
    note = replace(note, id=notes.remember(note))
    change = Change(f'the note "{text}"', begun=(note.id,))
    return _Done(fold(done.context, note), (*done.changes, change))


def begin(errand: Errand, now: Now, done: _Done, notes: Notes) -> _Done:
    """Keep an errand, on the medium before in mind."""
    errand = replace(errand, id=notes.remember(errand.note(now)))
    notes.sync()
    change = Change(errand.words(), begun=(errand.id,))
    return _Done(fold(done.context, errand), (*done.changes, change))


def end(errand: Errand, done: _Done, notes: Notes) -> _Done:
    """Take an errand off the disk and out of mind."""
    notes.drop([errand.id])
    left = tuple(each for each in done.context.errands if each.id != errand.id)
    change = Change(errand.words(), ended=(errand,))
    return _Done(replace(done.context, errands=left), (*done.changes, change))


def _take_back(now: Now, done: _Done, notes: Notes) -> _Done:
    """Undo the last change: what it began goes, what it ended is there again."""
    *before, last = (*done.context.changes, *done.changes) or (Change(""),)
    notes.drop(last.begun)
    context = without_notes(done.context, last.begun)
    context = replace(context, changes=tuple(before))
    restored = _Done(context, ())
    for errand in last.ended:
        restored = begin(errand, now, restored, notes)
    return _Done(restored.context, ())
