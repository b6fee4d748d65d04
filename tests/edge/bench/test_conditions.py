"""Are the clips the same in every condition, and is noise as loud, and a room as long, as asked?"""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.bench import CannotMeasure, stream
from edge.bench.conditions import Condition, Noise, conditions
from edge.bench.reverberation import LIVING_ROOM, impulse_response, in_room
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import Samples

RATIO = 10.0


@pytest.fixture
def clips() -> list[Samples]:
    draw = np.random.default_rng(1)
    return [(0.1 * draw.standard_normal(n)).astype(np.float32) for n in (16_000, 24_000)]


@pytest.fixture
def noise(tmp_path: Path) -> Noise:
    hiss = np.random.default_rng(2).normal(size=8000, scale=0.01)
    soundfile.write(tmp_path / "hiss.flac", hiss, SAMPLE_RATE_HZ)
    return Noise(tmp_path, (20.0, RATIO))


def by_name(found: list[Condition]) -> dict[str, Condition]:
    return {condition.name: condition for condition in found}


def test_what_is_not_asked_for_is_not_measured(clips: list[Samples], noise: Noise) -> None:
    assert [*by_name([*conditions(clips)])] == ["clean"]
    assert [*by_name([*conditions(clips, noise)])] == ["20 dB", "10 dB"]
    assert [*by_name([*conditions(clips, noise, room=True)])] == ["20 dB", "10 dB", "room"]


def test_clean_clips_come_out_of_the_stream_as_they_went_in(clips: list[Samples]) -> None:
    (clean,) = conditions(clips)
    assert all((one == other).all() for one, other in zip(clips, clean.clips, strict=True))


def test_noise_under_a_clip_is_as_loud_as_was_asked(clips: list[Samples], noise: Noise) -> None:
    heard = by_name([*conditions(clips, noise)])[f"{RATIO:g} dB"]
    speech = stream.level(clips[0])
    under = heard.clips[0] - speech
    ratio_db = 10 * np.log10(np.mean(speech**2) / np.mean(under**2))
    assert ratio_db == pytest.approx(RATIO, abs=0.2)


def test_a_folder_without_noise_is_one_sentence(clips: list[Samples], tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match=r"no \*\.flac"):
        next(conditions(clips, Noise(tmp_path, (0.0,))))


def test_a_click_comes_first_and_its_echoes_die_away() -> None:
    answer = impulse_response(LIVING_ROOM)
    energy = np.cumsum(answer[::-1] ** 2)[::-1]
    level_db = 10 * np.log10(energy / energy[0])
    assert answer[0] == pytest.approx(1)
    fell_s = (np.argmax(level_db < -25) - np.argmax(level_db < -5)) / SAMPLE_RATE_HZ
    assert LIVING_ROOM.reverberation_s / 3 < fell_s < LIVING_ROOM.reverberation_s


def test_a_room_delays_nothing_and_goes_on_after_the_sound() -> None:
    click = np.zeros(4000, np.float32)
    click[100] = 0.1
    heard = in_room(click)
    assert heard.shape == click.shape
    assert np.abs(heard[:99]).max() < 1e-6
    assert heard[100] == pytest.approx(0.1, rel=1e-3)
    assert np.abs(heard[1000:]).max() > 1e-4
