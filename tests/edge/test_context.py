from dataclasses import replace

from edge.context import (
    Context,
    due,
    fold,
    forgotten,
    is_repeat,
    resumed,
    sight,
    without,
    without_notes,
)
from edge.errand import Errand
from edge.evidence import Kind, Note
from edge.messages import (
    Hello,
    Model,
    Seen,
    SourceKind,
    SourceState,
    TextLine,
    Thing,
    Transcript,
)

BOX = (0, 0, 1000, 1000)


def note(text: str, at_s: float, kind: Kind = "said") -> Note:
    return Note(kind, text, round(at_s * 1000), 1000 + at_s, "r", "tiny", 90)


def minded(*notes: Note) -> Context:
    context = Context(run="r", wall_at_zero_s=1000.0)
    for each in notes:
        context = fold(context, each)
    return context


def state(
    stream_s: float, monotonic_s: float, *, live: bool = True, kind: SourceKind = "audio"
) -> SourceState:
    return SourceState(kind, "running", "x", round(stream_s * 16_000), 0, 0, monotonic_s, live)


KEYS = note("I put the keys in the blue bowl.", 10)
TALK = note("The weather is lovely.", 55)


def test_a_picture_is_noted_once_while_it_stays() -> None:
    cup = Seen(1000, (Thing("cup", 80, BOX),), (TextLine("EXIT", 90, BOX),), 0, 0)
    context = fold(minded(), Hello((Model("eyes", "0" * 16),)))
    first = sight(context, cup)
    assert first
    assert (first.text, first.source, first.confidence) == ("cup\nEXIT", "eyes", 90)
    context = fold(fold(context, cup), first)
    later = Seen(5000, cup.things, cup.lines, 0, 0)
    assert sight(context, later) is None
    assert fold(context, later).seen[-1].at_ms == 5000


def test_an_empty_picture_is_no_note() -> None:
    assert sight(minded(), Seen(1000, (), (), 0, 0)) is None


def test_a_microphone_that_came_back_goes_on_in_the_run_s_time() -> None:
    context = fold(Context(wall_minus_monotonic_s=500), state(60, 160))
    context = fold(context, state(1, 181))
    heard = fold(context, Transcript("hi", 1000, 2000, 90, 0))
    assert heard.now_ms == 82_000
    assert heard.wall_at_zero_s == 600


def test_a_fast_file_does_not_shift_the_clock() -> None:
    context = fold(fold(Context(), state(0, 100, live=False)), state(60, 101, live=False))
    assert context.audio_shift_ms == 0
    assert context.now_ms == 60_000


def test_an_utterance_that_comes_again_is_a_repeat() -> None:
    heard = Transcript("hi", 1000, 2000, 90, 0)
    context = fold(minded(), heard)
    assert is_repeat(context, heard)
    assert not is_repeat(context, Transcript("ho", 2100, 3000, 90, 0))


def test_a_run_goes_on_from_its_notes() -> None:
    notes = [KEYS, note("Where are my keys?", 31, "asked"), note("There.", 31, "told")]
    context = resumed(Context(run="r"), notes)
    assert context.wall_at_zero_s == 1000.0
    assert context.answered_until_ms == 31_000
    assert context.heard == (KEYS,)


def test_forgetting_takes_everything_since() -> None:
    context = forgotten(minded(KEYS, TALK, note("What?", 58, "asked")), 1020.0)
    assert context.heard == (KEYS,)
    assert context.dialogue == ()


def test_a_timer_is_due_at_its_moment() -> None:
    context = fold(minded(), Errand("timer", due_s=1005.0))
    assert due(context, 1004.9) == ()
    assert due(context, 1005.0) == (Errand("timer", due_s=1005.0),)


def test_what_was_made_of_notes_stands_and_moves_no_clock() -> None:
    made = replace(note("A day.", 5000, "derived"), id=3)
    context = fold(fold(minded(KEYS), made), made)
    assert (context.heard, context.standing, context.now_ms) == ((KEYS,), (made,), 10_000)


def test_forgetting_takes_what_stands() -> None:
    plum = replace(note("the plum tree", 50, "remembered"), id=4)
    assert without_notes(minded(plum), {4}).standing == ()
    assert forgotten(minded(plum), 1020.0).standing == ()


def test_a_wish_that_is_taken_back_stands_no_more() -> None:
    before = minded(KEYS)
    made = replace(note("A day.", 50, "derived"), id=3)
    after = fold(fold(before, note("the plum tree", 50, "remembered")), made)
    assert without(after, before, ("asked", "remembered", "derived")).standing == (made,)
