from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.act import carry_out, off_the_record, resume_timers
from edge.context import Context, fold
from edge.evidence import Note, Question, Timer
from edge.ledger import Content
from edge.messages import OffTheRecord
from edge.notes import Notes
from edge.recall.answer import (
    Action,
    CancelTimers,
    Forget,
    HearNothing,
    Remember,
    StartTimer,
)

CONTEXT = Context(run="r", wall_at_zero_s=1000.0)
QUESTION = Question("?", CONTEXT.now_at(60_000))


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    with Notes(tmp_path, bytes(32)) as opened:
        yield opened


def done(notes: Notes, *actions: Action, context: Context = CONTEXT) -> Context:
    return carry_out(actions, QUESTION, context, notes)


def test_a_note_is_written_and_in_mind(notes: Notes) -> None:
    context = done(notes, Remember("buy milk"))
    assert notes.recent()[0] == context.heard[-1]
    assert (context.heard[-1].kind, context.heard[-1].source) == ("remembered", "wearer")


def test_a_timer_counts_from_the_question(notes: Notes) -> None:
    context = done(notes, StartTimer(90, "tea"))
    assert context.timers == (Timer(150_000, "tea"),)
    assert done(notes, CancelTimers(), context=context).timers == ()


def test_forgetting_reaches_notes_ledger_and_mind(notes: Notes) -> None:
    context = CONTEXT
    for at_s, text in ((10, "keep"), (50, "secret")):
        note = Note("said", text, at_s * 1000, 1000.0 + at_s, "r")
        context = fold(context, replace(note, id=notes.remember(note)))
        notes.keep_text(at_s, 1000.0 + at_s, Content("", text))
    context = done(notes, Forget(30_000), context=context)
    assert [note.text for note in context.heard] == ["keep"]
    assert [note.text for note in notes.recent()] == ["keep"]
    assert [notes.text(number) for number in (10, 50)] == [Content("", "keep"), None]


def test_timers_that_have_not_rung_are_set_again_after_a_death() -> None:
    notes = [
        Note("asked", "Set a timer for ten seconds.", 1000, 0, "r"),
        Note("asked", "Set a timer for one hour for the bread.", 2000, 0, "r"),
        Note("told", "Time is up.", 11_000, 0, "r", "timer"),
    ]
    assert resume_timers(CONTEXT, notes).timers == (Timer(3_602_000, "bread"),)


def test_a_cancelled_timer_is_not_set_again() -> None:
    notes = [
        Note("asked", "Set a timer for one hour.", 1000, 0, "r"),
        Note("asked", "Cancel the timer.", 2000, 0, "r"),
    ]
    assert resume_timers(CONTEXT, notes).timers == ()


def test_the_launcher_is_told_of_the_longest_silence_that_was_promised() -> None:
    assert off_the_record([HearNothing(5), Remember("tea"), HearNothing(60)]) == OffTheRecord(60)
    assert off_the_record([Remember("tea")]) is None


def test_to_hear_nothing_changes_nothing_in_mind(notes: Notes) -> None:
    assert done(notes, HearNothing(5)) == CONTEXT
