"""A kill -9 at any moment: every note that was told to be kept is there, and the file is whole."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_store import SECRET

from edge.notes import Notes

CHILD = """
import sys
from pathlib import Path
from edge.evidence import Note
from edge.ledger import Content
from edge.notes import Notes, Wish
notes = Notes(Path(sys.argv[1]), bytes(range(32)))
begin = int(sys.argv[2])
for n in range(begin, begin + 1000000):
    notes.remember(Note("said", f"sentence number {n:07}", n, float(n), "r"))
    notes.keep_text(n, float(n), Content("salt", f"sentence number {n:07}"))
    print(n, flush=True)
    if n % 100 == 99:
        notes.forget(Wish(words=("number", f"{begin:07}")))
"""
LONGEST_LIFE_S = 0.15


def lives(folder: Path, times: int) -> None:
    """Kill a writer so many times, each a random moment after its first note."""
    chance = random.Random(6)  # noqa: S311 (moments, no secrets)
    begin = 0
    for _ in range(times):
        argv = [sys.executable, "-c", CHILD, str(folder), str(begin)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as child:
            assert child.stdout
            told = child.stdout.readline()
            time.sleep(chance.uniform(0, LONGEST_LIFE_S))
            os.kill(child.pid, signal.SIGKILL)
            told += child.stdout.read()
        written = [int(line) for line in told.splitlines(keepends=True) if line.endswith(b"\n")]
        with Notes(folder, SECRET) as memory:  # raises Damaged unless the file is whole
            kept = {n.at_ms for n in memory.between(begin, float("inf"))}
            assert set(written) - kept <= {begin}  # which was to be forgotten
            assert all(memory.text(n) for n in kept if n in written)
            assert memory.search(["sentence"], 5)
            begin = max(kept.union(written)) + 1  # the only one may have been forgotten already
            memory.forget()


def test_thirty_kills_lose_nothing(tmp_path: Path) -> None:
    lives(tmp_path, 30)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_kills_lose_nothing(tmp_path: Path) -> None:
    lives(tmp_path, 1000)
