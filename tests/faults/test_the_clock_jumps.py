"""The clock on the wall is set by a year, forwards and back, while a real sealed runtime works."""

from pathlib import Path

import pytest
import set_clock
from language_model import serving_beside, streams

from edge.config import Airlock, Config
from edge.messages import Allowance, Reply, Shown
from edge.notes import opening
from edge.reason import abilities
from tests.edge.runtime.runtime_process import HELLO, SECRET, RuntimeProcess, at, spoken

YEAR_S = 365 * 86_400.0
KEYS = "My keys are in the blue bowl."
CAPITAL = "What's the capital of Mongolia?"
both_ways = pytest.mark.parametrize("jump_s", [YEAR_S, -YEAR_S], ids=["forwards", "back"])


class Runtime(RuntimeProcess):
    """One on a device whose clock is set."""

    def __init__(self, folder: Path, settings: Config | None = None) -> None:
        self._jump = folder / "jump"
        self.set_by(0.0)
        self.PROGRAM = (set_clock.__file__, str(self._jump), "edge.runtime")
        super().__init__(folder / "data", settings=settings, fast=False, live=True)

    def set_by(self, seconds: float) -> None:
        set_clock.set_by(self._jump, seconds)

    def answer(self, question: str, at_s: float) -> Reply:
        """Ask aloud; return the answer."""
        self.tell(at(at_s, live=True))
        self.say(spoken(question, at_s))
        return self.reply(self.until(Reply))

    @staticmethod
    def reply(shown: list[Shown]) -> Reply:
        assert isinstance(shown[-1], Reply)
        return shown[-1]


def is_of_just_now(reply: Reply) -> bool:
    """Whether it knows, and takes what was said in this minute for no older."""
    return "blue bowl" in reply.text and " s ago" in reply.text


@both_ways
def test_a_timer_rings_when_it_was_to_and_no_note_is_lost(jump_s: float, tmp_path: Path) -> None:
    with Runtime(tmp_path) as runtime:
        runtime.tell(at(0, live=True))
        runtime.say(HELLO, spoken(KEYS, 4))
        runtime.answer("Set a timer for two seconds.", 6)
        runtime.set_by(jump_s)
        assert runtime.reply(runtime.until(Reply)).text == "Time is up."
        assert is_of_just_now(runtime.answer("Where are my keys?", 12))
        runtime.kill_and_restart()
        runtime.say(HELLO)
        assert is_of_just_now(runtime.answer("Where are my keys?", 18))
        runtime.set_by(0.0)
        assert is_of_just_now(runtime.answer("Where are my keys now?", 24))
        runtime.summary()
    with opening.for_reading(tmp_path / "data", SECRET) as notes:
        asked = [note.text for note in notes.of_run("r1") if note.kind == "asked"]
    assert asked == [
        "Set a timer for two seconds.",
        *["Where are my keys?"] * 2,
        "Where are my keys now?",
    ]


@both_ways
def test_the_day_s_budget_goes_on(jump_s: float, tmp_path: Path) -> None:
    small = Config(airlock=Airlock(day_bytes=100_000))

    def left(runtime: Runtime, at_s: float) -> int:
        runtime.tell(at(at_s, live=True))
        runtime.say(HELLO)  # who begins is told what may leave
        told = runtime.until(Allowance)[-1]
        assert isinstance(told, Allowance)
        return told.day_left_bytes

    with Runtime(tmp_path, small) as runtime:
        runtime.until(Allowance)
        for jump in (0.0, jump_s, 0.0):
            runtime.set_by(jump)
            assert left(runtime, 1.0) == 100_000 - runtime.written_bytes


@both_ways
def test_a_reasoner_is_asked_no_more_often_in_a_day(jump_s: float, tmp_path: Path) -> None:
    with serving_beside(streams("Ulaanbaatar.")) as server:
        reasoner = server.settings(questions_a_day=1)
        (tmp_path / "data").mkdir()
        known = {abilities.name_of(reasoner): abilities.Abilities(is_known=True)}
        abilities.keep(tmp_path / "data", known)
        with Runtime(tmp_path, Config(reasoner=(reasoner,))) as runtime:
            runtime.tell(at(0, live=True))
            runtime.say(HELLO)
            assert runtime.answer(CAPITAL, 6).source == "small"
            for at_s, jump in ((20, jump_s), (40, 0.0)):
                runtime.set_by(jump)
                assert runtime.answer(CAPITAL, at_s).source == "recall"
    assert len(server.asked) == 1
