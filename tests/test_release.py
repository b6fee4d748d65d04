"""A release can be made again by anybody: the same files make the same bytes."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMITTED_S = "1760000000"


def built(source: Path, out: Path, umask: int) -> dict[str, str]:
    """Build wheel and source archive of a checkout; return their hashes by name."""
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source],
        check=True,
        capture_output=True,
        timeout=300,
        umask=umask,
        env={**os.environ, "SOURCE_DATE_EPOCH": COMMITTED_S},
    )
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in out.iterdir()}


def checkout(folder: Path) -> Path:
    """Return a copy of what git knows here, made now."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy is no checkout: only a release is made of one")
    tracked = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(tracked, check=True, capture_output=True).stdout.decode()
    for name in listed.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes((ROOT / name).read_bytes())
    return folder


def test_two_builds_are_one_and_hold_what_a_run_needs(tmp_path: Path) -> None:
    source = checkout(tmp_path / "one")
    first = built(source, tmp_path / "first", umask=0o022)
    second = built(checkout(tmp_path / "two"), tmp_path / "second", umask=0o077)
    assert first == second
    assert len(first) == 2
    (wheel,) = (tmp_path / "first").glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    needed = {
        path.relative_to(source).as_posix()
        for room in ("edge", "firmware_bridge", "models")
        for path in (source / room).rglob("*")
        if path.is_file()
    }
    assert needed - held == set()
