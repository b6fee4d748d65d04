"""`offrecord audit` as a user types it: on the demo, on a run of theirs, and on what is wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge import control, ledger, scene
from edge.audit import Check, Report, running_controls, weakest
from edge.messages import Inquire, Standing

DEMO = scene.load(scene.folder("demo"))
COMMAND = [sys.executable, "-m", "edge.cli"]


def audited(folder: Path) -> tuple[int, dict[str, object]]:
    """Audit what runs on a folder; return the exit status and the report."""
    argv = [*COMMAND, "audit", "--json", "--data", str(folder)]
    done = subprocess.run(argv, capture_output=True, check=False)
    report = json.loads(done.stdout)
    found = {check["name"]: check["result"] for check in report["checks"]}
    return done.returncode, {**found, "passed": report["passed"], "level": report["level"]}


@contextmanager
def a_run(folder: Path) -> Iterator[Standing]:
    """Play the demo on a folder of the user's, and wait until it hears."""
    argv = [*COMMAND, "demo", "--json", "--data", str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as run:
        try:
            until_s = time.monotonic() + 60
            standing = None
            while time.monotonic() < until_s and not (standing and standing.written_bytes):
                standing = control.ask(folder, Inquire())
                time.sleep(0.05)
            assert standing
            yield standing
        finally:
            run.send_signal(signal.SIGKILL)


def test_where_nothing_runs_the_demo_is_started_and_passes(tmp_path: Path) -> None:
    status, found = audited(tmp_path)
    assert {name: result for name, result in found.items() if result not in ("pass", True)} == {
        "level": found["level"]
    }
    assert status == 0
    assert found["level"] in ("A", "C")


def test_a_running_offrecord_is_looked_at_where_it_is(tmp_path: Path) -> None:
    with a_run(tmp_path) as before:
        status, found = audited(tmp_path)
        after = control.ask(tmp_path, Inquire())
    assert status == 0
    assert found["chamber: sealed"] == found["counter rule: kernel = ledger"] == "pass"
    assert after
    assert after.run == before.run


def test_a_ledger_that_somebody_edited_fails_the_audit(tmp_path: Path) -> None:
    with a_run(tmp_path):
        path = tmp_path / ledger.FILE_NAME
        first, *rest = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([first.replace(b"Hello", b"Jello"), *rest]))
        status, found = audited(tmp_path)
    assert status == 1
    assert found["ledger: the chain holds"] == "fail"


def test_bytes_that_are_in_no_ledger_fail_the_audit(tmp_path: Path) -> None:
    with a_run(tmp_path):
        path = tmp_path / ledger.FILE_NAME
        path.write_bytes(b"")
        status, found = audited(tmp_path)
    assert status == 1
    assert found["counter rule: kernel = ledger"] == "fail"


def test_a_launcher_that_is_killed_takes_everybody_with_it(tmp_path: Path) -> None:
    with a_run(tmp_path) as standing:
        os.kill(standing.pid, signal.SIGKILL)
        until_s = time.monotonic() + 30
        alive = {process.pid for process in standing.processes}
        while alive and time.monotonic() < until_s:
            alive = {pid for pid in alive if Path(f"/proc/{pid}").exists()}
    assert not alive


def test_each_check_notices_what_it_is_for() -> None:
    missed = [check for check in running_controls.checks() if check.result != "pass"]
    assert missed == []


@pytest.mark.parametrize(
    ("results", "status"),
    [(["pass"], 0), (["pass", "unchecked"], 2), (["unchecked", "fail"], 1)],
)
def test_what_was_not_checked_is_no_pass(results: list[str], status: int) -> None:
    checks = [Check("each", result) for result in results]  # type: ignore[arg-type]
    report = Report(checks, "A")
    assert report.exit_status == status
    assert report.passed == (status == 0)


def test_a_system_is_as_good_as_its_weakest_process() -> None:
    assert weakest(["A", "D", "A"]) == "D"
    assert weakest([]) == "D"
