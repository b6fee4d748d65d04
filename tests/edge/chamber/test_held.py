import mmap
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge.chamber import held

SIZE = 1 << 20
ASK = """
import resource
resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
from edge.chamber import held
room = held.room(1 << 20)
room.fill(1)
held.forget(room)
print(room.any())
"""


def region_of(room: held.Room) -> str:
    """Return what the kernel says of the mapping that a room lies in."""
    text = Path("/proc/self/smaps").read_text("utf-8")
    return next(
        part
        for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", text)
        if int(part.split("-")[0], 16) <= room.ctypes.data < int(re.split("[- ]", part)[1], 16)
    )


def resident_kib(room: held.Room) -> int:
    found = re.search(r"^Rss: +(\d+) kB", region_of(room), re.MULTILINE)
    assert found
    return int(found[1])


def test_a_room_is_locked_and_costs_only_what_is_used() -> None:
    room = held.room(SIZE)
    assert " lo" in region_of(room).split("VmFlags:")[1]
    room[: 3 * mmap.PAGESIZE] = 1
    assert resident_kib(room) == 3 * mmap.PAGESIZE // 1024


def test_a_large_part_is_overwritten_and_given_back() -> None:
    room = held.room(SIZE)
    room.fill(1)
    before = resident_kib(room)
    held.forget(room[100:])
    assert not room[100:].any()
    assert (room[:100] == 1).all()
    assert resident_kib(room) <= before


def test_a_small_part_is_overwritten() -> None:
    shorts = held.shorts(1000)
    shorts[:] = 7
    held.forget(shorts[10:20])
    assert np.flatnonzero(shorts == 0).tolist() == list(range(10, 20))


def test_what_may_not_be_locked_is_overwritten_all_the_same_and_said() -> None:
    ask = [sys.executable, "-c", ASK]
    if os.geteuid() == 0:  # root may lock whatever the limit says
        if not shutil.which("setpriv"):
            pytest.skip("UNCHECKED: setpriv is not installed; apt install util-linux")
        ask = ["setpriv", "--bounding-set=-ipc_lock", *ask]
    asked = subprocess.run(ask, capture_output=True, text=True, check=True)
    assert asked.stdout == "False\n"
    assert "1048576 bytes for media cannot be locked" in asked.stderr
