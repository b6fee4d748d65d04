"""Whoever dies or stands still is missed for seconds; with the launcher all are gone."""

import contextlib
import os
import random
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from worn import Worn, worn

BACK_WITHIN_S = 50.0
"""Five times the ten seconds of the promise."""
STILL_S = 3.0
KILLS = 5
VICTIMS = ("chamber", "firmware_bridge", "runtime")
MOST_GROWTH_BYTES = 64 << 20
LITTLE_BYTES = 1 << 20
"""Less than it has: not a byte more is mapped."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worn]:
    with worn(tmp_path_factory.mktemp("worn")) as found:
        yield found


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("victim", VICTIMS)
def test_who_is_killed_is_named_and_speech_is_understood_again(running: Worn, victim: str) -> None:
    before, pid = len(running.lines), running.pid(victim)
    os.kill(pid, signal.SIGKILL)
    died = running.until("ChildDied", before, process=victim)
    sealed = running.until("SealState", died, BACK_WITHIN_S, process=victim)
    assert running.pid(victim) != pid
    running.until("Transcript", sealed, BACK_WITHIN_S)


def test_kills_at_any_moment_are_outlived(running: Worn) -> None:
    chance = random.Random(8)  # noqa: S311 (no secret)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0, 2))
        with contextlib.suppress(ProcessLookupError):  # it is dead from before
            os.kill(running.pid(chance.choice(VICTIMS)), signal.SIGKILL)
    deadline_s = time.monotonic() + BACK_WITHIN_S
    while not all(is_alive(running.pid(victim)) for victim in VICTIMS):
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
    running.until("Transcript", len(running.lines), BACK_WITHIN_S)


def test_a_chamber_that_stands_still_drops_sound_says_so_and_stays_small(running: Worn) -> None:
    before, chamber = len(running.lines), running.pid("chamber")
    size = resident_bytes(chamber)
    os.kill(chamber, signal.SIGSTOP)
    time.sleep(STILL_S)
    os.kill(chamber, signal.SIGCONT)
    running.until("Transcript", before, BACK_WITHIN_S)
    assert running.pid("chamber") == chamber
    assert resident_bytes(chamber) - size < MOST_GROWTH_BYTES


def test_memory_that_runs_out_takes_the_chamber_before_the_notes(running: Worn) -> None:
    def score(process: str) -> int:
        return int(Path(f"/proc/{running.pid(process)}/oom_score_adj").read_text())

    assert score("chamber") > score("firmware_bridge") > score("runtime")


def test_a_chamber_that_gets_no_more_memory_goes_on_hearing(running: Worn) -> None:
    """What it needs it has: its sound is in rooms of a fixed size, and it leaves no core."""
    chamber = running.pid("chamber")
    assert resource.prlimit(chamber, resource.RLIMIT_CORE) == (0, 0)
    soft, hard = resource.prlimit(chamber, resource.RLIMIT_AS)
    resource.prlimit(chamber, resource.RLIMIT_AS, (LITTLE_BYTES, hard))
    try:
        heard = running.until("Transcript", len(running.lines), BACK_WITHIN_S)
        running.until("Transcript", heard, BACK_WITHIN_S)
        assert running.pid("chamber") == chamber
    finally:
        resource.prlimit(running.pid("chamber"), resource.RLIMIT_AS, (soft, hard))


def test_the_ledger_and_the_kernel_agree_after_all_of_it(running: Worn) -> None:
    assert running.end()["counter"] == "equal"


def test_a_launcher_that_is_killed_takes_everybody_with_it(tmp_path: Path) -> None:
    with worn(tmp_path) as running:
        children = [running.pid(name) for name in VICTIMS]
        running.process.kill()
        deadline_s = time.monotonic() + BACK_WITHIN_S
        while alive := [pid for pid in children if is_alive(pid)]:
            assert time.monotonic() < deadline_s, alive
            time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Say whether a process is there and no zombie, whoever reaps it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
