from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.capture import BadSource, sound_file
from edge.slot import End

TONE_HZ = 440
TONE_S = 1.5
FORMATS = [
    # name, subtype, rate, channels, and by how much the codec may pad or cut
    ("a.wav", "PCM_16", 44100, 2, 0),
    ("a.wav", "PCM_U8", 11025, 1, 0),
    ("a.wav", "FLOAT", 48000, 1, 0),
    ("a.wav", "PCM_24", 16000, 6, 0),
    ("a.flac", "PCM_16", 8000, 1, 0),
    ("a.aiff", "PCM_16", 96000, 1, 0),
    ("a.ogg", "VORBIS", 22050, 2, 0.02),
    ("a.opus", "OPUS", 48000, 1, 0.02),
    ("a.mp3", "MPEG_LAYER_III", 44100, 2, 0.08),
]


def tone(rate_hz: int, channels: int) -> np.ndarray:
    one = 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(TONE_S * rate_hz)) / rate_hz)
    return np.repeat(one[:, None], channels, axis=1)


def heard(path: Path, skip: int = 0) -> np.ndarray:
    *chunks, end = sound_file.signals(path, skip)
    assert isinstance(end, End)
    assert end.at == chunks[-1].end
    assert chunks[0].start == skip
    return np.concatenate([chunk.samples for chunk in chunks])


@pytest.mark.parametrize("case", FORMATS)
def test_a_tone_arrives_whole_from_any_format(
    tmp_path: Path, case: tuple[str, str, int, int, float]
) -> None:
    name, subtype, rate_hz, channels, slack_s = case
    format_name = {".opus": "OGG"}.get(Path(name).suffix)
    path = tmp_path / name
    soundfile.write(path, tone(rate_hz, channels), rate_hz, subtype, format=format_name)
    samples = heard(path)
    assert len(samples) / 16000 == pytest.approx(TONE_S, abs=slack_s + 1e-3)
    middle = samples[4000:20000] * np.hanning(16000)
    assert np.abs(np.fft.rfft(middle)).argmax() == TONE_HZ  # one second: one bin is 1 Hz
    assert np.abs(samples[4000:20000]).max() == pytest.approx(0.5, abs=0.03)  # lossy codecs


def test_two_channels_are_mixed(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([np.full(1600, 0.5), np.full(1600, -0.25)], axis=1), 16000)
    np.testing.assert_allclose(heard(path), 0.125, atol=1e-4)


def test_a_stream_may_begin_later(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    ramp = np.arange(16000) / 32768
    soundfile.write(path, ramp, 16000)
    np.testing.assert_allclose(heard(path, skip=4000), ramp[4000:], atol=1e-4)


def test_behind_the_end_there_is_only_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(100), 16000)
    assert list(sound_file.signals(path, 5000)) == [End(5000)]


def test_a_damaged_file_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.random.default_rng(3).uniform(-0.5, 0.5, 160_000), 16000)
    encoded = bytearray(path.read_bytes())
    encoded[len(encoded) // 2 : -1000] = bytes(len(encoded) // 2 - 1000)
    path.write_bytes(encoded)
    with pytest.raises(BadSource, match="is damaged after"):
        list(sound_file.signals(path, 0))


def test_no_sound_at_all_is_a_bad_source(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(0), 16000)
    with pytest.raises(BadSource, match="holds no sound"):
        list(sound_file.signals(path, 0))
