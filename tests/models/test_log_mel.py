"""Is the log-mel Whisper's? Values recorded once from openai-whisper 20250625."""

import numpy as np
import pytest

from models.log_mel import HOP_LENGTH, SAMPLE_RATE_HZ, log_mel, mel_filters

BANDS = [0, 5, 15, 40, 79]
FRAMES = [0, 33, 66, 99]
RECORDED = [
    [1.057266, -0.660413, -0.660413, -0.047683],
    [1.168168, -0.660413, -0.660413, -0.044387],
    [0.593105, -0.04953, -0.660413, -0.025654],
    [0.10822, -0.660413, -0.303518, 0.299253],
    [-0.185164, -0.660413, -0.660413, -0.442397],
]


def chirp() -> np.ndarray:
    t = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sweep = 0.3 * np.sin(2 * np.pi * (200 + 900 * t) * t) + 0.01 * np.sin(2 * np.pi * 5000 * t)
    return sweep.astype(np.float32)


def test_equals_what_openai_whisper_computes() -> None:
    np.testing.assert_allclose(log_mel(chirp())[np.ix_(BANDS, FRAMES)], RECORDED, atol=1e-5)


def test_filters_equal_those_that_whisper_ships() -> None:
    filters = mel_filters()
    assert filters.shape == (80, 201)
    np.testing.assert_allclose(filters[40, 42:45], [0.0054111, 0.01473557, 0.00651819], atol=1e-8)
    assert filters.sum() == pytest.approx(1.9990242, abs=1e-5)


@pytest.mark.parametrize("samples", [201, 400, 16_000, 16_159, 16_160])
def test_has_one_frame_for_each_whole_hop(samples: int) -> None:
    mel = log_mel(np.zeros(samples, np.float32))
    assert mel.shape == (80, samples // HOP_LENGTH)
    assert mel.dtype == np.float32


def test_louder_sound_has_the_same_mel_but_for_a_shift() -> None:
    quiet, loud = log_mel(chirp()), log_mel(10 * chirp())
    np.testing.assert_allclose(loud - quiet, 0.5, atol=1e-4)


def test_reaches_no_lower_than_eight_powers_of_ten_below_the_loudest() -> None:
    mel = log_mel(chirp())
    assert mel.max() - mel.min() <= 2.0 + 1e-6


def test_refuses_sound_shorter_than_half_a_window() -> None:
    with pytest.raises(ValueError, match="more than 200 samples"):
        log_mel(np.zeros(200, np.float32))


def test_leaves_the_samples_as_they_were() -> None:
    samples = chirp()
    before = samples.copy()
    log_mel(samples)
    assert np.array_equal(samples, before)
