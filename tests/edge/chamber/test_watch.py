"""Whoever does not answer is ended and named; whoever cannot be ended takes the process along."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spoilt_models import forgetful
from toy_models import INPUT, WIDTH, file, graph, spec

from edge.chamber.foresight import Foresight
from edge.chamber.lent import Lent
from edge.chamber.residents import Residents
from edge.chamber.spec import Refusal, Spec, Unusable
from edge.chamber.watch import Watch
from edge.messages import Lending, Lot
from models.manifest import Tensor

QUIET, LOUD = np.zeros((1, WIDTH), np.float32), np.ones((1, WIDTH), np.float32)
PATIENCE_S = 60.0
"""Five times what the slowest of these takes."""


def hasty(made: Spec) -> Spec:
    """Return it with a deadline that a test can wait for."""
    return replace(made, specialist=replace(made.specialist, deadline_s=0.5))


def hanging(folder: Path, hangs_above: float = 0.5) -> Spec:
    """Return a specialist that answers a quiet picture, and counts for ever at a loud one."""
    content = forgetful({"x": (1, WIDTH)}, {"y": (1, WIDTH)}, hangs_above=hangs_above)
    row = file(content, outputs=(Tensor("y", "float32", (1, WIDTH)),))
    return hasty(spec(folder, "eye", content, row=row))


@pytest.mark.parametrize("budget_bytes", [0, 100 << 20])
def test_who_does_not_answer_is_ended_and_named_and_the_rest_goes_on(
    budget_bytes: int, tmp_path: Path
) -> None:
    residents = Residents(budget_bytes, [hanging(tmp_path), spec(tmp_path, "ear", graph())])
    eye, ear = Lent("eye", residents), Lent("ear", residents)
    eye.run(None, {"x": QUIET})
    for _ in range(2):
        with pytest.raises(Unusable, match="eye is not used: it did not answer within 0 s"):
            eye.run(None, {"x": LOUD})
    assert residents.names == set()
    ear.run(None, {"x": LOUD})
    assert residents.names == {"ear"}


def test_others_work_while_one_hangs(tmp_path: Path) -> None:
    residents = Residents(100 << 20, [hanging(tmp_path), spec(tmp_path, "ear", graph())])
    Lent("ear", residents).run(None, {"x": LOUD})

    def hang() -> None:
        with pytest.raises(Unusable):
            Lent("eye", residents).run(None, {"x": LOUD})

    hangs = threading.Thread(target=hang)
    hangs.start()
    while hangs.is_alive():
        Lent("ear", residents).run(None, {"x": LOUD})
    assert residents.accounts["ear"].hits > 1


def test_a_refusal_is_told_with_its_kind(tmp_path: Path) -> None:
    residents = Residents(0, [hanging(tmp_path)])
    told: list[Lending] = []
    residents.tell = told.append
    with pytest.raises(Unusable):
        Lent("eye", residents).run(None, {"x": LOUD})
    assert [(each.name, each.lot) for each in told[0].lent] == [("eye", Lot.HUNG)]


def test_an_error_in_its_work_is_a_refusal_too(tmp_path: Path) -> None:
    other = Tensor("x", "float32", ("n", WIDTH))
    residents = Residents(0, [spec(tmp_path, "eye", graph(), row=file(graph(), inputs=(other,)))])
    with pytest.raises(Unusable, match="eye is not used: its work ended with an error"):
        Lent("eye", residents).run(None, {"x": np.ones((1, WIDTH + 1), np.float32)})


def test_who_hangs_when_it_is_loaded_ahead_is_refused(tmp_path: Path) -> None:
    residents = Residents(100 << 20, [hanging(tmp_path, 0.4)])
    Foresight(residents).announce(["eye"])  # a first run is made of halves
    assert residents.names == set()
    assert residents.refused["eye"].lot is Lot.HUNG


class Deaf:
    """What hangs inside a node: it never looks whether it is to end."""

    def __init__(self) -> None:
        self.freed = threading.Event()

    def run(self, *_: object) -> list[Any]:
        self.freed.wait(PATIENCE_S)
        return []


def test_who_cannot_be_ended_takes_the_process_along(tmp_path: Path) -> None:
    watch, deaf = Watch(), Deaf()
    given_up: list[tuple[str, int]] = []

    def stuck(name: str, thread: int) -> None:
        given_up.append((name, thread))
        deaf.freed.set()

    watch.stuck = stuck
    watch.run(hasty(spec(tmp_path, "eye", graph())), deaf, None, {})  # type: ignore[arg-type]
    assert given_up[0] == ("eye", threading.get_ident())


def test_what_answers_in_time_is_left_alone(tmp_path: Path) -> None:
    made = hasty(spec(tmp_path, "eye", graph()))
    session = made.load()
    assert not isinstance(session, Refusal)
    watch = Watch()
    for _ in range(20):
        result = watch.run(made, session, None, {INPUT.name: LOUD})
        assert not isinstance(result, Refusal)
