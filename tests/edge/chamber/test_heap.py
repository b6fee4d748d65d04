"""While work goes on, freed memory stays for the next tensor; then all of it is given back."""

import subprocess
import sys

import pytest

from edge import seal

WORK = """
import resource, sys
import numpy as np
from edge.chamber import heap

def work():
    for _ in range(20):
        np.ones(1 << 20, np.float32)  # 4 MiB

def pages(work):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

def kept():
    with heap.kept():
        work()

work()
before = resident()
print(pages(work), pages(kept), resident() - before, pages(work))
"""


@pytest.fixture(scope="module")
def pages() -> list[int]:
    """Pages mapped alone, mapped while memory is kept, resident after that, and mapped again."""
    found = subprocess.run(
        [sys.executable, "-c", WORK], env=seal.environment(), capture_output=True, check=True
    )
    return [int(word) for word in found.stdout.split()]


def test_memory_is_mapped_once_and_not_for_every_tensor(pages: list[int]) -> None:
    alone, kept, _, _ = pages
    assert kept * 5 < alone


def test_nothing_is_kept_afterwards(pages: list[int]) -> None:
    alone, _, resident, again = pages
    assert resident < 256  # 1 MiB of 4
    assert again == pytest.approx(alone, rel=0.1)
