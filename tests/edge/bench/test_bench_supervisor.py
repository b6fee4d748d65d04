"""The day that is lived, and the baseline's own rules."""

from edge.bench import trace
from edge.bench.least_recent import TIME_OUT_S, least_recent
from edge.bench.supervisor import simulate
from edge.chamber.route import Errand
from edge.chamber.specialist import (
    MIB,
    Cause,
    Footprint,
    History,
    Load,
    Resident,
    Specialist,
    Unload,
    Use,
    Want,
)


def specialist(name: str) -> Specialist:
    return Specialist(name, Footprint(10 * MIB, 20 * MIB, 10 * MIB, 10.0, 1.0))


def test_the_day_is_the_same_each_time_and_in_order() -> None:
    day = trace.day()
    assert day == trace.day()
    assert [moment.at_s for moment in day] == sorted(moment.at_s for moment in day)


def test_the_day_has_every_errand_and_announces_all_speech() -> None:
    day = trace.day()
    assert {errand for moment in day for errand in moment.errands} == set(Errand)
    heard = [m for m in day if Errand.HEAR in m.errands]
    assert [m.announced for m in heard] == [True, False] * (len(heard) // 2)


def test_a_model_server_unloads_what_was_idle_for_so_long() -> None:
    a, b = specialist("a"), specialist("b")
    history = History(TIME_OUT_S + 1, {"a": Use(0.0), "b": Use(100.0)})
    resident = {"a": Resident(a), "b": Resident(b)}
    assert least_recent(100 * MIB, resident, [], history) == [Unload("a", "")]


def test_a_model_server_takes_the_least_recent_and_hears_no_announcement() -> None:
    a, b, c = specialist("a"), specialist("b"), specialist("c")
    history = History(50.0, {"a": Use(10.0), "b": Use(20.0)})
    resident = {"a": Resident(a), "b": Resident(b)}
    steps = least_recent(30 * MIB, resident, [Want(c)], history)
    assert steps == [Unload("a", "c"), Load("c", Cause.ASKED)]
    assert least_recent(30 * MIB, resident, [Want(c, Cause.ANNOUNCED)], history) == []


def test_a_plan_of_a_thousand_is_made() -> None:
    assert set(simulate()) == {"10", "100", "1000"}
