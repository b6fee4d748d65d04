"""The nearest of many, found in all of them at once, are those that are found one by one."""

import random

import pytest

from edge.search.meaning import BYTES
from edge.search.signs import FRESH, Signs

CHANCE = random.Random(6)  # noqa: S311 (chooses signs, guards nothing)
MOST = 50


def texts(count: int) -> list[tuple[int, bytes]]:
    return [(3 * place + 1, CHANCE.randbytes(BYTES)) for place in range(count)]


def one_by_one(known: list[tuple[int, bytes]], asked: int) -> list[int]:
    apart = [((asked ^ int.from_bytes(signs)).bit_count(), -number) for number, signs in known]
    return [-number for _, number in sorted(apart)[:MOST]]


@pytest.mark.parametrize("known", [0, 1, MOST - 1, 3000])
@pytest.mark.parametrize("added", [0, 7, FRESH + 3])
def test_the_nearest_are_found_in_order(known: int, added: int) -> None:
    all_of_them = texts(known + added)
    signs = Signs(all_of_them[:known])
    for number, each in all_of_them[known:]:
        signs.add(number, each)
    for _ in range(3):
        asked = int.from_bytes(CHANCE.randbytes(BYTES))
        assert signs.closest(asked, MOST) == one_by_one(all_of_them, asked)


def test_of_equals_the_newest_come_first() -> None:
    same = CHANCE.randbytes(BYTES)
    signs = Signs((number, same) for number in range(1, 200))
    assert signs.closest(int.from_bytes(same), 3) == [199, 198, 197]
