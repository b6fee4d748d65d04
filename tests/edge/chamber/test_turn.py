from hypothesis import given
from hypothesis import strategies as st

from edge import config
from edge.chamber.turn import ends, patience_ms

GATE, TURN = config.Gate(hangover_ms=600), config.Turn(finished_ms=400, unfinished_ms=1000)
FINISHED, UNFINISHED = TURN.finished_probability, TURN.unfinished_probability


def test_words_that_are_not_known_leave_it_to_the_silence() -> None:
    assert patience_ms(None, GATE, TURN) == 600


def test_a_whole_sentence_is_answered_soon_and_half_a_one_is_waited_for() -> None:
    assert patience_ms(FINISHED, GATE, TURN) == 400
    assert patience_ms((FINISHED + UNFINISHED) / 2, GATE, TURN) == 600
    assert patience_ms(UNFINISHED - 0.01, GATE, TURN) == 1000


def test_a_short_hangover_is_never_lengthened_by_a_whole_sentence() -> None:
    assert patience_ms(1.0, config.Gate(hangover_ms=160), TURN) == 160


def test_a_long_hangover_is_never_shortened_by_half_a_sentence() -> None:
    assert patience_ms(0.0, config.Gate(hangover_ms=2000), TURN) == 2000


@given(st.none() | st.floats(0, 1))
def test_enough_silence_ends_everything(finished: float | None) -> None:
    assert not ends(0, finished, GATE, TURN)
    assert ends(1000, finished, GATE, TURN)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_more_finished_the_sooner(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert patience_ms(more, GATE, TURN) <= patience_ms(less, GATE, TURN)
