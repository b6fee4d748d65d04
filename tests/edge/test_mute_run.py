"""Mute that means off: a real run is muted, killed, started again, and looked at from outside."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from edge import control, mute, scene
from edge.messages import Inquire, Mute, Standing, Unmute

DEMO = scene.load(scene.folder("demo"))
LIMIT_S = 60.0
Line = dict[str, Any]


class Running:
    """`offrecord run` on the demo's sound, at its own pace."""

    def __init__(self, data: Path, config: Path | None = None) -> None:
        self.data = data
        options = ["--config", config] if config else []
        command = ["run", "--audio", DEMO.audio, "--data", data, "--json", *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge.cli", *map(str, command)], stdout=subprocess.PIPE
        )
        self.lines: queue.Queue[Line] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """End the launcher as nobody wants it ended; what it started ends with it."""
        tree = self.tree()
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout
        self.process.stdout.close()
        assert eventually(lambda: not any(map(is_there, tree)))

    def tree(self) -> list[int]:
        """Return the ids of the processes that it started."""
        files = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for file in files for pid in file.read_text().split()]

    def until(self, kind: str, **fields: object) -> list[Line]:
        """Return what is shown up to the first line of a kind with these fields."""
        shown = []
        while True:
            shown.append(self.lines.get(timeout=LIMIT_S))
            if {"type": kind, **fields}.items() <= shown[-1].items():
                return shown

    def ask(self, message: Mute | Unmute | Inquire) -> Standing:
        standing = control.ask(self.data, message)
        assert standing
        return standing

    def holders(self) -> list[int]:
        """Return which processes of the tree have the sound open."""
        return [pid for pid in self.tree() if str(DEMO.audio) in open_files(pid)]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def open_files(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile, and holds nothing
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                found.add(str(descriptor.readlink()))
    return found


def programs(standing: Standing) -> set[str]:
    """Return who runs, but for the mind, which runs where its model is and never holds media."""
    return {process.process for process in standing.processes} - {"mind"}


def eventually(happened: Callable[[], bool]) -> bool:
    give_up_s = time.monotonic() + LIMIT_S
    while not happened() and time.monotonic() < give_up_s:
        time.sleep(0.05)
    return happened()


def test_muted_at_the_start_nothing_is_opened(tmp_path: Path) -> None:
    control.change(tmp_path, Mute(), ())
    with Running(tmp_path) as run:
        run.until("SealState", process="chamber")  # it is ready, and still nothing is sensed
        standing = run.ask(Inquire())
        assert standing.mute.muted
        assert programs(standing) == {"chamber", "runtime"}
        assert run.holders() == []
        assert not run.ask(Unmute()).mute.muted
        run.until("Transcript")


def test_a_mute_closes_before_it_answers_and_an_unmute_opens(tmp_path: Path) -> None:
    with Running(tmp_path) as run:
        run.until("SourceState", phase="running")
        held = run.holders()
        assert held
        assert programs(run.ask(Mute())) <= {"chamber", "runtime"}
        assert not any(is_there(pid) for pid in held)
        assert run.holders() == []
        assert (tmp_path / "mute").exists()
        run.ask(Unmute())
        run.until("MuteState", muted=False)
        run.until("Transcript")
        assert run.holders()


def test_nothing_of_a_sentence_that_a_mute_cut_ever_comes_out(tmp_path: Path) -> None:
    with Running(tmp_path) as run:
        run.until("SpeechStarted")
        time.sleep(1.5)  # "I put the keys" is said, "in the blue bowl by the door" is not
        run.ask(Mute())
        run.until("MuteState", muted=True)
        shown = run.until("SealState", process="chamber")  # another one, which heard nothing
        run.ask(Unmute())
        shown += run.until("Transcript")
    (said,) = (line["text"] for line in shown if line["type"] == "Transcript")
    assert "keys" not in said.lower()


def test_a_mute_outlives_a_kill_9_of_the_launcher(tmp_path: Path) -> None:
    with Running(tmp_path) as run:
        run.until("SourceState", phase="running")
        run.ask(Mute(60))
        until_s = run.ask(Inquire()).mute.until_s
    with Running(tmp_path) as again:
        (state,) = (s for s in again.until("MuteState") if s["type"] == "MuteState")
        assert state["muted"]
        assert state["until_s"] == pytest.approx(until_s, abs=1)
        again.until("SealState", process="chamber")
        assert programs(again.ask(Inquire())) == {"chamber", "runtime"}


def test_a_timed_mute_ends_by_itself(tmp_path: Path) -> None:
    clock = mute.read_clock()
    almost_over = replace(clock, since_boot_s=clock.since_boot_s - 45)
    mute.store(tmp_path, mute.asked(mute.State(), Mute(1), (), almost_over))
    with Running(tmp_path) as run:
        run.until("MuteState", muted=True)
        run.until("MuteState", muted=False)
        run.until("Transcript")
        assert eventually(lambda: mute.load(tmp_path) == (mute.State(), ""))


def test_a_schedule_mutes_and_a_hand_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "offrecord.toml"
    file.write_text('[mute]\nschedule = ["00:00-24:00"]\n')
    with Running(tmp_path, file) as run:
        (state,) = (s for s in run.until("MuteState") if s["type"] == "MuteState")
        assert (state["muted"], state["why"]) == (True, "schedule")
        run.ask(Unmute())
        run.until("Transcript")


def test_a_damaged_state_is_muted_and_said(tmp_path: Path) -> None:
    (tmp_path / "mute").write_text("nonsense")
    with Running(tmp_path) as run:
        assert "damaged" in run.until("Notice")[-1]["text"]
        assert run.ask(Inquire()).mute.muted


def test_the_command_says_what_became_of_it(tmp_path: Path) -> None:
    def offrecord(*words: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "edge.cli", *words, "--data", str(tmp_path)],
            capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        return ended.returncode, ended.stdout

    with Running(tmp_path) as run:
        run.until("SourceState", phase="running")
        closed = "Muted until you unmute: the microphone and the camera are closed.\n"
        assert offrecord("mute") == (0, closed)
        assert offrecord("unmute") == (0, "Unmuted: hearing and seeing again.\n")
    status, words = offrecord("mute", "--minutes", "5")
    assert status == 0
    assert f"nothing runs on {tmp_path}, and what starts there neither hears nor sees" in words


def test_no_one_else_can_reach_the_switch(tmp_path: Path) -> None:
    with Running(tmp_path / "data") as run:
        run.until("SealState", process="chamber")
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "data" / "control").stat().st_mode & 0o777 == 0o600
