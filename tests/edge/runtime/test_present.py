"""What the runtime has in mind goes with what its notes forget."""

from pathlib import Path

from edge.evidence import Note
from edge.messages import Shown
from edge.notes import Wish
from edge.runtime.present import Present

DAY_S = 86_400.0
NOON_S = 1_800_000_000.0


def _nobody(_shown: Shown) -> None:
    pass


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
