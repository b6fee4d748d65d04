"""Every detector catches its planted leak, and one that does not is called broken."""

import pytest

from edge.audit import controls
from edge.audit.controls import CLEAN, CONTROLS, Control, Trial


def never(_: Trial) -> str:
    return ""


def always(_: Trial) -> str:
    return "wolf"


def test_every_planted_leak_is_caught_and_a_clean_child_is_not_accused() -> None:
    tried = controls.checks()
    assert [check for check in tried if check.result != "pass"] == []
    assert {"control: a WAV on disk", "control: a socket", f"control: {CLEAN.title}"} <= {
        check.name for check in tried
    }


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.leak)
def test_a_blind_detector_makes_the_audit_call_itself_broken(control: Control) -> None:
    blind = Control(control.title, control.leak, (never,), control.in_shared_memory)
    check = controls.tried(blind)
    assert check.result == "fail"
    assert "never" in check.detail
    assert "broken" in check.detail


def test_a_detector_that_always_cries_makes_it_broken_too() -> None:
    assert controls.falsely_accused(Control("clean", "nothing", (always,))).result == "fail"


def test_the_counter_agrees_with_a_child_that_writes_no_byte_more() -> None:
    check = controls.falsely_accused(Control("honest", "no byte", (controls.counter,)))
    assert check.result == "pass"


def test_a_leaky_child_that_fails_is_named_with_its_own_words() -> None:
    check = controls.tried(Control("unknown", "no such leak", (never,)))
    assert check.result == "unchecked"
    assert "no such leak" in check.detail
