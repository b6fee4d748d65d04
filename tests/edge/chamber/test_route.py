"""Who is asked first, and when a bigger team is asked."""

from edge.chamber.route import LADDERS, Errand, Request, route
from edge.chamber.specialist import Footprint, Specialist

MIB = 1 << 20
ROSTER = {
    name: Specialist(
        name, Footprint(MIB, MIB, MIB, load_ms=100, run_ms=50 if "base" in name else 20)
    )
    for ladder in LADDERS.values()
    for rung in ladder
    for name in rung.team
}
SMALL, BIG = (rung.team for rung in LADDERS[Errand.HEAR])


def test_the_cheapest_is_asked_first() -> None:
    assert route(Request(Errand.HEAR), (), 0.0, ROSTER) == SMALL


def test_who_is_in_memory_is_cheaper_than_who_must_be_loaded() -> None:
    assert route(Request(Errand.HEAR), BIG, 0.0, ROSTER) == BIG


def test_a_sure_answer_stands() -> None:
    assert route(Request(Errand.HEAR, tried=1), SMALL, 0.9, ROSTER) == ()


def test_a_bigger_team_is_asked_when_the_smaller_one_was_unsure() -> None:
    assert route(Request(Errand.HEAR, tried=1), SMALL, 0.4, ROSTER) == BIG


def test_without_a_bigger_team_the_unsure_answer_stands() -> None:
    small = {name: one for name, one in ROSTER.items() if "base" not in name}
    assert route(Request(Errand.HEAR, tried=1), SMALL, 0.4, small) == ()


def test_where_only_the_bigger_team_is_there_it_is_asked_first() -> None:
    big = {name: one for name, one in ROSTER.items() if "tiny" not in name}
    assert route(Request(Errand.HEAR), (), 0.0, big) == BIG


def test_an_errand_that_nobody_can_do_has_no_team() -> None:
    assert route(Request(Errand.SEE), (), 0.0, {}) == ()
