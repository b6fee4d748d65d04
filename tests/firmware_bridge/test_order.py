"""Losses, doubles and overtaking are counted exactly."""

import random

from firmware_bridge.frames import SEQUENCES
from firmware_bridge.order import Order


def counts(numbers: list[int]) -> tuple[int, int, int]:
    order = Order()
    for number in numbers:
        order.take(number % SEQUENCES)
    return order.lost, order.late, order.twice


def test_what_is_missing_doubled_or_late_is_counted() -> None:
    assert counts([0, 1, 2, 3]) == (0, 0, 0)
    assert counts([0, 1, 4, 5]) == (2, 0, 0)
    assert counts([0, 1, 1, 2, 0]) == (0, 0, 2)
    assert counts([0, 2, 3, 1, 4]) == (0, 1, 0)
    assert counts([0, 3, 1, 1, 4]) == (1, 1, 1)


def test_numbers_begin_again_at_zero() -> None:
    begin = SEQUENCES - 3
    assert counts([begin + n for n in (0, 1, 3, 2, 5, 6)]) == (1, 1, 0)


def test_many_faults_at_once_are_counted_exactly() -> None:
    chance = random.Random(3)  # noqa: S311 (no secret)
    lost = set(chance.sample(range(1, 4999), 250))
    sent = [n for n in range(5000) if n not in lost]
    doubled = set(chance.sample(sent, 100))
    arrived = [n for n in sent for _ in range(2 if n in doubled else 1)]
    assert counts(arrived) == (250, 0, 100)
