"""What thins out, what stops, and what always passes."""

import pytest

from edge.budget import Budget, Spent, passes, spent
from edge.messages import Dying, Ended, Hello, Leaves, Level, Seen, SpeechStarted, Transcript

EMPTY = Budget.full(rate_bytes_s=64, burst_bytes=1000, day_bytes=10_000)


def used(*, burst: float = 0, day: float = 0) -> Budget:
    """Return a budget of which these shares are spent."""
    return Budget(64, 1000, 10_000, tokens=1000 * (1 - burst), spent_bytes=round(10_000 * day))


def passing(kind: type[Leaves], budget: Budget) -> int:
    """Return how many of a hundred messages pass."""
    return sum(passes(kind, budget, nth) for nth in range(100))


def test_a_budget_refills_with_time_and_remembers_the_day() -> None:
    emptied = EMPTY.spend(1000, now_s=0)
    assert emptied.burst_share == 1
    assert emptied.spend(0, now_s=5).burst_share == pytest.approx(0.68)
    later = emptied.spend(0, now_s=100)
    assert (later.burst_share, later.day_share, later.day_left_bytes) == (0, 0.1, 9000)


def test_a_clock_that_jumps_back_gives_nothing() -> None:
    half = EMPTY.spend(500, now_s=100)
    assert half.spend(0, now_s=3).tokens == half.tokens


def test_a_new_day_refills_the_day_and_not_the_burst() -> None:
    next_day = EMPTY.spend(900, now_s=0).of_day(0)
    assert (next_day.day_share, next_day.burst_share) == (0, 0.9)


@pytest.mark.parametrize("kind", [Level, SpeechStarted, Seen])
def test_from_80_percent_one_in_four_passes(kind: type[Leaves]) -> None:
    assert passing(kind, used(burst=0.79, day=0.79)) == 100
    assert passing(kind, used(burst=0.81)) == 25
    assert passing(kind, used(day=0.81)) == 25


def test_the_last_of_a_burst_and_all_past_the_day_are_for_speech() -> None:
    for budget in (used(burst=0.97), used(day=1.2)):
        assert passing(Seen, budget) == 0
        assert passing(Transcript, budget) == 100


def test_past_the_burst_nothing_passes_that_the_receiver_would_punish() -> None:
    assert passing(Transcript, used(burst=1.01)) == 0


@pytest.mark.parametrize("kind", [Hello, Ended, Dying])
def test_how_a_chamber_begins_and_ends_always_passes(kind: type[Leaves]) -> None:
    assert passing(kind, used(burst=1.5, day=2)) == 100


def test_what_a_person_is_told_of_a_day() -> None:
    assert [spent(share) for share in (0, 0.79, 0.8, 0.99, 1.0)] == [
        Spent.LITTLE,
        Spent.LITTLE,
        Spent.MUCH,
        Spent.MUCH,
        Spent.ALL,
    ]
