"""The wearer's day can be read again from notes alone: played, dropped from mind, asked."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import config, scene
from edge.bench import SECRET, play
from edge.digest.stored import standing
from edge.evidence import Note, Now, Question
from edge.launcher.births import Run
from edge.notes import Notes
from edge.recall import requests
from edge.recall.answer import Memory
from edge.search.finder import Finder

OF_MEMORY = ("demo", "errand")
"""Scenes with a question that words of theirs answer."""


def right_answers(shown: scene.Scene, notes: Notes, now_s: float) -> list[str]:
    """Ask a scene's questions another day, with nothing in mind but what stands in the notes."""
    finder, later = Finder(notes), Now("another", 0, now_s + 86_400)
    right = []
    for each in shown.questions:
        question = Question(each.text, later)
        found = [one.note for one in finder.find(question)]
        told = requests.answer_all(question, Memory(found, standing=standing(notes, now_s)))
        if scene.judge(each, told.text) == "right":
            right.append(each.text)
    return right


def said_in(shown: scene.Scene) -> Iterator[Note]:
    asked = {question.text for question in shown.questions}
    for said in shown.said:
        if said.text not in asked:
            who = said.speaker if said.speaker != "somebody" else ""
            at_s = 1_764_000_000.0 + said.end_s
            yield Note("said", said.text, round(1000 * said.end_s), at_s, "r", "m", 90, who=who)


def test_what_was_said_in_a_scene_answers_another_day(tmp_path: Path) -> None:
    shown = scene.load(scene.folder("demo"))
    with Notes(tmp_path, bytes(32)) as notes:
        notes.remember_all(said_in(shown))
        assert right_answers(shown, notes, 1_764_000_000.0)


@pytest.mark.long
@pytest.mark.parametrize("name", OF_MEMORY)
def test_a_scene_that_was_played_answers_another_day(name: str) -> None:
    shown = scene.load(scene.folder(name))
    with tempfile.TemporaryDirectory() as folder:
        run = Run(
            config=config.Config(),
            sources=scene.sources(shown),
            data=Path(folder),
            picture_s=shown.picture_s,
            fast=True,
        )
        play(run, lambda _message: None)
        with Notes(Path(folder), SECRET) as notes:
            assert notes.stats()["kinds"]["derived"] >= 1
            assert right_answers(shown, notes, time.time())
