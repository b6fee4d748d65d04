"""The scan finds what a process keeps, in every form, and nothing in one that keeps nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from edge import seal
from edge.audit.memory import Canary, Left, locked_bytes, share_left
from edge.chamber import held

MAKE = """
import sys, numpy as np
noise = np.random.default_rng(3)
audio = noise.normal(0, 3000, 64_000).astype(np.int16)
pixels = noise.integers(0, 256, (240, 320, 3)).astype(np.uint8)
"""
KEEP = """
wanted = {
    "int16": lambda: audio.copy(),
    "float32": lambda: audio / np.float32(32768),
    "float32 of another scale": lambda: audio / np.float32(32767),
    "bytes at an odd place": lambda: b"." + audio.tobytes(),
    "chunks": lambda: [audio[i : i + 512].copy() for i in range(0, len(audio), 512)],
    "a quarter": lambda: audio[:16000].copy(),
    "pixels": lambda: pixels.copy(),
    "nothing": lambda: None,
}
kept = wanted[sys.argv[1]]()
for array in (audio, pixels):
    array[:] = 0
print(flush=True)
sys.stdin.read()
"""


def made() -> Canary:
    variables: dict[str, Any] = {}
    exec(MAKE, variables)  # noqa: S102 (the same lines as in the other process)
    return Canary(variables["audio"], variables["pixels"])


CANARY = made()


def left(what: str, canary: Canary = CANARY) -> Left:
    """Look into a process that made the canary, keeps this of it and overwrites the rest."""
    argv = [sys.executable, "-c", MAKE + KEEP, what]
    with subprocess.Popen(argv, stdin=-1, stdout=-1, env=seal.environment()) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        keeper.stdout.readline()
        found = share_left(keeper.pid, canary)
        keeper.stdin.close()
    return found


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("int16", "int16"),
        ("bytes at an odd place", "int16"),
        ("float32", "float32"),
        ("float32 of another scale", "float32"),
        ("pixels", "pixels"),
    ],
)
def test_what_is_kept_is_found_in_its_form(what: str, form: str) -> None:
    found = left(what)
    shares = {name: getattr(found, name) for name in ("int16", "float32", "pixels")}
    assert shares.pop(form) > 0.99
    assert set(shares.values()) == {0.0}
    assert all(place.startswith(form) for place in found.places)


def test_a_part_counts_as_the_part_it_is() -> None:
    assert left("a quarter").int16 == pytest.approx(0.25, abs=0.01)


def test_pieces_are_found_like_the_whole() -> None:
    assert left("chunks").int16 > 0.98  # a few bytes at each piece's ends are not


def test_who_keeps_nothing_has_nothing() -> None:
    found = left("nothing")
    assert (found.most, found.places, found.unchecked) == (0.0, (), "")
    assert found.scanned_bytes > 1 << 20


def test_silence_is_no_canary() -> None:
    quiet = Canary(np.zeros(64_000, np.int16), np.full((240, 320, 3), 7, np.uint8))
    assert left("nothing", quiet).most == 0.0


def test_what_is_locked_is_told() -> None:
    before = locked_bytes(os.getpid())
    assert before is not None
    room = held.room(1 << 16)
    assert locked_bytes(os.getpid()) == before + len(room)


def test_a_process_that_has_ended_is_unchecked() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert locked_bytes(process.pid) is None
    assert "ended" in share_left(process.pid, CANARY).unchecked


def test_a_process_that_may_not_be_looked_into_is_unchecked(tmp_path: Path) -> None:
    """Who lacks the power asks about one that has more: about this process, or about init."""
    np.save(tmp_path / "audio.npy", CANARY.audio)
    ask = [sys.executable, "-m", "edge.audit.memory", "--audio", str(tmp_path / "audio.npy")]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("UNCHECKED: setpriv is not installed; apt install util-linux")
        ask = ["setpriv", "--bounding-set=-sys_ptrace", *ask, "--pid", str(os.getpid())]
    else:
        ask += ["--pid", "1"]
    asked = subprocess.run(ask, capture_output=True, check=False)
    assert asked.returncode == 2, asked
    assert "does not let" in msgspec.json.decode(asked.stdout, type=Left).unchecked
