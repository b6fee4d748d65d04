"""The real mind, sealed as ever, asked as the runtime asks it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from mind_process import MindProcess

from edge.messages import Consider
from edge.recall.asking import Kind
from edge.runtime.lessons import FILE_NAME, Lessons
from edge.runtime.opinion import DEADLINE_S, Opinions, Pipes

REQUEST, REMARK = "Could you tell me where I put my gloves?", "The soup needs a bit more salt."


@pytest.fixture(scope="module")
def mind() -> Iterator[MindProcess]:
    with MindProcess() as mind:
        mind.wait_until_there()
        yield mind


@pytest.fixture
def opinions(mind: MindProcess, tmp_path: Path) -> Opinions:
    opinions = Opinions(mind.pipes, Lessons(tmp_path))
    opinions.awake()
    return opinions


def test_it_is_sealed_as_its_row_says(mind: MindProcess) -> None:
    assert mind.sealed().level in {"A", "C"}


def test_a_request_and_a_remark_are_told_apart(opinions: Opinions) -> None:
    request = opinions.ask(REQUEST, follows_reply=False)
    remark = opinions.ask(REMARK, follows_reply=False)
    assert request
    assert remark
    assert remark.score < 0 < request.score


def test_a_correction_is_learnt_kept_and_taken_up_by_the_next_mind(
    mind: MindProcess, opinions: Opinions, tmp_path: Path
) -> None:
    assert opinions.correct(REQUEST, follows_reply=False, was_meant=False)
    after = Opinions(mind.pipes, Lessons(tmp_path))
    after.awake()
    opinion = after.ask(REQUEST, follows_reply=False)
    assert opinion
    assert opinion.learnt < 0
    assert after.has_learnt


def test_no_word_is_stored(opinions: Opinions, tmp_path: Path) -> None:
    opinions.correct("Xylophone canary.", follows_reply=False, was_meant=True)
    stored = (tmp_path / FILE_NAME).read_text()
    assert "anary" not in stored
    assert set(msgspec.json.decode(stored)) == {"steps", "kinds"}


def test_what_was_learnt_and_then_deleted_is_taken_back(mind: MindProcess, tmp_path: Path) -> None:
    lessons = Lessons(tmp_path)
    opinions = Opinions(mind.pipes, lessons)
    opinions.awake()
    opinions.correct(REQUEST, follows_reply=False, was_meant=False)
    (tmp_path / FILE_NAME).unlink()
    assert lessons.refresh()
    opinions.adopt()
    opinion = opinions.ask(REQUEST, follows_reply=False)
    assert opinion
    assert opinion.learnt == 0
    assert lessons.leanings.get(Kind.TOOL) is None


def test_nothing_is_asked_before_the_seal_was_checked(mind: MindProcess, tmp_path: Path) -> None:
    assert Opinions(mind.pipes, Lessons(tmp_path)).ask(REQUEST, follows_reply=False) is None


def test_a_damaged_file_means_as_it_ships(mind: MindProcess, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"steps": "many"}')
    assert not Opinions(mind.pipes, Lessons(tmp_path)).has_learnt


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[tuple[Opinions, int, int]]:
    """Ask through pipes whose other ends nobody reads or writes."""
    asks_read, asks = os.pipe2(os.O_DIRECT)
    answers, answers_write = os.pipe2(os.O_DIRECT)
    opinions = Opinions(Pipes(asks, answers), Lessons(tmp_path))
    opinions.awake()
    yield opinions, asks_read, answers_write
    for descriptor in (asks_read, asks, answers, answers_write):
        os.close(descriptor)


def test_a_mind_that_hangs_is_waited_for_once(nobody: tuple[Opinions, int, int]) -> None:
    began_s = time.monotonic()
    for _ in range(50):
        assert nobody[0].ask(REQUEST, follows_reply=False) is None
    assert time.monotonic() - began_s < 10 * DEADLINE_S


def test_what_is_no_answer_is_none(nobody: tuple[Opinions, int, int]) -> None:
    opinions, _asks, answers = nobody
    os.write(answers, b"\xc1")
    assert opinions.ask(REQUEST, follows_reply=False) is None


def test_a_late_answer_is_not_taken_for_this_one(nobody: tuple[Opinions, int, int]) -> None:
    opinions, _asks, answers = nobody
    os.write(answers, msgspec.msgpack.encode((115, 77, 9000, 0)))
    assert opinions.ask(REQUEST, follows_reply=False) is None


def test_the_mind_ends_with_its_pipe_and_dies_of_what_is_no_question() -> None:
    with MindProcess() as mind:
        mind.wait_until_there()
        os.write(mind.asks, msgspec.msgpack.encode(Consider(1, "Hello", follows_reply=False))[:-1])
        assert mind.process.wait(60) != 0
