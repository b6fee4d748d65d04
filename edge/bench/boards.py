"""What a smaller board would allow: its share of this machine's processor, its memory.

A throttled desktop is not a Raspberry Pi: caches, memory bandwidth and instructions differ. The
shares below give this machine as much as two of the board's four cores have, because the chamber
seldom keeps more than two threads busy; every figure measured so is labelled *throttled*.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import models.manifest

MODELS: Final = "OFFRECORD_MODELS"
"""Names the folder of models."""
PERIOD_US: Final = 20_000
CGROUPS: Final = Path("/sys/fs/cgroup")
UNTHROTTLED: Final = "none"
"""How a board is throttled that is this machine."""


@dataclass(frozen=True, slots=True)
class Board:
    """A board's limits; None is no limit."""

    cores: float | None
    """Of this machine's cores."""
    memory_mb: int | None
    """What the whole process tree may hold (proportional set size)."""
    models_mb: int = 0
    """What the models share there, where nothing is configured; 0: all of them stay."""


BOARDS: Final = {
    "desktop": Board(None, None),
    # Four A76 cores at 2.4 GHz: each about a fifth of a desktop core in int8 work.
    "pi5": Board(2 / 5, 700),
    # Four A53 cores at 1 GHz: each about a ninth of a desktop core at best. Of 512 MB the kernel
    # has 416, and half of that is the models'.
    "zero2w": Board(2 / 9, 380, models_mb=208),
}


@contextmanager
def throttled(board: Board) -> Iterator[str]:
    """Hold this process and its children to a board's share of the processor.

    Yields how: `UNTHROTTLED`, or by which cgroup, or by duty cycle where cgroups are not ours.
    """
    if board.cores is None:
        yield UNTHROTTLED
        return
    with _nothing_measured(), _held_to(board.cores) as how:
        yield how


@contextmanager
def _nothing_measured() -> Iterator[None]:
    """Have the models without what was measured of them here: a board has other figures.

    Else a specialist that is quick enough only on this machine would be taken along.
    """
    here, before = models.manifest.folder(), os.environ.get(MODELS)
    here.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="models-of-a-board-", dir=here.parent) as there:
        for model in here.iterdir():
            if model.is_dir():
                shutil.copytree(model, Path(there, model.name), copy_function=os.link)
        os.environ[MODELS] = there
        try:
            yield
        finally:
            os.environ.pop(MODELS)
            if before is not None:
                os.environ[MODELS] = before


@contextmanager
def _held_to(cores: float) -> Iterator[str]:
    group = _make_group(cores)
    if group is None:
        with _duty_cycle(cores):
            yield "throttled by duty cycle"
        return
    home = _own_group(group)
    (group / "cgroup.procs").write_text(str(os.getpid()))
    try:
        yield f"throttled by cgroup {'v2' if (CGROUPS / 'cgroup.controllers').exists() else 'v1'}"
    finally:
        (home / "cgroup.procs").write_text(str(os.getpid()))
        group.rmdir()


def _make_group(cores: float) -> Path | None:
    """Return a new group with a processor quota, or None where that is not permitted."""
    is_v2 = (CGROUPS / "cgroup.controllers").exists()
    group = (CGROUPS if is_v2 else CGROUPS / "cpu") / f"offrecord-bench-{os.getpid()}"
    try:
        group.mkdir()
        quota_us = round(cores * PERIOD_US)
        if is_v2:
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
    except OSError:
        if group.is_dir():
            group.rmdir()
        return None
    return group


def _own_group(group: Path) -> Path:
    """Return the group that this process is in now, to go back to."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers or "cpu" in controllers.split(","):
            return group.parent / path.lstrip("/")
    return group.parent


DUTY_PERIOD_MS: Final = 50
_DUTY: Final = """
import os, signal, sys, time
top, on_s, off_s = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
def tree():
    found = [top]
    for pid in found:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                found += map(int, open(f"/proc/{pid}/task/{task}/children").read().split())
        except OSError:
            pass
    return [pid for pid in found if pid != os.getpid()]
def tell(signum):
    for pid in tree():
        try:
            os.kill(pid, signum)
        except OSError:
            pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
try:
    while os.getppid() == top:
        time.sleep(on_s)
        tell(signal.SIGSTOP)
        time.sleep(off_s)
        tell(signal.SIGCONT)
finally:
    tell(signal.SIGCONT)
"""


@contextmanager
def _duty_cycle(cores: float) -> Iterator[None]:
    """Stop the whole tree for a part of every 50 ms."""
    share = cores / (os.cpu_count() or 1)
    on_s, off_s = (DUTY_PERIOD_MS / 1000 * part for part in (share, 1 - share))
    watcher = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-c", _DUTY, str(os.getpid()), str(on_s), str(off_s)]
    )
    try:
        yield
    finally:
        watcher.send_signal(signal.SIGTERM)
        watcher.wait()


def tree(top: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [top]
    for pid in found:  # grows while it is walked
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:  # it has just ended
            continue
    return found


def tree_pss_bytes() -> int:
    """Return the proportional set size of this process and all its descendants."""
    total = 0
    for pid in tree(os.getpid()):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total
