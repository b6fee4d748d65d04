"""Does the bench of doing nothing measure what it says?"""

from pathlib import Path

import numpy as np
import pytest

from edge.bench import CannotMeasure, idle
from edge.clock import to_samples


def test_quiet_and_noise_are_played_through_the_sealed_tree_and_each_process_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idle, "SETTLE_S", 1.0)
    found = idle.measure(2)
    for room in ("quiet", "noise"):
        assert set(found[room]["percent"]) >= {"chamber", "capture.audio", "runtime"}
        shares = found[room]["percent"]
        listening = shares["chamber"] + shares["capture.audio"]
        assert found[room]["listening_percent"] == pytest.approx(listening, abs=0.02)
        assert 0 <= listening < 100  # of a quiet room two seconds are less than a tick
        assert found[room]["utterances"] == 0
    assert found["noise"]["listening_percent"] > 0
    assert found["quiet"]["false_starts"] == 0


def test_of_a_clip_what_comes_before_its_first_word_does_not_count() -> None:
    clip = np.zeros(to_samples(1.0), np.float32)
    clip[to_samples(0.1)] = 0.9  # a click
    clip[to_samples(0.5) :] = 0.3
    assert idle.first_loud(clip) == to_samples(0.5)


def test_what_cannot_be_measured_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="--seconds 1"):
        idle.measure(0)
    with pytest.raises(CannotMeasure, match=r"no \*.flac"):
        idle.noisy(16_000, tmp_path)
