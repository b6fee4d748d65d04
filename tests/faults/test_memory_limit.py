"""One limit of memory for all of it, as a unit's MemoryMax is, and a neighbour who takes too much.

In a real cgroup, which only root may make.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from worn import Worn, worn

pytestmark = pytest.mark.long

V2, V1 = Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory")
ROOM_BYTES = 8 << 20
BACK_WITHIN_S = 60.0
GREEDY = """
import pathlib, sys
events, taken = pathlib.Path(sys.argv[1]), []
while "oom_kill 0" in events.read_text():
    taken.append(bytearray(b"x") * (4 << 20))
sys.stdin.read()
"""
"""Takes more and more, until somebody was ended for it; as ready to be ended as the notes are."""


class Group:
    """A cgroup of a test's own."""

    def __init__(self) -> None:
        self.is_v2 = "memory" in (V2 / "cgroup.controllers").read_text() if self._has_v2 else False
        self.folder = (V2 if self.is_v2 else V1) / f"offrecord-test-{os.getpid()}"
        self.folder.mkdir()
        self.write("memory.swap.max" if self.is_v2 else "memory.swappiness", 0)

    @property
    def _has_v2(self) -> bool:
        return (V2 / "cgroup.controllers").exists()

    @property
    def joins(self) -> list[str]:
        """What makes a command run in it."""
        return ["sh", "-c", f'echo $$ > {self.folder}/cgroup.procs; exec "$@"', "sh"]

    @property
    def events(self) -> Path:
        return self.folder / ("memory.events" if self.is_v2 else "memory.oom_control")

    def write(self, name: str, value: int) -> None:
        (self.folder / name).write_text(str(value))

    def limit_to_what_it_has(self) -> None:
        used = self.folder / ("memory.current" if self.is_v2 else "memory.usage_in_bytes")
        limit = "memory.max" if self.is_v2 else "memory.limit_in_bytes"
        self.write(limit, int(used.read_text()) + ROOM_BYTES)

    def end(self) -> None:
        deadline_s = time.monotonic() + BACK_WITHIN_S
        while (self.folder / "cgroup.procs").read_text():
            assert time.monotonic() < deadline_s
            time.sleep(0.1)
        self.folder.rmdir()


@pytest.fixture
def group() -> Iterator[Group]:
    if os.geteuid():
        pytest.skip("only root may make a cgroup")
    try:
        made = Group()
    except OSError as error:
        pytest.skip(f"this machine has no cgroup for memory: {error.strerror}")
    yield made
    made.end()


@pytest.fixture
def running(group: Group, tmp_path: Path) -> Iterator[Worn]:
    with worn(tmp_path, group.joins) as found:
        yield found


def test_the_chamber_is_ended_named_and_back_and_the_notes_live_on(
    group: Group, running: Worn
) -> None:
    before, chamber, runtime = len(running.lines), running.pid("chamber"), running.pid("runtime")
    group.limit_to_what_it_has()
    command = [*group.joins, sys.executable, "-c", GREEDY, group.events]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as greedy:
        died = running.until("ChildDied", before, BACK_WITHIN_S)
        assert running.lines[died - 1]["process"] == "chamber"
        assert "SIGKILL" in running.lines[died - 1]["reason"]
        assert greedy.poll() is None
    sealed = running.until("SealState", died, BACK_WITHIN_S, process="chamber")
    assert running.pid("chamber") != chamber
    running.until("Transcript", sealed, BACK_WITHIN_S)
    assert running.pid("runtime") == runtime
    assert "oom_kill 1" in group.events.read_text()
    assert running.end()["counter"] == "equal"
