"""The canary on the real pipeline."""

import os

import pytest

from edge import config
from edge.audit import LEVELS, canary

pytestmark = pytest.mark.alone


def allowed(name: str) -> set[str]:
    """Return the good results: other programs of an ordinary user may be writing meanwhile."""
    is_told_by_the_kernel = os.geteuid() == 0 or name != "canary: files changed"
    return {"pass"} if is_told_by_the_kernel else {"pass", "unchecked"}


def test_nothing_of_the_canary_stays_in_the_real_pipeline() -> None:
    checks, level = canary.checks(config.Config())
    assert [check for check in checks if check.result not in allowed(check.name)] == []
    assert level in LEVELS
    assert {"canary: memory of chamber", "canary: files changed", "canary: core dumps"} <= {
        check.name for check in checks
    }


def test_a_run_that_cannot_start_is_unchecked_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", "/nonexistent")
    checks, level = canary.checks(config.Config())
    (why,) = [check for check in checks if check.result != "pass"]
    assert (why.name, why.result, level) == ("canary: heard", "unchecked", "D")
    assert "offrecord models fetch" in why.detail
