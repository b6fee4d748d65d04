"""The real mind, sealed as ever, asked as the runtime asks it."""

import os
import time
from collections.abc import Iterator

import msgspec
import pytest
from mind_process import MindProcess

from edge.messages import ChildDied, Embed
from edge.runtime.mind import DEADLINE_S, Mind, Pipes
from edge.search.meaning import BITS

QUESTION, ALIKE, OTHER = (
    "Where did I put my gloves?",
    "I can't find my mittens anywhere.",
    "The soup needs a bit more salt.",
)
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def process(minilm: None) -> Iterator[MindProcess]:
    del minilm  # it is there
    with MindProcess() as process:
        process.wait_until_there()
        yield process


def test_it_is_sealed_as_its_row_says(process: MindProcess) -> None:
    assert process.sealed().level in {"A", "C"}


def test_what_means_alike_is_closer_and_each_piece_has_its_word(process: MindProcess) -> None:
    mind = Mind(process.pipes, PATIENCE_S)
    assert mind.understand(QUESTION) is None  # its seal was not checked yet
    mind.told(process.sealed())
    asked, alike, other = (mind.understand(text) for text in (QUESTION, ALIKE, OTHER))
    assert asked
    assert alike
    assert other
    assert asked.words == ("where", "did", "i", "put", "my", "gloves")
    assert len(asked.meaning.pieces) == len(asked.words)
    near, far = ((asked.meaning.whole ^ each.meaning.whole).bit_count() for each in (alike, other))
    assert near < far < BITS
    mind.told(ChildDied("mind", "ended"))
    assert mind.understand(QUESTION) is None


@pytest.fixture
def nobody() -> Iterator[tuple[Mind, int, int]]:
    """Ask through pipes whose other ends nobody reads or writes."""
    asks_read, asks = os.pipe2(os.O_DIRECT)
    answers, answers_write = os.pipe2(os.O_DIRECT)
    mind = Mind(Pipes(asks, answers))
    mind.awake()
    yield mind, asks_read, answers_write
    for descriptor in (asks_read, asks, answers, answers_write):
        os.close(descriptor)


def test_a_mind_that_hangs_is_waited_for_once(nobody: tuple[Mind, int, int]) -> None:
    began_s = time.monotonic()
    for _ in range(50):
        assert nobody[0].understand(QUESTION) is None
    assert time.monotonic() - began_s < 10 * DEADLINE_S


def test_what_is_no_answer_is_none(nobody: tuple[Mind, int, int]) -> None:
    mind, _asks, answers = nobody
    os.write(answers, b"\xc1")
    assert mind.understand(QUESTION) is None


def test_a_late_answer_is_not_taken_for_this_one(nobody: tuple[Mind, int, int]) -> None:
    mind, _asks, answers = nobody
    os.write(answers, msgspec.msgpack.encode((126, 77, "A" * 64, ())))
    assert mind.understand(QUESTION) is None


@pytest.mark.usefixtures("minilm")
def test_the_mind_ends_with_its_pipe_and_dies_of_what_is_no_question() -> None:
    with MindProcess() as process:
        process.wait_until_there()
        os.write(process.asks, msgspec.msgpack.encode(Embed(1, "Hello"))[:-1])
        assert process.process.wait(60) != 0
