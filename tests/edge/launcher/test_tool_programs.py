"""Programs of the user's own: started, told of, started again, ended; and what they are given."""

import asyncio
import json
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from edge.config import Config, ToolServer
from edge.launcher import processes
from edge.launcher.births import Run
from edge.launcher.processes import Processes
from edge.launcher.tool_programs import ToolPrograms
from edge.messages import ChildDied, Control, Notice, Shown, Started

SOON_S = 15.0
_control: "msgspec.json.Decoder[Control]" = msgspec.json.Decoder(Control)


class Ear:
    """Stands where the runtime is told things."""

    def __init__(self) -> None:
        self.heard: list[Control] = []

    def tell(self, line: bytes) -> None:
        self.heard.append(_control.decode(line))


class Programs:
    """The programs of one run, as the launcher has them."""

    def __init__(self, folder: Path, *command: str, env: tuple[str, ...] = ()) -> None:
        self.shown: list[Shown] = []
        self.ear = Ear()
        living = Processes(self.shown.append, pytest.fail)
        living.living["runtime"] = self.ear  # type: ignore[assignment] (it is only told)
        server = ToolServer(name="peer", command=command, env=env)
        self.programs = ToolPrograms(Run(Config(tool_server=(server,)), (), folder), living)
        self.programs.start()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON_S):
            while not is_so():  # noqa: ASYNC110 (told to a list)
                await asyncio.sleep(0.01)

    def told(self, kind: type[Control]) -> int:
        return sum(isinstance(each, kind) for each in self.ear.heard)

    async def said(self) -> bytes:
        _, answers = self.programs.pipes_of_runtime["peer"]
        await self.until(lambda: bool(select.select([answers], [], [], 0)[0]))
        return os.read(answers, 1 << 16)


GIVEN = """
import json, os, sys
print(json.dumps([dict(os.environ), os.listdir("/proc/self/fd")]), flush=True)
sys.stdin.read()
"""


def test_a_program_is_given_two_pipes_and_only_what_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_NAME", "t")
    monkeypatch.setenv("MODEL_KEY", "k")

    async def run() -> None:
        started = Programs(tmp_path, sys.executable, "-c", GIVEN, env=("MAIL_NAME",))
        environment, descriptors = json.loads(await started.said())
        assert environment["MAIL_NAME"] == "t"
        assert "MODEL_KEY" not in environment
        assert len(descriptors) == 4  # three, and the one that lists them
        assert started.told(Started) == 1
        started.programs.close()

    asyncio.run(run())


def test_one_that_dies_is_started_again_and_given_up_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "BACK_OFF_S", (0.0,))
    monkeypatch.setattr(processes, "MOST_DEATHS_IN_A_ROW", 3)

    async def run() -> None:
        started = Programs(tmp_path, "/bin/false")
        await started.until(lambda: any(isinstance(m, Notice) for m in started.shown))
        assert (started.told(Started), started.told(ChildDied)) == (4, 3)
        started.programs.close()

    asyncio.run(run())


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    async def run() -> None:
        started = Programs(tmp_path, "/bin/sh", "-c", "sleep 1000 & echo $!; trap '' TERM; wait")
        child = int(await started.said())
        started.programs.start_again("tool.peer")
        assert started.told(ChildDied) == 1
        assert is_dead(child)
        await started.until(lambda: started.told(Started) == 2)
        started.programs.close()

    asyncio.run(run())


def is_dead(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_program_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    async def run() -> None:
        started = Programs(tmp_path, str(tmp_path / "nothing"))
        assert [m.text for m in started.shown if isinstance(m, Notice)] == [
            f"no tools of peer: cannot start {tmp_path}/nothing: No such file or directory"[-120:]
        ]
        started.programs.close()

    asyncio.run(run())
