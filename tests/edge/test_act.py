from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.act import carry_out, off_the_record
from edge.context import Context, fold
from edge.errand import Errand, of_notes
from edge.evidence import Note, Question
from edge.ledger import Content
from edge.messages import OffTheRecord
from edge.notes import Notes
from edge.recall.answer import Action, Begin, End, Forget, HearNothing, Remember, Undo

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


TEA = Errand("timer", "tea", 1150.0)
MILK = Errand("item", "milk", on_list="shopping")


def kept(notes: Notes) -> tuple[Errand, ...]:
    return of_notes(notes.recent(kinds=("errand",)))


def test_an_errand_is_kept_until_it_is_ended(notes: Notes) -> None:
    context = done(notes, Begin(TEA), Begin(MILK))
    assert context.errands == kept(notes)
    assert [(e.text, e.due_s, e.on_list) for e in kept(notes)] == [
        ("tea", 1150.0, ""),
        ("milk", 0.0, "shopping"),
    ]
    context = done(notes, End(context.errands[0]), context=context)
    assert [each.text for each in (*context.errands, *kept(notes))] == ["milk", "milk"]


def test_what_was_done_last_is_taken_back(notes: Notes) -> None:
    context = done(notes, Begin(TEA))
    context = done(notes, Begin(MILK), Remember("buy milk"), context=context)
    context = done(notes, Undo(), context=context)
    assert [each.text for each in context.errands] == ["tea"]
    assert [note.text for note in notes.recent()] == []
    context = done(notes, End(context.errands[0]), context=context)
    context = done(notes, Undo(), context=context)
    assert [each.text for each in kept(notes)] == [each.text for each in context.errands] == ["tea"]


def test_forgetting_reaches_what_is_still_to_be_done(notes: Notes) -> None:
    context = done(notes, Begin(TEA))
    context = done(notes, Forget(30_000), context=context)
    assert (context.errands, context.changes, kept(notes)) == ((), (), ())


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


def test_the_launcher_is_told_of_the_longest_silence_that_was_promised() -> None:
    assert off_the_record([HearNothing(5), Remember("tea"), HearNothing(60)]) == OffTheRecord(60)
    assert off_the_record([Remember("tea")]) is None


def test_to_hear_nothing_changes_nothing_in_mind(notes: Notes) -> None:
    assert done(notes, HearNothing(5)) == CONTEXT
