"""A real file system of one megabyte, for tests that run as root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE_BYTES = 1 << 20


@contextmanager
def mounted(on: Path) -> Iterator[Path]:
    """Mount it, or skip the test and say why."""
    on.mkdir()
    if os.geteuid() != 0:
        pytest.skip("UNCHECKED: only root may mount a small disk; run the tests as root")
    options = f"size={SIZE_BYTES},mode=0700"
    argv = ["mount", "-t", "tmpfs", "-o", options, "offrecord-test", str(on)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"UNCHECKED: a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield on
    finally:
        subprocess.run(["umount", "--lazy", str(on)], check=True)


def remount(on: Path, how: str) -> None:
    """Make it read-only (`ro`), or writable again (`rw`)."""
    subprocess.run(["mount", "-o", f"remount,{how},size={SIZE_BYTES}", str(on)], check=True)


def fill(on: Path) -> Path:
    """Take all the room that is left, and return the file that has it."""
    hog = on / "hog"
    with hog.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return hog
