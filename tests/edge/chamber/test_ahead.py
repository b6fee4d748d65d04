"""How much is done ahead on boards of different speeds."""

import pytest

from edge.chamber.ahead import BACK, LONGEST_LOOK_S, MOST, Strain, allowed
from edge.messages import Ahead

SPOKEN_S = 10.0


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        *((0.0, Ahead.WORDS), (0.1, Ahead.WORDS)),
        *((0.2, Ahead.PAUSES), (0.3, Ahead.PAUSES)),
        *((0.4, Ahead.NOTHING), (3.0, Ahead.NOTHING)),
    ],
)
def test_the_table(share: float, expected: Ahead) -> None:
    assert allowed(Ahead.WORDS, share) is expected


def test_what_was_given_up_comes_back_only_well_below_its_bound() -> None:
    bound = MOST[Ahead.PAUSES]
    assert allowed(Ahead.NOTHING, 0.99 * bound) is Ahead.NOTHING
    assert allowed(Ahead.NOTHING, 0.99 * BACK * bound) is Ahead.PAUSES
    assert allowed(Ahead.PAUSES, 0.99 * bound) is Ahead.PAUSES


def test_a_change_is_told_once() -> None:
    strain = Strain()
    assert [strain.note(0.2 * SPOKEN_S, SPOKEN_S) for _ in range(3)] == [True, False, False]
    assert strain.ahead is Ahead.PAUSES


def test_a_board_that_is_busy_for_a_moment_recovers() -> None:
    strain = Strain()
    strain.note(5 * SPOKEN_S, SPOKEN_S)
    for _ in range(4):
        strain.note(0.02 * SPOKEN_S, SPOKEN_S)
    assert strain.ahead is Ahead.WORDS


def test_words_are_not_looked_for_where_a_pause_would_have_to_wait() -> None:
    strain = Strain()
    strain.note(0.01 * SPOKEN_S, SPOKEN_S)
    assert strain.may_look(0.9 * LONGEST_LOOK_S / 0.01)
    assert not strain.may_look(1.1 * LONGEST_LOOK_S / 0.01)
