"""Does anything that nobody said become a transcript?"""

import numpy as np
import pytest
from hearing import DATA, recogniser, sound, synthetic, utterances, whole

from edge import config
from edge.bench import rooms
from edge.chamber.asr import Recogniser
from edge.clock import SAMPLE_RATE_HZ

NOISES = sorted(path.name for path in DATA.glob("noise/*.flac"))
SYNTHETIC = ["silence", "white noise", "faint noise", "tone", "hum", "beeps", "sweep"]


@pytest.fixture(scope="module")
def tiny() -> Recogniser:
    return recogniser(config.Recogniser())


@pytest.mark.parametrize("name", NOISES)
def test_noise_is_no_utterance(name: str) -> None:
    assert utterances(sound(f"noise/{name}")) == []


@pytest.mark.parametrize("name", SYNTHETIC)
def test_artificial_sound_is_no_utterance(name: str) -> None:
    assert utterances(synthetic(name)) == []


@pytest.mark.parametrize("kind", rooms.KINDS)
def test_a_minute_in_a_room_without_speech_is_no_utterance(kind: str) -> None:
    assert utterances(rooms.minute(kind, rooms.SEED)) == []


@pytest.mark.long
def test_an_hour_in_rooms_without_speech_is_no_utterance() -> None:
    found = [kind for kind, samples in rooms.minutes(60) if utterances(samples)]
    assert found == []


@pytest.mark.parametrize("name", NOISES)
def test_noise_that_passes_for_an_utterance_has_no_words(tiny: Recogniser, name: str) -> None:
    samples = sound(f"noise/{name}")
    pieces = [samples[at : at + 48_000] for at in range(0, min(len(samples), 192_000), 48_000)]
    assert all(tiny.recognise(whole(piece)).rejected for piece in pieces if len(piece) > 8000)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_artificial_sound_has_no_words(tiny: Recogniser, name: str) -> None:
    assert tiny.recognise(whole(synthetic(name, seconds=3))).text == ""


def test_a_word_in_noise_is_found() -> None:
    speech = sound("speech/ps_goforward.flac")
    noise = np.resize(sound("noise/office.flac"), 3 * SAMPLE_RATE_HZ + len(speech))
    noise[2 * SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ + len(speech)] += speech
    (utterance,) = utterances(noise)
    assert utterance.start <= utterance.speech_start - 0.5 * SAMPLE_RATE_HZ
    assert utterance.speech_start >= 2 * SAMPLE_RATE_HZ
