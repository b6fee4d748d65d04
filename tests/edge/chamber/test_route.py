"""Who is asked first, and when a bigger team is asked."""

from edge.chamber.route import LADDERS, PATIENCE_MS, SURE, Errand, Request, route, whisper
from edge.chamber.specialist import Footprint, Specialist

MIB = 1 << 20
SMALL, BIG = whisper("whisper-tiny.en", "int8"), whisper("whisper-base", "int8")


def specialist(name: str, load_ms: float = 100) -> Specialist:
    run_ms = 50 if "base" in name else 20
    return Specialist(name, Footprint(MIB, MIB, MIB, load_ms=load_ms, run_ms=run_ms))


ROSTER = {name: specialist(name) for name in (*SMALL, *BIG)}


def test_the_cheapest_is_asked_first() -> None:
    assert route(Request(Errand.HEAR), (), ROSTER) == SMALL


def test_who_is_in_memory_is_cheaper_than_who_must_be_loaded() -> None:
    assert route(Request(Errand.HEAR), BIG, ROSTER) == BIG


def test_a_sure_answer_stands() -> None:
    assert route(Request(Errand.HEAR, SMALL, SURE), SMALL, ROSTER) == ()


def test_a_bigger_team_is_asked_when_the_smaller_one_was_unsure() -> None:
    assert route(Request(Errand.HEAR, SMALL, SURE - 0.1), SMALL, ROSTER) == BIG


def test_nobody_is_asked_after_the_biggest_however_unsure_it_was() -> None:
    assert route(Request(Errand.HEAR, BIG, 0.1), BIG, ROSTER) == ()


def test_nobody_waits_long_for_a_bigger_team() -> None:
    slow = ROSTER | {name: specialist(name, load_ms=PATIENCE_MS) for name in BIG}
    unsure = Request(Errand.HEAR, SMALL, 0.1)
    assert route(unsure, SMALL, slow) == ()
    assert route(unsure, {*SMALL, *BIG}, slow) == BIG


def test_without_a_bigger_team_the_unsure_answer_stands() -> None:
    small = {name: ROSTER[name] for name in SMALL}
    assert route(Request(Errand.HEAR, SMALL, 0.4), SMALL, small) == ()


def test_where_only_the_bigger_team_is_there_it_is_asked_first() -> None:
    big = {name: ROSTER[name] for name in BIG}
    assert route(Request(Errand.HEAR), (), big) == BIG


def test_both_precisions_of_a_recogniser_are_known() -> None:
    exact = whisper("whisper-tiny.en", "fp32")
    assert route(Request(Errand.HEAR), (), {name: specialist(name) for name in exact}) == exact


def test_an_errand_that_nobody_can_do_has_no_team() -> None:
    assert set(LADDERS) == set(Errand)
    assert route(Request(Errand.SEE), (), {}) == ()
