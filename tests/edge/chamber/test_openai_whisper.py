"""Does openai-whisper, where it is installed, see, say and hear what ours does?"""

import importlib.util
import io
from typing import Any

import numpy as np
import pytest
from hearing import file, recogniser, sound, whole

from edge import config
from edge.chamber.openai_whisper import NotInstalled, OpenAiWhisper
from models.log_mel import log_mel

# It leaves files of its own open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CLIPS = ["ps_goforward.flac", "1688-142285-0003.flac", "LJ001-0003.flac"]
WANTED = config.Recogniser(engine="openai-whisper")
FULL = config.Recogniser(model="whisper-tiny.en", precision="fp32")


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("torch", "whisper"))


def test_without_the_extra_it_says_what_to_install() -> None:
    if is_installed():
        pytest.skip("openai-whisper is installed here")
    with pytest.raises(NotInstalled, match=r"pip install offrecord\[whisper-torch\]"):
        OpenAiWhisper(b"", WANTED)


@pytest.fixture(scope="module")
def reference() -> OpenAiWhisper:
    if not is_installed():
        pytest.skip("UNCHECKED: needs `pip install offrecord[whisper-torch]`")
    return OpenAiWhisper(file("whisper-tiny.en-torch", "weights.npz"), WANTED)


def window(name: str) -> Any:  # noqa: ANN401 (an array)
    samples = np.zeros(480_000, np.float32)
    clip = sound(f"speech/{name}")
    samples[: len(clip)] = clip
    return samples


@pytest.mark.long
@pytest.mark.parametrize("name", CLIPS)
def test_the_mel_is_the_same(reference: OpenAiWhisper, name: str) -> None:
    from whisper.audio import log_mel_spectrogram  # noqa: PLC0415 (may be absent)

    theirs = log_mel_spectrogram(window(name)).numpy()
    np.testing.assert_allclose(log_mel(window(name)), theirs, atol=1e-4)
    assert reference.language == "en"


@pytest.mark.long
@pytest.mark.parametrize("name", CLIPS)
def test_the_tokens_are_the_same(reference: OpenAiWhisper, name: str) -> None:
    import torch  # noqa: PLC0415 (may be absent)
    from whisper.decoding import DecodingOptions  # noqa: PLC0415

    asked = DecodingOptions(language="en", without_timestamps=True, fp16=False)
    mel = torch.from_numpy(log_mel(window(name)))
    theirs = reference._model.decode(mel, asked).tokens
    ours = recogniser(FULL, full_window=True).recognise(whole(sound(f"speech/{name}")))
    assert list(ours.tokens) == theirs


@pytest.mark.long
def test_it_recognises_an_utterance_once(reference: OpenAiWhisper) -> None:
    clip = whole(sound("speech/ps_goforward.flac"))
    found = reference.recognise(clip)
    assert found.text == "Go forward 10 meters."
    assert reference.recognise(clip) is found


@pytest.mark.long
def test_noise_is_rejected(reference: OpenAiWhisper) -> None:
    hiss = np.random.default_rng(2).normal(size=48_000, scale=0.01).astype(np.float32)
    assert reference.recognise(whole(hiss)).rejected


@pytest.mark.long
def test_weights_name_every_part(reference: OpenAiWhisper) -> None:
    with np.load(io.BytesIO(file("whisper-tiny.en-torch", "weights.npz"))) as stored:
        assert {"sizes", "encoder.conv1.weight", "decoder.ln.bias"} <= set(stored)
    assert reference._model.dims.n_mels == 80
