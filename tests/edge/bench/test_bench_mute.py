"""The figure of the switch, taken from a real run."""

import pytest

from edge.bench import CannotMeasure, mute


def test_one_mute_is_measured() -> None:
    off = mute.measure(1)
    assert off["times"] == 1
    assert 0 < off["closed_p50_ms"] == off["closed_max_ms"]
    assert off["closed_max_ms"] <= off["answered_max_ms"] + 1  # two threads' clocks


def test_no_mute_is_no_measurement() -> None:
    with pytest.raises(CannotMeasure, match="--times"):
        mute.measure(0)
