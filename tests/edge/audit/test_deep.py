"""The trace of a run: what it must not hold, that leaks are caught, and the demo itself."""

from pathlib import Path

import pytest

from edge.audit import deep
from edge.audit.strace import Span, parse

OWN = Path("/run/own")


def span(line: str, program: str = "chamber") -> Span:
    return Span(program, list(parse([f"{line} = 0\n"])))


def test_a_strange_program_fails_the_run() -> None:
    traced = [*(span("mkdir(1)", program) for program in deep.NEEDED), span("x()", "/bin/curl")]
    by_name = {check.name: check for check in deep.judge(traced, OWN, 1.0)}
    assert by_name["deep: programs"].result == "fail"
    assert "/bin/curl" in by_name["deep: programs"].detail


def test_a_mind_is_ours_and_is_looked_at_where_its_model_was_fetched() -> None:
    traced = [span("getpid()", program) for program in [*deep.NEEDED, "mind"]]
    quiet = {check.name: check.result for check in deep.judge(traced, OWN, 1.0)}
    assert set(quiet.values()) == {"pass"}
    leak = span('openat(AT_FDCWD, "/root/kept", O_WRONLY|O_CREAT, 0600)', "mind")
    loud = {check.name: check.result for check in deep.judge([*traced, leak], OWN, 1.0)}
    assert {name for name, result in loud.items() if result == "fail"} == {"deep: mind: files"}
    assert quiet.keys() == loud.keys()


def test_a_run_of_which_a_process_left_no_trace_is_unchecked() -> None:
    (check,) = deep.judge([span("x()", "runtime")], OWN, 1.0)
    assert check.result == "unchecked"
    assert "chamber" in check.detail


def test_the_demo_is_quiet_and_the_planted_leaks_are_not() -> None:
    if why_not := deep.find_alone().why_not:
        pytest.skip(f"UNCHECKED: {why_not}")
    checks = deep.checks()
    assert [check for check in checks if check.result != "pass"] == []
    assert {"control: a socket and a file", "deep: chamber: network"} <= {c.name for c in checks}


def test_without_strace_nothing_is_green(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = deep.checks()
    assert check.result == "unchecked"
    assert "apt install strace" in check.detail


def test_a_run_is_not_told_that_this_is_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "1")
    environment = deep.quiet_nowhere(OWN)
    assert not {"CI", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY"} & set(environment)
