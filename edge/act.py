"""How is a reply's promise kept? Notes are written, timers set, stretches of time forgotten.

Everything is done before the reply is shown, so that "I will remember" is true when it is read.
"""

from collections.abc import Sequence
from dataclasses import replace

from edge.context import Context, fold, forgotten, without_notes
from edge.evidence import Note, Question, Timer
from edge.messages import OffTheRecord
from edge.notes import Notes, Wish
from edge.recall import requests
from edge.recall.answer import (
    Action,
    CancelTimers,
    Forget,
    HearNothing,
    Memory,
    Remember,
    StartTimer,
)


def carry_out(
    actions: Sequence[Action], question: Question, context: Context, notes: Notes
) -> Context:
    """Carry out what an answer promises and return the context after it. Raises OSError."""
    for action in actions:
        match action:
            case Remember(text):
                context = _remember(text, question, context, notes)
            case StartTimer():
                context = _set(context, [action], question)
            case CancelTimers():
                context = replace(context, timers=())
            case Forget(since_ms):
                since_s = max(0.0, context.wall_s(since_ms))
                doomed = notes.forget(Wish(since_s))
                context = without_notes(forgotten(context, since_s), doomed.notes)
            case HearNothing():  # the launcher's to do: `off_the_record` says so
                pass
    return context


def off_the_record(actions: Sequence[Action]) -> OffTheRecord | None:
    """Return what the launcher is to be told of the actions of an answer, if anything."""
    wishes = [action.minutes for action in actions if isinstance(action, HearNothing)]
    return OffTheRecord(max(wishes)) if wishes else None


def _remember(text: str, question: Question, context: Context, notes: Notes) -> Context:
    now = question.now
    note = Note("remembered", text, now.ms, now.wall_s, now.run, "wearer", who="wearer")
    return fold(context, replace(note, id=notes.remember(note)))


def resume_timers(context: Context, notes: Sequence[Note]) -> Context:
    """Return the context with the timers that were set in this run and have not rung."""
    rung = {note.at_ms for note in notes if note.kind == "told" and note.source == "timer"}
    for note in notes:
        if note.kind == "asked":
            question = Question(note.text, context.now_at(note.at_ms))
            wanted = requests.answer_all(question, Memory((), context.timers)).actions
            context = _set(context, [a for a in wanted if isinstance(a, StartTimer)], question)
            if CancelTimers() in wanted:
                context = replace(context, timers=())
    left = tuple(timer for timer in context.timers if timer.deadline_ms not in rung)
    return replace(context, timers=left)


def _set(context: Context, timers: Sequence[StartTimer], question: Question) -> Context:
    for timer in timers:
        deadline_ms = question.now.ms + round(timer.duration_s * 1000)
        context = fold(context, Timer(deadline_ms, timer.label))
    return context
