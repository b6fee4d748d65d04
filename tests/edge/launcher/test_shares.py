"""One budget for three processes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import config
from edge.launcher.shares import HEARING_MB, MIB, Shares, budget_mb, divide

MEGABYTES = st.integers(0, 4000)


@pytest.mark.parametrize(
    ("wanted_mb", "machine_mb", "expected_mb"),
    [(0, 8000, 0), (0, 512, 256), (200, 8000, 200), (200, 512, 200)],
)
def test_a_small_machine_has_a_budget_though_none_was_set(
    wanted_mb: int, machine_mb: int, expected_mb: int
) -> None:
    memory = config.Memory(budget_mb=wanted_mb)
    assert budget_mb(memory, machine_mb * MIB) == expected_mb


def test_without_a_budget_everybody_has_what_it_wants() -> None:
    assert divide(0, mind_mb=30, language_mb=900) == Shares(0, 30, 900)


def test_the_chamber_has_what_the_others_leave() -> None:
    assert divide(512, mind_mb=30, language_mb=300) == Shares(182, 30, 300)


def test_hearing_goes_before_thinking() -> None:
    assert divide(128, mind_mb=30, language_mb=300) == Shares(98, 30, 0)


@given(MEGABYTES, MEGABYTES, MEGABYTES)
def test_nobody_takes_more_than_there_is(whole: int, mind: int, language: int) -> None:
    shares = divide(whole, mind, language)
    if whole:
        assert sum(shares) == whole
        assert shares.chamber_mb >= min(whole, HEARING_MB)
