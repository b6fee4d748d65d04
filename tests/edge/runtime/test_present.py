"""What the runtime has in mind goes with what its notes forget."""

from pathlib import Path

from edge.errand import Errand
from edge.evidence import Note, Now, Question
from edge.messages import Shown
from edge.notes import Wish
from edge.recall.answer import Begin, End, Undo
from edge.runtime.present import Present

DAY_S = 86_400.0
NOON_S = 1_800_000_000.0


def _nobody(_shown: Shown) -> None:
    pass


def test_what_was_ended_is_not_brought_back_after_forgetting(tmp_path: Path) -> None:
    present = Present(tmp_path, bytes(32), "r1", "live", _nobody)
    question = Question("", Now("r1", 0, NOON_S))
    present.carry_out((Begin(Errand("item", "Anna's pills", on_list="shopping")),), question)
    present.carry_out((End(present.context.errands[0]),), question)
    present.notes.wish(Wish(words=("pills",)))
    present.forget_wishes()
    present.carry_out((Undo(),), question)
    assert present.context.errands == ()
    present.close()


def test_a_wish_that_waited_when_something_expired_reaches_what_others_said(tmp_path: Path) -> None:
    present = Present(tmp_path, bytes(32), "r1", "live", _nobody)
    present.notes.remember(Note("said", "old", 0, NOON_S - 40 * DAY_S, "r1", "test"))
    passing = Note("said", "what somebody said", 0, NOON_S, "r1", "test", who="other")
    present.overhear(passing)
    present.notes.wish(Wish(since_s=NOON_S - 60))
    present.expire(NOON_S + 1)
    assert present.context.passing == ()
    assert not present.notes.has_wishes()
    present.close()
