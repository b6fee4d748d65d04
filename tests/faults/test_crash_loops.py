"""Who dies at once each time ends the run in one sentence: no storm of births, no silence."""

import asyncio
from itertools import accumulate
from pathlib import Path

import dying_chamber
import pytest

from edge import config, scene
from edge.launcher import processes
from edge.launcher.births import Run
from edge.launcher.own_folder import StartFailed
from edge.launcher.run import PROGRAMS, Launcher
from edge.messages import ChildDied, Notice, Shown

TOO_LONG_S = 300


def test_a_chamber_that_always_dies_ends_the_run_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "BACK_OFF_S", (0.0,))
    sound = [
        each for each in scene.sources(scene.load(scene.folder("demo"))) if each.kind == "audio"
    ]
    run = Run(config=config.Config(), sources=sound, data=tmp_path)
    shown: list[Shown] = []
    programs = {**PROGRAMS, "chamber": "tests.faults.dying_chamber"}
    with pytest.raises(StartFailed) as told:
        asyncio.run(asyncio.wait_for(Launcher(run, shown.append, programs).launch(), TOO_LONG_S))
    assert str(told.value) == (
        f"chamber was started {processes.MOST_DEATHS_IN_A_ROW + 1} times and ended at once each "
        f"time: ended with status {dying_chamber.EXIT}; what does `offrecord doctor` say?"
    )
    deaths = [each.reason for each in shown if isinstance(each, ChildDied)]
    assert len(deaths) == processes.MOST_DEATHS_IN_A_ROW
    assert not [each for each in shown if isinstance(each, Notice) and "ALERT" in each.text]


def test_births_come_later_and_later() -> None:
    waits = [*processes.BACK_OFF_S]
    waits += [waits[-1]] * (processes.MOST_DEATHS_IN_A_ROW - len(waits))
    in_ten_seconds = [began_s for began_s in accumulate(waits) if began_s <= 10]
    assert waits == sorted(waits)
    assert len(in_ten_seconds) <= 6
