"""Births, deaths and the airlock of a whole run, with the real sealed processes."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import spoilt_models

from edge import config, scene
from edge.capture.sources import describe
from edge.launcher.births import Run
from edge.launcher.own_folder import StartFailed
from edge.launcher.run import PROGRAMS, Launcher
from edge.messages import (
    ChildDied,
    Hello,
    Mute,
    MuteState,
    OffTheRecord,
    Reply,
    SealState,
    Shown,
    SpeechStarted,
    Summary,
    Transcript,
)

DEMO = scene.load(scene.folder("demo"))


def demo_run(data: Path) -> Run:
    return Run(
        config=config.Config(),
        sources=scene.sources(DEMO),
        data=data,
        fast=True,
        picture_s=DEMO.picture_s,
    )


class Watched:
    """A launcher of which everything shown is kept."""

    def __init__(self, run: Run, chamber: str = PROGRAMS["chamber"]) -> None:
        self.shown: list[Shown] = []
        self.act: Callable[[Shown], None] = lambda _: None
        self.launcher = Launcher(run, self._show, {**PROGRAMS, "chamber": chamber})

    def _show(self, message: Shown) -> None:
        self.shown.append(message)
        self.act(message)

    def play(self) -> Summary:
        summary = asyncio.run(asyncio.wait_for(self.launcher.launch(), timeout=120))
        assert summary
        return summary

    def of(self, kind: type[Shown]) -> list[Shown]:
        return [message for message in self.shown if isinstance(message, kind)]


def replies(watched: Watched) -> str:
    return " ".join(m.text for m in watched.shown if isinstance(m, Reply) and not m.partial)


def test_a_run_is_sealed_before_it_hears_checked_counted_and_answers(tmp_path: Path) -> None:
    watched = Watched(demo_run(tmp_path))
    summary = watched.play()
    assert summary.counter == "equal"
    assert {seal.process for seal in summary.sealed} >= {"chamber", "capture.audio", "runtime"}
    assert "blue bowl" in replies(watched).lower()
    kinds = [type(message) for message in watched.shown]
    first_heard = kinds.index(Transcript)
    sealed = {m.process for m in watched.shown[:first_heard] if isinstance(m, SealState)}
    assert sealed >= {"chamber", "capture.audio", "capture.video", "runtime"}


@pytest.mark.parametrize("victim", ["chamber", "runtime", "capture.audio", "capture.video"])
def test_a_killed_child_is_named_replaced_and_missed_by_nobody(victim: str, tmp_path: Path) -> None:
    watched = Watched(demo_run(tmp_path))
    killed: list[int] = []

    def kill_once(message: Shown) -> None:
        if isinstance(message, Transcript) and not killed:
            killed.append(watched.launcher.children[victim].pid)
            os.kill(killed[0], signal.SIGKILL)

    watched.act = kill_once
    watched.play()
    deaths = [m for m in watched.shown if isinstance(m, ChildDied) and m.process == victim]
    ended_first = victim.startswith("capture") and not deaths
    if not ended_first:  # a file may have been read to its end before the kill
        assert deaths == [ChildDied(victim, "ended by SIGKILL")]
    assert "blue bowl" in replies(watched).lower()


def hostile(data: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str) -> Watched:
    monkeypatch.setenv("HOSTILE", behaviour)
    return Watched(demo_run(data), "tests.edge.hostile_chamber")


def test_inside_the_running_chamber_the_kernel_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = hostile(tmp_path, monkeypatch, "attack")
    told: list[str] = []

    def listen(message: Shown) -> None:
        if isinstance(message, Transcript):
            told.append(message.text)
            watched.launcher.stop()
            watched.launcher.stop()

    watched.act = listen
    with pytest.raises(StartFailed, match="interrupted"):
        watched.play()
    outcomes = dict(pair.split("=") for pair in told[0].split())
    assert len(outcomes) >= 15
    assert {name for name, outcome in outcomes.items() if outcome == "WORKED"} == set()


@pytest.mark.parametrize("lie", ["overlong", "unknown", "malformed", "flood"])
def test_a_chamber_that_breaks_the_airlock_dies_and_the_runtime_lives(
    lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = hostile(tmp_path, monkeypatch, lie)
    runtimes: set[int] = set()

    def stop_at_the_second_chamber(message: Shown) -> None:
        if isinstance(message, Hello):
            runtimes.add(watched.launcher.children["runtime"].pid)
            if watched.of(ChildDied):
                watched.launcher.stop()
                watched.launcher.stop()

    watched.act = stop_at_the_second_chamber
    with pytest.raises(StartFailed, match="interrupted"):
        watched.play()
    (death, *_) = [m for m in watched.shown if isinstance(m, ChildDied)]
    assert death.process == "chamber"
    assert "violat" in death.reason
    assert len(runtimes) == 1


def test_a_chamber_that_writes_one_byte_more_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = hostile(tmp_path, monkeypatch, "one byte more")

    def stop_when_it_is_caught(message: Shown) -> None:
        if isinstance(message, ChildDied):
            watched.launcher.stop()
            watched.launcher.stop()

    watched.act = stop_when_it_is_caught
    with pytest.raises(StartFailed, match="interrupted"):
        watched.play()
    assert watched.of(ChildDied) == [ChildDied("chamber", "it wrote 1 bytes that are in no ledger")]


def test_a_source_that_cannot_be_opened_ends_the_run_with_its_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"this is no sound")
    run = Run(
        config=config.Config(),
        sources=[describe("audio", str(broken), config.Config())],
        data=tmp_path / "d",
    )
    with pytest.raises(StartFailed, match=r"broken\.wav"):
        Watched(run).play()


def test_notes_have_one_writer(tmp_path: Path) -> None:
    first = Watched(demo_run(tmp_path))
    second = Watched(demo_run(tmp_path))

    async def both() -> None:
        running = asyncio.create_task(first.launcher.launch())
        await asyncio.sleep(0)  # the first one takes the folder before it waits for anything
        with pytest.raises(StartFailed, match="already running"):
            await second.launcher.launch()
        first.launcher.stop()
        first.launcher.stop()
        with pytest.raises(StartFailed, match="interrupted"):
            await running

    asyncio.run(both())


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(StartFailed, match="cannot keep notes in /proc/nowhere"):
        Watched(demo_run(Path("/proc/nowhere"))).play()


def test_only_the_runtime_is_given_the_reasoners_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REASONER_KEY", "canary")
    settings = config.Config(
        reasoner=(config.Reasoner(url="http://127.0.0.1:9/v1", api_key_env="REASONER_KEY"),)
    )
    watched = Watched(replace(demo_run(tmp_path), config=settings))
    holders: set[str] = set()

    def look(message: Shown) -> None:
        if isinstance(message, Hello):
            for name, child in watched.launcher.children.items():
                if b"canary" in Path(f"/proc/{child.pid}/environ").read_bytes():
                    holders.add(name)

    watched.act = look
    watched.play()
    assert holders == {"runtime"}


def test_a_chamber_behind_a_mute_hears_nothing_of_before(tmp_path: Path) -> None:
    """`Mute` comes while a sentence is being said: not even its first half is ever told."""
    watched = Watched(replace(demo_run(tmp_path), fast=False))

    def mute_while_it_speaks(message: Shown) -> None:
        if isinstance(message, SpeechStarted):
            watched.launcher.switch.ask(Mute())
            watched.launcher._loop.call_later(1.0, watched.launcher.stop)

    watched.act = mute_while_it_speaks
    summary = watched.play()
    assert watched.of(Transcript) == []
    assert summary.heard == 0
    assert summary.counter == "equal"


def test_off_the_record_said_aloud_closes_the_sources(tmp_path: Path) -> None:
    watched = Watched(replace(demo_run(tmp_path), fast=False))

    def obey_once_it_hears(message: Shown) -> None:
        if isinstance(message, SpeechStarted):
            watched.launcher._hear_runtime(msgspec.json.encode(OffTheRecord(5)))
            alive = [sensing.child for sensing in watched.launcher.sensing]
            assert alive == [None, None]
            watched.launcher._loop.call_later(1.0, watched.launcher.stop)

    watched.act = obey_once_it_hears
    watched.play()
    muted = [m for m in watched.shown if isinstance(m, MuteState)]
    assert [(state.muted, state.why) for state in muted] == [(True, "voice")]


def test_a_mind_that_is_killed_is_replaced_and_the_question_answered(
    tmp_path: Path, minilm_at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = spoilt_models.copy(tmp_path / "models")
    shutil.copytree(minilm_at / "minilm", models / "minilm")
    monkeypatch.setenv("OFFRECORD_MODELS", str(models))
    settings = config.Config(notes=config.Notes(meaning=True))
    watched = Watched(replace(demo_run(tmp_path), config=settings))
    killed: list[int] = []

    def kill_once(message: Shown) -> None:
        if isinstance(message, SealState) and message.process == "mind" and not killed:
            killed.append(message.pid)
            os.kill(message.pid, signal.SIGKILL)

    watched.act = kill_once
    summary = watched.play()
    assert ChildDied("mind", "ended by SIGKILL") in watched.shown
    assert {seal.process for seal in summary.sealed} >= {"mind", "chamber"}
    assert "blue bowl" in replies(watched).lower()
