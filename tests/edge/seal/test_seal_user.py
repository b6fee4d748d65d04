"""The seal's tests again, as an ordinary user.

A user's kernel checks are not root's: an unprivileged Landlock and user namespace, another owner in
/proc. So root's run starts the other files of this folder, and some whole runs of the launcher,
once more as user 65534, with no groups and no capabilities. That user may not enter root's home,
where Python often lives: in a mount namespace of its own, which ends with the run, such folders are
hidden behind an empty one that anybody may enter, with what Python needs mounted back at its place.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sealing import HERE, ROOT

from models import manifest

NOBODY = "65534"
AUDIT = ROOT / "tests/edge/audit"
CAPTURE = ROOT / "tests/edge/capture/test_capture_process.py"
WHOLE_RUNS = ROOT / "tests/edge/launcher/test_launcher.py"
KILLED = f"{WHOLE_RUNS}::test_a_killed_child_is_named_replaced_and_missed_by_nobody"
WALLS = (
    AUDIT / "test_attack.py",
    AUDIT / "test_controls.py",
    AUDIT / "test_witness.py",
    ROOT / "tests/edge/chamber/test_held.py",
    HERE / "test_seal_inspection.py",
    HERE / "test_seal_birth.py",
    HERE / "test_seal_work.py",
    HERE / "test_seal_names.py",
    f"{CAPTURE}::test_a_file_of_somebody_else_is_one_sentence",
    f"{WHOLE_RUNS}::test_a_run_is_sealed_before_it_hears_checked_counted_and_answers",
    f"{WHOLE_RUNS}::test_inside_the_running_chamber_the_kernel_refuses",
    f"{KILLED}[chamber]",
)
AUDITS = (AUDIT / "test_running.py",)
CANARY = (f"{AUDIT / 'test_canary.py'}::test_nothing_of_the_canary_stays_in_the_real_pipeline",)
EVERY_TIME = (WALLS, AUDITS)
"""Beside each other: they are whole runs, which mostly wait. The canary looks for what is forgotten
in a moment, and not beside others."""
SELDOM = (
    AUDIT / "test_canary.py",
    AUDIT / "test_deep.py",
    ROOT / "tests/edge/chamber/test_retention.py",
    ROOT / "tests/edge/test_ten_minutes.py",
    KILLED,
)
"""What takes a minute more, and asks the kernel nothing that those do not ask."""


def closed_above(place: Path) -> Path | None:
    """Return the topmost folder on the way to a place that others may not enter."""
    folders = [*reversed(place.parents), place]
    return next((folder for folder in folders if not folder.stat().st_mode & 0o001), None)


def opened(places: set[Path], scratch: Path) -> list[str]:
    """Return the shell commands that let anybody reach these places."""
    behind = {place: folder for place in places if (folder := closed_above(place))}
    kept = {place: scratch / str(number) for number, place in enumerate(behind)}
    q = {path: shlex.quote(str(path)) for path in (*behind, *behind.values(), *kept.values())}
    return [
        *(f"mkdir {q[k]} && mount --bind {q[p]} {q[k]}" for p, k in kept.items()),
        *(f"mount -t tmpfs -o mode=755 none {q[folder]}" for folder in set(behind.values())),
        *(f"mkdir -p {q[p]} && mount --move {q[k]} {q[p]}" for p, k in kept.items()),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(EVERY_TIME, id="every time"),
        pytest.param((CANARY,), id="canary", marks=pytest.mark.alone),
        pytest.param((SELDOM,), id="seldom", marks=pytest.mark.long),
    ],
)
def test_the_seal_holds_for_an_ordinary_user(
    parts: Sequence[Sequence[Path | str]], tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other tests have just run as an ordinary user")
    if not (shutil.which("unshare") and shutil.which("setpriv")):
        pytest.skip("NOT TRIED AS A USER: util-linux's unshare and setpriv are not installed")
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("NOT TRIED AS A USER: this root may not make a mount namespace")
    runs = [started(tests, tmp_path / str(nth)) for nth, tests in enumerate(parts)]
    for run, said in [(run, run.communicate()[0]) for run in runs]:  # all, before one is judged
        assert run.returncode == 0, said
        assert " passed" in said


def started(tests: Sequence[Path | str], scratch: Path) -> subprocess.Popen[str]:
    """Start these tests as an ordinary user, in a mount namespace of their own."""
    scratch.mkdir()
    pytest_of = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, tests)]
    as_user = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", *pytest_of]
    places = {Path(sys.prefix), Path(sys.base_prefix), ROOT, manifest.folder()}
    script = " && ".join([*opened(places, scratch), f"exec {shlex.join(as_user)}"])
    return subprocess.Popen(
        ["unshare", "-m", "sh", "-c", script],
        cwd=ROOT,
        env={
            **os.environ,
            "HOME": "/nonexistent",
            "OFFRECORD_MODELS": str(manifest.folder()),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
