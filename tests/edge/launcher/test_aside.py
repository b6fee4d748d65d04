"""What the run can do without, and does."""

import asyncio
from pathlib import Path

import pytest

from edge import config, scene
from edge.launcher import births, processes
from edge.launcher.births import Run
from edge.launcher.run import PROGRAMS, Launcher
from edge.messages import ChildDied, Lending, Notice, Shown, Summary

DEMO = scene.load(scene.folder("demo"))
TOO_LONG_S = 120


class Played:
    """A run on the demo's sound at its own pace, ended when `wanted` is shown."""

    def __init__(self, folder: Path, wanted: str, budget_mb: int = 0, **programs: str) -> None:
        self.shown: list[Shown] = []
        self._wanted = wanted
        settings = config.Config(
            notes=config.Notes(meaning=True),
            voice=config.Voice(enabled="voice" in programs),
            memory=config.Memory(budget_mb=budget_mb),
        )
        source = [source for source in scene.sources(DEMO) if source.kind == "audio"]
        run = Run(config=settings, sources=source, data=folder)
        self.launcher = Launcher(run, self._show, {**PROGRAMS, **programs})

    def _show(self, message: Shown) -> None:
        self.shown.append(message)
        if isinstance(message, Notice) and self._wanted in message.text:
            self.launcher.stop()

    def to_its_end(self) -> Summary:
        summary = asyncio.run(asyncio.wait_for(self.launcher.launch(), TOO_LONG_S))
        assert summary
        return summary

    def deaths(self, name: str) -> int:
        return sum(isinstance(m, ChildDied) and m.process == name for m in self.shown)


def test_a_mind_that_dies_again_and_again_is_given_up_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "BACK_OFF_S", (0.0,))
    played = Played(tmp_path, "no mind any more", mind="tests.edge.dying_mind")
    summary = played.to_its_end()
    assert played.deaths("mind") == processes.MOST_DEATHS_IN_A_ROW
    assert summary.counter == "equal"
    assert {seal.process for seal in summary.sealed} >= {"chamber", "mind"}


def test_what_cannot_start_is_told_once_and_the_run_goes_on(tmp_path: Path) -> None:
    played = Played(tmp_path, "no mind: ", mind="tests.edge.no_such_program")
    assert played.to_its_end().counter == "equal"
    notices = [m.text for m in played.shown if isinstance(m, Notice)]
    assert len(notices) == 1
    assert "No module named" in notices[0]
    assert played.deaths("mind") == 0


def test_what_a_mind_does_not_take_is_the_chambers(tmp_path: Path) -> None:
    played = Played(tmp_path, "no mind: ", budget_mb=200, mind="tests.edge.no_such_program")
    assert births.divided(played.launcher.run.config).chamber_mb < 200
    played.to_its_end()
    assert [m.budget_mb for m in played.shown if isinstance(m, Lending)][-1] == 200


def test_a_mind_that_does_not_fit_is_not_started(tmp_path: Path) -> None:
    played = Played(tmp_path, "no mind: ", budget_mb=90)
    assert "mind" not in {seal.process for seal in played.to_its_end().sealed}


def test_a_voice_that_cannot_start_ends_nothing_either(tmp_path: Path) -> None:
    played = Played(tmp_path, "no voice: ", voice="tests.edge.no_such_program")
    assert played.to_its_end().counter == "equal"


def test_an_unsealed_one_ends_the_run(tmp_path: Path) -> None:
    """It is no matter of doing without: nothing may run that is not sealed as it should be."""
    played = Played(tmp_path, "never shown", mind="tests.edge.open_mind")
    with pytest.raises(RuntimeError, match="mind is not sealed"):
        played.to_its_end()
