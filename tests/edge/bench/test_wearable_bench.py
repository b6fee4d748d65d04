"""What a wearable's link makes of a sound: all of it, and an exact count of what is missing."""

from pathlib import Path

import numpy as np
import pytest

from edge.bench import CannotMeasure, wearable
from firmware_bridge.emulator import Faults

ROWS = [(protocol, codec) for protocol, row in wearable.WEARABLES.items() for codec in row]
TURNS = np.arange(48_000) * 2 * np.pi / 16_000
HUM = (0.3 * np.sin(TURNS * 220) * np.abs(np.sin(TURNS * 2))).astype(np.float32)
"""It swells as speech does: what is still while nobody speaks takes another for noise."""


@pytest.mark.parametrize(("protocol", "codec"), ROWS)
def test_each_link_carries_a_sound_and_counts_what_is_lost(protocol: str, codec: str) -> None:
    row = wearable.WEARABLES[protocol][codec]
    whole = wearable.carry(HUM, row, Faults())
    assert (whole.lost, whole.counted) == (0, 0)
    assert np.std(whole.samples) == pytest.approx(np.std(HUM), rel=0.05)
    if protocol in wearable.UNBROKEN:
        return
    thin = wearable.carry(HUM, row, Faults(lost=0.1))
    assert thin.lost == thin.counted > 0


def test_what_comes_by_tcp_is_not_measured_with_losses(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="--loss 0"):
        wearable.measure(wearable.Asked(tmp_path / "none", "omi-app", "opus"))


@pytest.mark.parametrize(("protocol", "codec"), ROWS)
def test_each_link_is_heard_again_after_it_was_cut_off(protocol: str, codec: str) -> None:
    cut = wearable.carry(HUM, wearable.WEARABLES[protocol][codec], Faults(), cuts=5)
    assert cut.heard_after_cut == 6
    assert cut.counted == 0
