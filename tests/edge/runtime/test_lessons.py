"""What corrections teach, and how it is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.context import Context
from edge.evidence import Note
from edge.messages import Shown, Speaker, Transcript
from edge.notes import Wish
from edge.recall.asking import Kind
from edge.runtime.judge import Judge
from edge.runtime.lessons import Lessons
from edge.runtime.present import Present

WORLD = ("When does the library close?", "When does the museum open?", "Where is the town hall?")
INDIRECT = "Rate this outfit."
"""A request that the rules do not know."""
NOON_S = 1_800_000_000.0


def _nobody(_shown: Shown) -> None:
    pass


@pytest.fixture
def present(tmp_path: Path) -> Iterator[Present]:
    present = Present(tmp_path, bytes(32), "r1", "live", _nobody)
    yield present
    present.close()


def judge(present: Present) -> Judge:
    made = Judge()
    made.lessons = Lessons(present)
    return made


def said(text: str, end_s: float) -> Transcript:
    return Transcript(
        text, round(end_s * 1000) - 2000, round(end_s * 1000), 90, 0, (), Speaker.WEARER
    )


def heard(patient: Judge, text: str, at_s: float, since_reply_s: float | None = None) -> str:
    return patient.meant(said(text, at_s), since_reply_s, NOON_S + at_s).request


def not_for_you(patient: Judge, *texts: str) -> None:
    for place, text in enumerate(texts, 1):
        assert heard(patient, text, 100.0 * place)
        assert not heard(patient, "That was not for you.", 100.0 * place + 4, 2.0)


def for_you(patient: Judge, text: str, at_s: float) -> None:
    assert not heard(patient, text, at_s)
    assert heard(patient, "I was talking to you.", at_s + 4) == text


def test_two_corrections_of_a_kind_hold_it_back(present: Present) -> None:
    patient = judge(present)
    not_for_you(patient, *WORLD[:2])
    assert not heard(patient, WORLD[2], 900.0)
    assert heard(patient, "Set a timer for five minutes.", 1000.0)
    assert heard(patient, f"Offrecord, {WORLD[2]}", 1100.0)
    assert heard(patient, "Stop listening for a while.", 1200.0)


def test_the_next_run_knows_it(present: Present) -> None:
    not_for_you(judge(present), *WORLD[:2])
    assert Lessons(present).learnt.kinds[Kind.WORLD].not_meant == 2
    assert not heard(judge(present), WORLD[2], 10.0)


def test_what_was_meant_is_taken_from_then_on_and_what_is_built_alike(present: Present) -> None:
    patient = judge(present)
    for_you(patient, INDIRECT, 10.0)
    assert heard(patient, INDIRECT, 200.0)
    assert heard(patient, "Rate this jacket.", 300.0)
    assert not heard(patient, "He said the train was late again.", 400.0)


def test_with_a_stretch_of_time_go_its_lessons(present: Present) -> None:
    not_for_you(judge(present), *WORLD[:2])
    present.notes.forget(Wish(since_s=NOON_S + 150))
    (left,) = present.notes.lessons()
    assert left.kind == Kind.WORLD


def test_with_a_note_go_the_lessons_about_it_unless_it_merely_expired(present: Present) -> None:
    present.context = Context(run="r1")
    for place, text in enumerate(WORLD[:2], 1):
        present.notes.remember(Note("asked", text, 0, NOON_S + 100 * place, "r1", "test"))
    patient = judge(present)
    not_for_you(patient, *WORLD[:2])
    present.notes.forget(Wish(words=("museum",)))
    assert len(present.notes.lessons()) == 1
    present.notes.expire(NOON_S + 86_400 * 40)
    assert present.notes.count("r1", "asked") == 0
    assert len(present.notes.lessons()) == 1


def test_who_forgets_them_all_is_obeyed_at_once(present: Present) -> None:
    patient = judge(present)
    not_for_you(patient, *WORLD[:2])
    present.notes.wish(Wish(taught=True))
    present.forget_wishes()
    assert heard(patient, WORLD[2], 900.0)
