"""A sealed runtime asks a sealed mind what its notes mean, while nobody waits for it."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from mind_process import MindProcess
from runtime_process import HELLO, SECRET, RuntimeProcess, at, spoken

from edge.messages import ChildDied, Reply
from edge.notes import opening
from edge.search.meaning import BYTES

WITHIN_S = 30
REMARKS = ("Grab me a towel from the bathroom.", "My bicycle is behind the shed.")


@pytest.fixture
def mind(minilm: None) -> Iterator[MindProcess]:
    del minilm  # it is there
    with MindProcess() as mind:
        mind.wait_until_there()
        yield mind


def kept(data: Path, wanted: int) -> int:
    """Return of how many notes the meaning is kept, once it is of so many or time is up."""
    until_s = time.monotonic() + WITHIN_S
    while (known := _known(data)) < wanted and time.monotonic() < until_s:
        time.sleep(0.05)
    return known


def _known(data: Path) -> int:
    with suppress(opening.NoNotes), opening.for_reading(data, SECRET) as notes:
        known = dict(notes.vectors())
        pieces = notes.pieces(known)
        assert known.keys() == pieces.keys()
        assert all(len(whole) == BYTES for whole in known.values())
        assert all(bits and len(bits) % BYTES == 0 for bits in pieces.values())
        return len(known)
    return 0


def test_what_is_said_is_known_by_its_meaning_soon_after(tmp_path: Path, mind: MindProcess) -> None:
    with RuntimeProcess(tmp_path, mind_fds=(mind.asks, mind.answers)) as runtime:
        runtime.tell(mind.sealed())
        runtime.say(HELLO, *(spoken(text, 4 + 10 * n) for n, text in enumerate(REMARKS)))
        assert kept(tmp_path, len(REMARKS)) == len(REMARKS)


def test_notes_of_a_run_without_a_mind_are_made_up_for(tmp_path: Path, mind: MindProcess) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0.0))  # ties the notes to the wall's clock: those of 1970 have expired
        runtime.say(HELLO, *(spoken(text, 4 + 10 * n) for n, text in enumerate(REMARKS)))
        runtime.summary()
    assert kept(tmp_path, 0) == 0
    with RuntimeProcess(tmp_path, run="r2", mind_fds=(mind.asks, mind.answers)) as runtime:
        runtime.tell(mind.sealed())
        assert kept(tmp_path, len(REMARKS)) == len(REMARKS)


def test_an_answer_comes_when_the_mind_has_died(tmp_path: Path, mind: MindProcess) -> None:
    with RuntimeProcess(tmp_path, mind_fds=(mind.asks, mind.answers)) as runtime:
        runtime.tell(mind.sealed())
        runtime.say(HELLO, spoken(REMARKS[1], 4))
        assert kept(tmp_path, 1) == 1
        mind.process.kill()
        mind.process.wait()
        runtime.tell(ChildDied("mind", "ended by SIGKILL"))
        runtime.say(spoken("Where is my bicycle?", 40))
        reply = runtime.until(Reply)[-1]
        assert isinstance(reply, Reply)
        assert "behind the shed" in reply.text
