"""Does a model that was built do what the original does? Compared with recorded reference values.

`references/` holds what independent implementations make of an input that this module can make
again: openai-whisper with torch, TensorFlow.js in Node. Models that are copied need no such check:
their hash is one.
"""

import base64
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.log_mel import SAMPLE_RATE_HZ, log_mel
from models.manifest import ModelError
from models.tail import PRIMER, WINDOW_S, session

REFERENCES = Path(__file__).with_name("references")

FLOAT_TOLERANCE = 2e-3
"""Largest difference of a logit or key (they reach 30) between float32 implementations."""
INT8_TOLERANCE = 0.5
"""Largest difference of a logit or key that rounding to int8 may make."""
SCREENED_TOLERANCE = 4.0
"""Largest difference of a logit that was screened only: the recogniser compares again what is so
near to the largest one."""
BOX_TOLERANCE_PX = 0.05
SCORE_TOLERANCE = 1e-4
FACE_TOLERANCE = 5e-3
"""Of scores and pixels that reach 300."""
ANCHORS_APART = 64
"""Of the anchors of which a face's reference holds values."""
VOICE_ALIKE = 0.998
"""Least cosine of two embeddings of one sound, of which one was rounded to int8."""

Array = NDArray[Any]


class NotAsRecorded(ModelError, ValueError):
    """A built model does not do what the original does."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"model {name!r} was built, but it is wrong: {detail}")


def check(name: str, step: str, folder: Path) -> None:
    """Compare the model in `folder` with its reference values; raise NotAsRecorded."""
    if step not in _CHECKS:
        return
    with (REFERENCES / f"{name}.toml").open("rb") as file:
        reference = tomllib.load(file)
    if wrong := _CHECKS[step](reference, folder):
        raise NotAsRecorded(name, wrong)


def synthetic_picture() -> Array:
    """Draw (1, 512, 512, 3) float32 in 0..255 with integers only: the same on each machine."""
    y, x = np.mgrid[0:512, 0:512]
    chequered = ((x // 32 + y // 32) % 2) * 255
    picture = np.stack([x * 255 // 511, y * 255 // 511, chequered], axis=-1)
    picture[(x - 256) ** 2 + (y - 256) ** 2 < 150**2] = (230, 120, 30)
    picture[137:376, 217:296] = (20, 60, 200)
    return picture[None].astype(np.float32)


def _check_centernet(reference: dict[str, Any], folder: Path) -> str:
    expected = np.array(reference["detections"], np.float32)
    graph = session((folder / "detector.onnx").read_bytes())
    (found,) = graph.run(None, {"images": synthetic_picture()})
    differences = np.abs(found[0, : len(expected)] - expected)
    if differences[:, :4].max() > BOX_TOLERANCE_PX or differences[:, 4].max() > SCORE_TOLERANCE:
        return f"boxes differ by {differences[:, :4].max():.3f} pixels"
    return "classes differ" if differences[:, 5].any() else ""


def _check_blazeface(reference: dict[str, Any], folder: Path) -> str:
    graph = session((folder / "faces.onnx").read_bytes())
    names = [output.name for output in graph.get_outputs()]
    picture = synthetic_picture()[:, ::2, ::2] / np.float32(127.5) - 1
    for name, found in zip(names, graph.run(None, {"picture": picture}), strict=True):
        expected = np.array(reference[name], np.float32).reshape(-1, found.shape[2])
        wrong_by = float(np.abs(found[0, ::ANCHORS_APART] - expected).max())
        if wrong_by > FACE_TOLERANCE:
            return f"{name} differs by {wrong_by:.4f}"
    return ""


def synthetic_mel() -> Array:
    """Return (1, 160, 40) float32: powers of two only, over five decades."""
    frame, band = np.mgrid[0:160, 0:40]
    mel: Array = (2.0 ** -((frame * 7 + band * 13) % 17)).astype(np.float32)[None]
    return mel


def _check_voice(reference: dict[str, Any], folder: Path) -> str:
    graph = session((folder / "voice.onnx").read_bytes())
    (found,) = graph.run(None, {"mel": synthetic_mel()})
    alike = float(found[0] @ np.array(reference["embedding"], np.float32))
    return "" if alike >= VOICE_ALIKE else f"its embedding is {alike:.4f} alike"


def _check_whisper(reference: dict[str, Any], folder: Path) -> str:
    tokens = json.loads((folder / "tokens.json").read_bytes())
    said = b"".join(base64.b64decode(tokens["bytes"][token]) for token in reference["tokens"])
    if said.decode() != reference["text"] or tokens["prompt"] != reference["prompt"]:
        return "its tokens stand for other text"
    for precision, tolerance in (("fp32", FLOAT_TOLERANCE), ("int8", INT8_TOLERANCE)):
        if wrong := _check_precision(reference, folder, precision, tolerance):
            return f"{precision}: {wrong}"
    return ""


def _check_precision(
    reference: dict[str, Any], folder: Path, precision: str, tolerance: float
) -> str:
    """Transcribe the primer, each step given the reference's words, and compare what comes next.

    By how much all logits are wrong together does not count, for nothing sees it: nine tenths of a
    token's embedding are common to all tokens, the int8 decoder leaves that part out of its logits
    as `common`, and both the softmax and the choice of the largest know only differences.
    """
    encoder = session((folder / f"encoder.{precision}.onnx").read_bytes())
    cross = encoder.run(None, {"mel": _primer_mel()[None]})
    names = [output.name for output in encoder.get_outputs()]
    keys = dict(zip(names, cross, strict=True))["cross_key_0"]
    expected_keys = np.array(reference["cross_keys"])
    wrong_by = np.abs(keys[0, 0, : len(expected_keys), 100] - expected_keys).max()
    if wrong_by > tolerance:
        return f"the encoder differs by {wrong_by:.4f}"
    decoder = Decoder(folder, precision, dict(zip(names, cross, strict=True)))
    logits = decoder.next_logits(reference["prompt"])
    wrong = logits[reference["places"]] - np.array(reference["logits"])
    wrong_by = np.abs(wrong - wrong.mean()).max()
    if wrong_by > tolerance:
        return f"the decoder differs by {wrong_by:.4f}"
    if decoder.screened_wrong_by > SCREENED_TOLERANCE:
        return f"the decoder screens tokens by logits that are wrong by {decoder.screened_wrong_by}"
    end = json.loads((folder / "tokens.json").read_bytes())["end"]
    for token in [*reference["tokens"], end]:
        if int(logits.argmax()) != token:
            return "it hears other words"
        logits = decoder.next_logits([token])
    return ""


class Decoder:
    """A decoder in the middle of an utterance; it suppresses nothing and never stops itself."""

    def __init__(self, folder: Path, precision: str, cross: dict[str, Array]) -> None:
        self._graph = session((folder / f"decoder.{precision}.onnx").read_bytes())
        self._embedding = np.load(folder / "embedding.npy", mmap_mode="r", allow_pickle=False)
        self._positions = np.load(folder / "positions.npy", allow_pickle=False)
        self._names = [output.name for output in self._graph.get_outputs()]
        heads, positions = cross["cross_value_0"].shape[1:3]
        self._heard = cross | {"stands_for": np.zeros((1, 1, 1, positions), np.float32)}
        self._tokens = 0
        empty = np.zeros((1, heads, 0, 64), np.float32)
        caches = [name for name in self._names if name.startswith(("key", "value"))]
        self._past = {f"past_{name}": empty for name in caches}
        self.screened_wrong_by = 0.0
        """Largest difference between a logit that was only screened and the one compared."""

    def next_logits(self, tokens: list[int]) -> Array:
        """Hear `tokens` and return the (vocabulary,) float32 logits of what follows.

        All tokens are compared here as the recogniser compares the likeliest ones: what the
        decoder ends with times their embeddings.
        """
        places = slice(self._tokens, self._tokens + len(tokens))
        rows = self._embedding[tokens].astype(np.float32) + self._positions[places]
        self._tokens += len(tokens)
        feed = {"embedding": rows[None], "asked": np.array([-1]), **self._past, **self._heard}
        results = dict(zip(self._names, self._graph.run(None, feed), strict=True))
        self._past = {name: results[name.removeprefix("past_")] for name in self._past}
        logits: Array = results["logits"][0, 0]
        if "hidden" not in results:
            return logits
        screened = logits + results["common"][0, 0]
        logits = self._embedding.astype(np.float32) @ results["hidden"][0, 0]
        wrong_by = float(np.abs(screened - logits).max())
        self.screened_wrong_by = max(self.screened_wrong_by, wrong_by)
        return logits


def _primer_mel() -> Array:
    """Return the (80, 3000) log-mel of the primer in a window of 30 s."""
    samples, _ = soundfile.read(PRIMER, dtype="float32")
    window = np.zeros(WINDOW_S * SAMPLE_RATE_HZ, np.float32)
    window[: len(samples)] = samples
    return log_mel(window)


_CHECKS: dict[str, Callable[[dict[str, Any], Path], str]] = {
    "blazeface": _check_blazeface,
    "centernet": _check_centernet,
    "voice": _check_voice,
    "whisper": _check_whisper,
}
