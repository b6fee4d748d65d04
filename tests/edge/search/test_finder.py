"""A real mind, real encrypted notes, and a small day of our own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from mind_process import MindProcess

from edge.evidence import Note, Now, Question
from edge.notes import Notes, Wish
from edge.runtime.meanings import Meanings
from edge.runtime.mind import Mind
from edge.search.finder import Finder

DAY_S = 86_400.0
NOON_S = 20_000 * DAY_S + DAY_S / 2
SECRET = bytes(range(32))
PATIENCE_S = 60.0
SAID = (
    ("Ben", "My vehicle is in the multi-storey garage, third floor."),
    ("Ben", "The rain has not stopped since Sunday."),
    ("Anna", "Did you ever ask the landlord about the heating?"),
    ("Ben", "He will send somebody on Thursday, he promised."),
    ("Anna", "I signed up for a pottery course."),
    ("Ben", "Lovely, I have always wanted to make my own bowls."),
    ("Anna", "The children finished their homework early."),
    ("Ben", "I am allergic to hazelnuts, so no cake for me."),
)


@pytest.fixture(scope="module")
def process(minilm: None) -> Iterator[MindProcess]:
    del minilm  # it is there
    with MindProcess() as process:
        process.wait_until_there()
        yield process


@pytest.fixture
def mind(process: MindProcess) -> Mind:
    mind = Mind(process.pipes, PATIENCE_S)
    mind.awake()
    return mind


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    with Notes(tmp_path / "notes", SECRET) as notes:
        for place, (who, text) in enumerate(SAID):
            at_s = NOON_S + 3600 * (place // 2) + 5 * place
            notes.remember(Note("said", text, 0, at_s, "run", "model", who=who))
        yield notes


def think(notes: Notes, finder: Finder, mind: Mind, process: MindProcess) -> None:
    """Let the mind tell what all notes mean, as the runtime does it."""

    async def until_known() -> None:
        meanings = Meanings(notes, finder, mind, 0)
        meanings.told(process.sealed())
        async with asyncio.timeout(PATIENCE_S):
            while notes.meaningless():  # noqa: ASYNC110 (nobody waits for it but a test)
                await asyncio.sleep(0.02)
        meanings.close()

    asyncio.run(until_known())


def first(finder: Finder, text: str, mind: Mind | None, days_later: float = 0.5) -> str:
    question = Question(text, Now("run", 0, NOON_S + DAY_S * days_later))
    found = finder.find(question, mind.understand(text) if mind else None)
    return found[0].note.text if found else ""


def test_what_means_the_same_in_other_words_is_found(
    notes: Notes, mind: Mind, process: MindProcess
) -> None:
    finder = Finder(notes)
    think(notes, finder, mind, process)
    assert "garage" in first(finder, "Where did I park my car?", mind)
    assert "pottery" in first(finder, "Who takes a class in ceramics?", mind)
    assert "hazelnuts" in first(finder, "Which nuts can Ben not eat?", mind)


def test_without_a_mind_words_are_enough(notes: Notes) -> None:
    finder = Finder(notes)
    assert "garage" in first(finder, "Which garage is it?", None)
    question = Question("What about the heating?", Now("run", 0, NOON_S + DAY_S))
    texts = [each.note.text for each in finder.find(question)]
    assert texts[0].startswith("Did you ever ask the landlord")
    assert texts[1].startswith("He will send somebody")


def test_what_is_not_known_by_its_meaning_yet_is_found_by_its_words(
    notes: Notes, mind: Mind, process: MindProcess
) -> None:
    finder = Finder(notes)
    think(notes, finder, mind, process)
    at_s = NOON_S + 9 * 3600
    notes.remember(Note("said", "The xylophone is in the attic.", 0, at_s, "run", "model"))
    assert "attic" in first(finder, "Where is the xylophone?", mind)


def test_the_time_asked_about_decides_between_two(notes: Notes) -> None:
    for day, place in ((-9, "Lisbon"), (0, "Oslo")):
        at_s = NOON_S + DAY_S * day
        notes.remember(Note("said", f"The meeting is in {place}.", 0, at_s, "run", "model"))
    finder = Finder(notes)
    assert "Oslo" in first(finder, "Where was the meeting yesterday?", None, days_later=1)
    assert "Lisbon" in first(finder, "Where was the meeting ten days ago?", None, days_later=1)


def test_what_was_forgotten_is_found_neither_by_words_nor_by_meaning(
    notes: Notes, mind: Mind, process: MindProcess
) -> None:
    finder = Finder(notes)
    think(notes, finder, mind, process)
    first(finder, "warm", mind)
    notes.forget(Wish(words=("hazelnuts",)))
    question = Question("Which nuts can Ben not eat?", Now("run", 0, NOON_S + DAY_S))
    found = finder.find(question, mind.understand(question.text))
    assert found
    assert not any("hazelnuts" in each.note.text for each in found)
    assert len(list(notes.vectors())) == len(notes.pieces(range(100))) == len(SAID) - 1


def test_what_was_asked_is_no_evidence(notes: Notes) -> None:
    notes.remember(Note("asked", "Where is the xylophone?", 0, NOON_S, "run", "model"))
    assert first(Finder(notes), "Where is the xylophone?", None) == ""


def test_an_empty_memory_finds_nothing(tmp_path: Path, mind: Mind) -> None:
    with Notes(tmp_path / "empty", SECRET) as empty:
        assert first(Finder(empty), "Where is my bicycle?", mind) == ""
