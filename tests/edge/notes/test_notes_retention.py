"""How long notes are kept, and which clock is believed."""

from pathlib import Path

import pytest
from test_store import kept, note

from edge.ledger import Content
from edge.notes.retention import BELIEVED_S, DAY_S, believed

NOW_S = 1_800_000_000.0


def test_what_was_said_expires_after_a_month_and_what_was_to_be_remembered_never(
    tmp_path: Path,
) -> None:
    old_s, young_s = NOW_S - 31 * DAY_S, NOW_S - 29 * DAY_S
    old = [note("old", old_s), note("seen", old_s, "seen"), note("keep", old_s, "remembered")]
    with kept(tmp_path, *old, note("young", young_s)) as memory:
        memory.keep_text(1, old_s, Content("salt", "old"))
        memory.keep_text(2, young_s, Content("salt", "young"))
        gone = memory.expire(NOW_S)
        assert (len(gone.notes), gone.texts) == (2, {1})
        assert {n.text for n in memory.recent()} == {"keep", "young"}
        number = memory.generation.number
        assert not memory.expire(NOW_S + 60)
        assert memory.generation.number == number, "nothing expired, and nothing was rewritten"


def test_a_clock_that_was_set_a_year_ahead_erases_nothing(tmp_path: Path) -> None:
    with kept(tmp_path, note("young", NOW_S)) as memory:
        memory.expire(NOW_S)
        assert not memory.expire(NOW_S + 365 * DAY_S)
        assert not memory.expire(NOW_S + 60)  # set right again
        assert memory.recent()


def test_a_device_that_lay_in_a_drawer_forgets_a_day_later(tmp_path: Path) -> None:
    with kept(tmp_path, note("old", NOW_S)) as memory:
        memory.expire(NOW_S)
        later_s = NOW_S + 40 * DAY_S
        assert not memory.expire(later_s)
        assert not memory.expire(later_s + 3600)
        assert memory.expire(later_s + DAY_S)


@pytest.mark.parametrize(
    ("now_s", "last_s", "doubted_until_s", "expected"),
    [
        (NOW_S, 0.0, 0.0, (True, 0.0)),
        (NOW_S, NOW_S - 60, 0.0, (True, 0.0)),
        (NOW_S, NOW_S + 60, 0.0, (False, 0.0)),
        (NOW_S, NOW_S - BELIEVED_S - 1, 0.0, (False, NOW_S + DAY_S)),
        (NOW_S, NOW_S - 60, NOW_S + 60, (False, NOW_S + 60)),
        (NOW_S, NOW_S - 60, NOW_S - 1, (True, 0.0)),
    ],
)
def test_which_clock_is_believed(
    now_s: float, last_s: float, doubted_until_s: float, expected: tuple[bool, float]
) -> None:
    assert believed(now_s, last_s, doubted_until_s) == expected
