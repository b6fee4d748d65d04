"""Real graphs that come and go in one memory; what is not as declared is refused, alone."""

import resource
import threading
from pathlib import Path

import numpy as np
import pytest
from toy_models import INPUT, OUTPUT, WIDTH, file, graph, spec

from edge import seal
from edge.chamber.foresight import Foresight
from edge.chamber.lent import Lent
from edge.chamber.residents import Residents
from edge.chamber.spec import Spec, Unusable
from edge.chamber.specialist import MIB, SLACK_BYTES, SLACK_SHARE, Patience, plannable_bytes
from edge.messages import Lot
from models.manifest import Tensor

PICTURE = np.ones((1, WIDTH), np.float32)
CYCLES = 500
MOST_DRIFT_BYTES = 8 * MIB


def budget(mb: int) -> int:
    """Return a budget of which plans may use so much."""
    whole = (mb * MIB + SLACK_BYTES) * SLACK_SHARE // (SLACK_SHARE - 1)
    return whole + (plannable_bytes(whole) < mb * MIB)


def team(folder: Path, *names: str, mb: int = 10) -> list[Spec]:
    return [spec(folder, name, graph(), mb=mb) for name in names]


def test_who_is_not_in_memory_is_loaded_when_it_is_used(tmp_path: Path) -> None:
    residents = Residents(budget(30), team(tmp_path, "eye"))
    assert residents.names == set()
    (seen,) = Lent("eye", residents).run(None, {"x": PICTURE})
    assert np.array_equal(seen, PICTURE)
    assert residents.names == {"eye"}
    assert residents.accounts["eye"].stalls == 1


def test_room_is_made_for_who_is_used_and_who_left_comes_back(tmp_path: Path) -> None:
    residents = Residents(budget(20), team(tmp_path, "ear", "eye"))
    for name in ("ear", "eye", "ear"):
        Lent(name, residents).run(None, {"x": PICTURE})
        assert residents.names == {name}
    ear, eye = residents.lending().lent
    assert (ear.is_resident, ear.lot, ear.loads, ear.stalls) == (True, Lot.ASKED, 2, 2)
    assert (eye.is_resident, eye.lot, eye.for_whom) == (False, Lot.MADE_ROOM, 0)


def test_who_was_announced_is_there_when_it_is_used(tmp_path: Path) -> None:
    residents = Residents(budget(30), team(tmp_path, "ear"))
    Foresight(residents).announce(["ear"])
    Lent("ear", residents).run(None, {"x": PICTURE})
    assert (residents.accounts["ear"].hits, residents.accounts["ear"].stalls) == (1, 0)


def test_idle_time_is_used_as_far_as_there_is_room(tmp_path: Path) -> None:
    residents = Residents(budget(30), team(tmp_path, "a", "b", "c"))
    Foresight(residents).settle()
    assert len(residents.names) == 2


def test_the_pinned_are_there_from_the_beginning_and_never_leave(tmp_path: Path) -> None:
    gate = spec(tmp_path, "gate", graph(), mb=5, pinned=True, patience=Patience.NOW)
    residents = Residents(budget(30), [gate, *team(tmp_path, "eye", "ear")])
    for name in ("eye", "ear", "gate", "eye"):
        Lent(name, residents).run(None, {"x": PICTURE})
        assert "gate" in residents.names


def test_too_large_for_the_budget_is_refused_with_a_sentence_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    large = spec(tmp_path, "large", graph(), mb=40)
    residents = Residents(budget(30), [large, *team(tmp_path, "eye")])
    for _ in range(2):
        with pytest.raises(Unusable, match=r"large needs 80 MB, and the budget leaves 30 MB"):
            Lent("large", residents).run(None, {"x": PICTURE})
    Lent("eye", residents).run(None, {"x": PICTURE})


BAD = {
    "corrupt": (b"\xff" * 4000, {}, "no graph"),
    "another shape": (graph(128), {}, r"'x' is \[n, 128\], and its row says \[n, 256\]"),
    "another input": (graph(), {"inputs": (Tensor("z", "float32", (1, WIDTH)),)}, "takes 'x'"),
    "another output": (graph(), {"outputs": (OUTPUT, INPUT)}, "gives no 'x'"),
    "another kind of number": (
        graph(),
        {"inputs": (Tensor("x", "int64", ("n", WIDTH)),)},
        "'x' is float32, and its row says int64",
    ),
}


@pytest.mark.parametrize("how", BAD)
def test_a_file_that_does_not_honour_its_row_is_refused_and_the_rest_goes_on(
    how: str, tmp_path: Path
) -> None:
    content, row, sentence = BAD[how]
    bad = spec(tmp_path, "bad", content, row=file(content, **row))  # type: ignore[arg-type]
    residents = Residents(budget(40), [bad, *team(tmp_path, "eye")])
    with pytest.raises(Unusable, match=f"bad is not used: .*{sentence}"):
        Lent("bad", residents).run(None, {"x": PICTURE})
    assert residents.names == set()
    Lent("eye", residents).run(None, {"x": PICTURE})


def test_a_file_that_was_cut_short_later_is_refused(tmp_path: Path) -> None:
    residents = Residents(budget(30), team(tmp_path, "eye"))
    (tmp_path / "eye.onnx").write_bytes(graph()[:1000])
    with pytest.raises(Unusable, match=r"has not the .* bytes it came with"):
        Lent("eye", residents).run(None, {"x": PICTURE})


def test_an_announcement_of_what_is_unusable_disturbs_nobody(tmp_path: Path) -> None:
    bad = spec(tmp_path, "bad", b"\xff" * 4000)
    residents = Residents(budget(40), [bad, *team(tmp_path, "eye")])
    Foresight(residents).announce(["bad", "eye"])
    assert residents.names == {"eye"}


def test_threads_that_want_more_than_fits_take_turns(tmp_path: Path) -> None:
    residents = Residents(budget(20), team(tmp_path, "a", "b", "c"))
    right: list[bool] = []

    def work(name: str) -> None:
        for _ in range(10):
            (seen,) = Lent(name, residents).run(None, {"x": PICTURE})
            right.append(np.array_equal(seen, PICTURE))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert right == [True] * 30


def test_memory_that_another_process_gave_back_is_used(tmp_path: Path) -> None:
    residents = Residents(budget(30), team(tmp_path, "a", "b", "c"))
    Foresight(residents).settle()
    residents.grow(budget(50))
    Foresight(residents).settle()
    assert residents.names == {"a", "b", "c"}


def test_what_takes_the_place_of_a_session_names_its_inputs(tmp_path: Path) -> None:
    lent = Lent("eye", Residents(budget(30), team(tmp_path, "eye")))
    assert [each.name for each in lent.get_inputs()] == ["x"]


def held_bytes() -> int:
    seal.give_back_memory()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize("cycles", [60, pytest.param(CYCLES, marks=pytest.mark.long)])
def test_memory_goes_back_however_often_specialists_come_and_go(
    cycles: int, tmp_path: Path
) -> None:
    specs = [spec(tmp_path, name, graph(WIDTH, layers=8), mb=10) for name in ("ear", "eye")]
    residents = Residents(budget(20), specs)
    ear, eye = (Lent(each.specialist.name, residents) for each in specs)

    def come_and_go(times: int) -> None:
        for _ in range(times // 2):
            ear.run(None, {"x": PICTURE})
            eye.run(None, {"x": PICTURE})

    come_and_go(10)
    before_bytes = held_bytes()
    come_and_go(cycles)
    assert held_bytes() - before_bytes < MOST_DRIFT_BYTES
    assert residents.accounts["eye"].unloads >= cycles // 2
