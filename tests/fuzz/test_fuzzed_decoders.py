"""No decoder of strangers' bytes fails with more than its refusal, hangs, or keeps what it is fed.

The short form of `make fuzz`: seeded, so that it is the same each time.
"""

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import inputs
from wire_decoders import BY_NAME, ROWS, Row

INPUTS = 6000
MOST_PLACES = 300
"""Of one right input."""
NESTED = 1500
SLOW_S = 5.0
MOST_KEPT_BYTES = 4 << 20
rows = pytest.mark.parametrize("row", ROWS, ids=list(BY_NAME))


@rows
def test_its_seeds_are_right(row: Row) -> None:
    assert all(map(row.takes, row.seeds))


@rows
def test_what_is_nearly_right_is_taken_or_refused(row: Row) -> None:
    taken = 0
    for data in inputs(row.seeds, INPUTS, seed=8):
        begun_s = time.process_time()
        taken += row.takes(data)
        assert time.process_time() - begun_s < SLOW_S
    assert taken > 0


@rows
def test_a_text_that_is_no_text_is_taken_or_refused(row: Row) -> None:
    """JSON's and MessagePack's decoder refuses it with an error that is none of its own."""
    for seed in row.seeds:
        for place in range(min(len(seed), MOST_PLACES)):
            row.takes(seed[:place] + b"\xff" + seed[place + 1 :])


@rows
def test_what_is_nested_without_end_is_taken_or_refused(row: Row) -> None:
    for seed in row.seeds:
        for opening in (b"[", b'{"a":', b"\x91", b"\x81\xa1a"):
            row.takes(seed[:-1] + opening * NESTED)
            row.takes(opening * NESTED)


@rows
def test_memory_does_not_grow_with_what_it_is_fed(row: Row) -> None:
    tracemalloc.start()
    try:
        for data in inputs(row.seeds, INPUTS // 100, seed=9):
            row.takes(data * 8)
        assert tracemalloc.get_traced_memory()[1] < MOST_KEPT_BYTES
    finally:
        tracemalloc.stop()


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(data=st.binary(max_size=2048), row=st.sampled_from(ROWS))
def test_anything_at_all_is_taken_or_refused(data: bytes, row: Row) -> None:
    row.takes(data)
