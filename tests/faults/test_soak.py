"""Hours of a day, as fast as they go: nothing grows. `offrecord bench soak` does the whole day."""

import pytest

from edge.bench import soak

HOURS = 3.0
MOST_GROWTH_MB = 4.0
"""A whole day grew the largest by 1.7 MB; its notes are in it."""


@pytest.mark.long
def test_memory_descriptors_and_threads_stay_and_the_counter_is_the_ledger_s() -> None:
    found = soak.measure(HOURS)
    assert found["deaths"] == 0
    assert found["counter"] == "equal"
    assert found["transcripts"] > HOURS * 10
    processes = {each["process"]: each for each in found["processes"]}
    assert {"capture.audio", "chamber", "runtime"} <= set(processes)
    for name, took in processes.items():
        assert took["grew_mb"] < MOST_GROWTH_MB, (name, took)
        assert len(took["descriptors"]) == 1, (name, took)
        assert len(took["threads"]) == 1, (name, took)
