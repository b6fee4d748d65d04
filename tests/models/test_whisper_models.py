"""Do the built recognisers hear what openai-whisper hears, at any length, and not when damaged?"""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.check import Decoder, NotAsRecorded, check
from models.ct2 import Ct2, NotCt2
from models.log_mel import log_mel
from models.tail import POSITIONS, PRIMER_S, WINDOW_S, silence_tail
from models.tail import session as open_graph
from models.tokens import write_tokens
from models.whisper import weights

NAME = "whisper-tiny.en"


@pytest.fixture(scope="module")
def folder(fetched: Callable[[str], Path]) -> Path:
    return fetched(NAME)


def test_it_hears_what_openai_whisper_hears(folder: Path) -> None:
    check(NAME, "whisper", folder)


def test_other_weights_are_found_by_the_check(folder: Path, tmp_path: Path) -> None:
    spoiled = Path(shutil.copytree(folder, tmp_path / "spoiled"))
    positions = np.load(spoiled / "positions.npy")
    np.save(spoiled / "positions.npy", positions[::-1])
    with pytest.raises(NotAsRecorded, match="the decoder differs"):
        check(NAME, "whisper", spoiled)


@pytest.mark.parametrize("precision", ["int8", "fp32"])
@pytest.mark.parametrize("frames", [2, 300, 1002])
def test_the_encoder_takes_sound_of_any_even_length(
    folder: Path, precision: str, frames: int
) -> None:
    encoder = open_graph((folder / f"encoder.{precision}.onnx").read_bytes())
    results = encoder.run(None, {"mel": np.zeros((1, 80, frames), np.float32)})
    keys, values = (1, 6, 64, frames // 2), (1, 6, frames // 2, 64)
    assert [result.shape for result in results] == [keys] * 4 + [values] * 4


@pytest.mark.parametrize(("precision", "off_by"), [("int8", 0.5), ("fp32", 1e-3)])
def test_words_one_by_one_or_at_once_are_the_same(
    folder: Path, precision: str, off_by: float
) -> None:
    rng = np.random.default_rng(3)
    shapes = {"key": (1, 6, 64, 40), "value": (1, 6, 40, 64)}
    cross = {
        f"cross_{kind}_{layer}": rng.normal(size=shape).astype(np.float32)
        for kind, shape in shapes.items()
        for layer in range(4)
    }
    tokens = [50257, 50362, 843, 523]
    at_once = Decoder(folder, precision, cross).next_logits(tokens)
    slowly = Decoder(folder, precision, cross)
    for token in tokens:
        one_by_one = slowly.next_logits([token])
    np.testing.assert_allclose(one_by_one, at_once, atol=off_by)


def test_the_tail_is_silence_after_speech(folder: Path) -> None:
    tail = np.load(folder / "silence_tail.npy")
    assert (tail.shape, tail.dtype) == ((8, 6, POSITIONS, 64), np.float16)
    again = silence_tail((folder / "encoder.fp32.onnx").read_bytes())
    np.testing.assert_allclose(tail.astype(float), again.astype(float), atol=0.02)
    assert PRIMER_S < WINDOW_S / 2


def test_tokens_spell_text_and_never_a_timestamp(folder: Path) -> None:
    tokens = json.loads((folder / "tokens.json").read_bytes())
    assert len(tokens["bytes"]) == 51864
    assert base64.b64decode(tokens["bytes"][843]) == b" And"
    assert tokens["prompt"] == [50257, 50362]
    assert tokens["end"] == 50256
    assert tokens["end"] not in tokens["suppress"]
    assert set(range(50257, 51864)) <= set(tokens["suppress"])
    assert tokens["suppress_first"] == [220, 50256]
    assert "languages" not in tokens


def test_a_multilingual_prompt_names_language_and_task() -> None:
    special = ["endoftext", "startoftranscript", "en", "de", "transcribe", "nocaptions"]
    special += ["notimestamps"]
    added = [{"id": 50257 + n, "content": f"<|{name}|>"} for n, name in enumerate(special)]
    tokenizer = {"added_tokens": added, "model": {"vocab": {"\u0120a": 0}}}
    config = {"suppress_ids": [1], "suppress_ids_begin": [220, 50257]}
    written = write_tokens(json.dumps(tokenizer).encode(), json.dumps(config).encode(), 51865)
    tokens = json.loads(written)
    assert tokens["prompt"] == [50258, 50259, 50261, 50263]
    assert tokens["languages"] == {"en": 50259, "de": 50260}
    assert base64.b64decode(tokens["bytes"][0]) == b" a"


@pytest.mark.parametrize("spec", ["TransformerSpec", "WhisperSpec"])
def test_a_model_that_is_no_whisper_is_refused(spec: str) -> None:
    with pytest.raises(NotCt2):
        weights(Ct2(spec, 1, {}, {}))


def test_speech_has_a_mel_that_the_encoder_takes(folder: Path) -> None:
    mel = log_mel(np.zeros(16_000, np.float32))
    encoder = open_graph((folder / "encoder.int8.onnx").read_bytes())
    assert encoder.run(None, {"mel": mel[None]})[0].shape == (1, 6, 64, 50)
