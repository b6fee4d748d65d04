"""What must hold of every plan, whatever is resident and wanted; and a few plans worth reading."""

from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.chamber.specialist import (
    MIB,
    Cause,
    Footprint,
    History,
    Load,
    Patience,
    Refuse,
    Resident,
    Specialist,
    State,
    Step,
    Unload,
    Use,
    Want,
)
from edge.chamber.supervisor import plan


def specialist(
    name: str,
    mb: int,
    *,
    loading: int = 0,
    working: int = 0,
    load_ms: float = 100.0,
    **more: object,
) -> Specialist:
    sizes = (mb * MIB, max(mb, loading) * MIB, max(mb, working) * MIB)
    return Specialist(name, Footprint(*sizes, load_ms, 10.0), **more)  # type: ignore[arg-type]


def at_rest(*specialists: Specialist) -> dict[str, Resident]:
    return {each.name: Resident(each) for each in specialists}


def used(now_s: float, **last_and_gap_s: tuple[float, float]) -> History:
    return History(now_s, {name: Use(*times) for name, times in last_and_gap_s.items()})


EAR = specialist("ear", 30, loading=80, lead_ms=1000.0, patience=Patience.NOW)
EYE = specialist("eye", 20, working=90)
MEMORY = specialist("memory", 25, patience=Patience.WHENEVER)
GATE = specialist("gate", 5, pinned=True, patience=Patience.NOW)


def test_what_fits_is_loaded() -> None:
    assert plan(100 * MIB, {}, [Want(EAR)], History(0)) == [Load("ear", Cause.ASKED)]


def test_what_is_there_needs_nothing() -> None:
    assert plan(100 * MIB, at_rest(EAR), [Want(EAR)], History(0)) == []


def test_the_peak_of_a_load_counts_and_not_only_what_stays() -> None:
    steps = plan(100 * MIB, at_rest(MEMORY), [Want(EAR)], History(0))
    assert steps == [Unload("memory", "ear"), Load("ear", Cause.ASKED)]


def test_work_needs_room_too() -> None:
    steps = plan(110 * MIB, at_rest(EYE, MEMORY), [Want(EYE)], History(0))
    assert steps == [Unload("memory", "eye")]


def test_who_cannot_fit_even_alone_is_refused_with_a_sentence() -> None:
    (step,) = plan(80 * MIB, at_rest(GATE), [Want(EYE)], History(0))
    assert step == Refuse(
        "eye",
        "eye needs 90 MB beside 5 MB that stay, and the budget leaves 80 MB; "
        "raise [memory] budget_mb",
    )


def test_who_works_is_waited_for() -> None:
    busy = {"ear": Resident(EAR, State.AT_WORK)}
    assert plan(100 * MIB, busy, [Want(EYE)], History(0)) == []


def test_speech_goes_first() -> None:
    steps = plan(130 * MIB, {}, [Want(EYE), Want(EAR)], History(0))
    assert steps == [Load("ear", Cause.ASKED), Load("eye", Cause.ASKED)]


def test_what_is_always_announced_leaves_before_what_never_is() -> None:
    history = used(100.0, ear=(90.0, 20.0), eye=(90.0, 20.0))
    steps = plan(60 * MIB, at_rest(EAR, EYE), [Want(MEMORY)], history)
    assert steps[0] == Unload("ear", "memory")


def test_what_comes_back_often_stays_though_it_was_used_longer_ago() -> None:
    often, seldom = specialist("often", 20), specialist("seldom", 20)
    history = used(100.0, often=(90.0, 12.0), seldom=(99.0, 3000.0))
    steps = plan(60 * MIB, at_rest(often, seldom), [Want(MEMORY)], history)
    assert steps[0] == Unload("seldom", "memory")


def test_for_what_is_only_announced_nobody_leaves_who_is_wanted_as_soon() -> None:
    history = used(100.0, eye=(99.9, 0.1))
    late = specialist("late", 20, lead_ms=600_000.0, patience=Patience.WHENEVER)
    assert plan(30 * MIB, at_rest(EYE), [Want(late, Cause.ANNOUNCED)], history) == []


def test_nobody_leaves_in_vain() -> None:
    busy = {"eye": Resident(EYE, State.AT_WORK), **at_rest(MEMORY)}
    assert plan(120 * MIB, busy, [Want(EAR)], History(0)) == []


SIZES = st.integers(0, 40)
SPECIALISTS = st.builds(
    lambda name, sizes, load_ms, lead_ms, patience, pinned: Specialist(
        f"s{name}",
        Footprint(sizes[0] * MIB, sum(sizes[:2]) * MIB, (sizes[0] + sizes[2]) * MIB, load_ms, 10.0),
        patience,
        pinned,
        lead_ms,
    ),
    st.integers(0, 30),
    st.tuples(SIZES, SIZES, SIZES),
    st.floats(0, 1000),
    st.floats(0, 2000),
    st.sampled_from(Patience),
    st.booleans(),
)
Scene = tuple[int, dict[str, Resident], list[Want], History]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Draw what a chamber may be in: within its budget, whoever is at work."""
    budget = draw(st.integers(1, 300)) * MIB
    everybody = {each.name: each for each in draw(st.lists(SPECIALISTS, max_size=12))}
    resident: dict[str, Resident] = {}
    for each in everybody.values():
        candidate = Resident(each, draw(st.sampled_from(State)))
        if draw(st.booleans()) and held(resident) + candidate.holds_bytes <= budget:
            resident[each.name] = candidate
    wanted = [
        Want(each, draw(st.sampled_from(Cause)))
        for each in everybody.values()
        if draw(st.booleans())
    ]
    uses = {name: Use(draw(st.floats(0, 99)), draw(st.floats(0.1, 999))) for name in everybody}
    return budget, resident, wanted, History(100.0, uses)


def held(resident: Mapping[str, Resident]) -> int:
    return sum(each.holds_bytes for each in resident.values())


def carried_out(scene: Scene, steps: Sequence[Step]) -> tuple[dict[str, Resident], int]:
    """Do what is planned; return who is resident when all requests work, and the peak."""
    _, before, wanted, _ = scene
    resident, peak_bytes = dict(before), held(before)
    requests = {
        want.specialist.name: want.specialist for want in wanted if want.cause is Cause.ASKED
    }
    everybody = {want.specialist.name: want.specialist for want in wanted}
    for step in steps:
        if isinstance(step, Unload):
            del resident[step.name]
        elif isinstance(step, Load):
            loading = Resident(everybody[step.name], State.LOADING)
            peak_bytes = max(peak_bytes, held(resident) + loading.holds_bytes)
            state = State.AT_WORK if step.name in requests else State.AT_REST
            resident[step.name] = Resident(everybody[step.name], state)
        peak_bytes = max(peak_bytes, held(resident))
    return resident, peak_bytes


@given(scenes())
@settings(deadline=None)
def test_never_over_budget_not_even_in_the_middle_of_a_load(scene: Scene) -> None:
    _, peak_bytes = carried_out(scene, plan(*scene))
    assert peak_bytes <= scene[0]


@given(scenes())
@settings(deadline=None)
def test_nobody_leaves_who_works_is_pinned_or_is_asked_for(scene: Scene) -> None:
    _, resident, wanted, _ = scene
    asked = {want.specialist.name for want in wanted if want.cause is Cause.ASKED}
    for step in plan(*scene):
        if isinstance(step, Unload):
            leaving = resident[step.name]
            assert leaving.state is State.AT_REST
            assert not leaving.specialist.pinned
            assert step.name not in asked


@given(scenes())
@settings(deadline=None)
def test_nobody_is_loaded_only_to_leave_and_nobody_twice(scene: Scene) -> None:
    steps = plan(*scene)
    assert len({step.name for step in steps}) == len(steps)


@given(scenes())
@settings(deadline=None)
def test_what_was_done_is_not_undone_the_next_moment(scene: Scene) -> None:
    budget, _, wanted, history = scene
    resident, _ = carried_out(scene, plan(*scene))
    announced = [
        want
        for want in wanted
        if want.cause is Cause.ANNOUNCED and want.specialist.name in resident
    ]
    assert plan(budget, resident, announced, history) == []


@given(scenes())
@settings(deadline=None)
def test_who_is_refused_would_not_fit_in_an_empty_chamber(scene: Scene) -> None:
    budget, resident, wanted, _ = scene
    sizes = {want.specialist.name: want.specialist.footprint.needs_bytes for want in wanted}
    pinned = {n: each for n, each in resident.items() if each.specialist.pinned}
    for step in plan(*scene):
        if isinstance(step, Refuse):
            beside = [n for n in pinned if n != step.name]
            stay = sum(pinned[n].specialist.footprint.working_bytes for n in beside)
            assert sizes[step.name] + stay > budget


@given(scenes())
@settings(deadline=None)
def test_alone_and_undisturbed_every_request_that_fits_is_served(scene: Scene) -> None:
    budget, _, wanted, history = scene
    for want in wanted:
        (step,) = plan(budget, {}, [want], history)
        fits = want.specialist.footprint.needs_bytes <= budget
        assert isinstance(step, Load if fits else Refuse)
