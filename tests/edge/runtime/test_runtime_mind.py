"""A sealed runtime beside a sealed mind, and what it learns of corrections."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mind_process import MindProcess
from runtime_process import HELLO, SECRET, RuntimeProcess, spoken

from edge.messages import ChildDied, ContextPacket, Summary
from edge.notes import opening

LIKELY = "Could you tell me the name of the song that was playing in the cafe?"
REMARK = "Grab me a towel from the bathroom."


@pytest.fixture
def mind(minilm: None) -> Iterator[MindProcess]:
    del minilm  # it is there
    with MindProcess() as mind:
        mind.wait_until_there()
        yield mind


def started(data: Path, mind: MindProcess) -> RuntimeProcess:
    return RuntimeProcess(data, mind_fds=(mind.asks, mind.answers))


def answered(runtime: RuntimeProcess) -> int:
    runtime.end_airlock()
    shown = runtime.until(Summary)
    return sum(isinstance(message, ContextPacket) for message in shown)


def test_a_request_is_answered_and_a_remark_is_not(tmp_path: Path, mind: MindProcess) -> None:
    with started(tmp_path, mind) as runtime:
        runtime.tell(mind.sealed())
        runtime.say(HELLO, spoken(LIKELY, 4), spoken(REMARK, 40))
        assert answered(runtime) == 1


def test_i_was_talking_to_you_is_answered_and_learnt(tmp_path: Path, mind: MindProcess) -> None:
    with started(tmp_path, mind) as runtime:
        runtime.tell(mind.sealed())
        runtime.say(HELLO, spoken(REMARK, 4), spoken("I was talking to you.", 8))
        assert answered(runtime) == 1
    with opening.for_reading(tmp_path, SECRET) as notes:
        (lesson,) = notes.lessons()
    assert lesson.was_meant
    assert lesson.move > 0


def test_a_mind_that_died_delays_no_answer(tmp_path: Path, mind: MindProcess) -> None:
    with started(tmp_path, mind) as runtime:
        runtime.tell(mind.sealed())
        mind.process.kill()
        mind.process.wait()
        runtime.tell(ChildDied("mind", "ended by SIGKILL"))
        runtime.say(HELLO, spoken(REMARK, 4), spoken("Where are my keys?", 40))
        assert answered(runtime) == 1
