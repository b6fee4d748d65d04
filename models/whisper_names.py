"""What do others call Whisper's weights? Their names -> those of the graphs, and OpenAI's again.

OpenAI's own checkpoint and Hugging Face's transformers keep query, key and value apart, and a key
has no bias; CTranslate2, whose names `models/whisper.py` uses, lays them one below the other.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.whisper import HEAD_SIZE, Weights

Array = NDArray[Any]


SIZES = "sizes"
"""In a checkpoint beside the weights: openai-whisper's ModelDimensions, in their order."""
AUDIO_POSITIONS = 1500
TEXT_POSITIONS = 448
_NORMS = {
    "self_attention/layer_norm": "attn_ln",
    "attention/layer_norm": "cross_attn_ln",
    "ffn/layer_norm": "mlp_ln",
}


class NotWhisper(ValueError):
    """The tensors are not those of a Whisper that can be built."""


@dataclass(frozen=True)
class Names:
    """How one source spells what there is. `{}` is the number of a layer."""

    side: str
    """Before everything of one side, "encoder" or "decoder" in the place of `{}`."""
    layers: str
    positions: str
    last_norm: Mapping[str, str]
    embedding: str
    attention: str
    cross_attention: str
    parts: tuple[str, str, str, str]
    """Of an attention: query, key, value, out."""
    norms: tuple[str, str, str]
    """Before the attention, the cross-attention, the feed-forward layers."""
    feed_forward: tuple[str, str]


OPENAI = Names(
    side="{}",
    layers="blocks.{}",
    positions="positional_embedding",
    last_norm={"encoder": "ln_post", "decoder": "ln"},
    embedding="decoder.token_embedding.weight",
    attention="attn",
    cross_attention="cross_attn",
    parts=("query", "key", "value", "out"),
    norms=("attn_ln", "cross_attn_ln", "mlp_ln"),
    feed_forward=("mlp.0", "mlp.2"),
)
HUGGING_FACE = Names(
    side="model.{}",
    layers="layers.{}",
    positions="embed_positions.weight",
    last_norm={"encoder": "layer_norm", "decoder": "layer_norm"},
    embedding="model.decoder.embed_tokens.weight",
    attention="self_attn",
    cross_attention="encoder_attn",
    parts=("q_proj", "k_proj", "v_proj", "out_proj"),
    norms=("self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm"),
    feed_forward=("fc1", "fc2"),
)


def weights(tensors: Mapping[str, Array], names: Names) -> Weights:
    """Return what both graphs are written from; raise NotWhisper."""
    try:
        vocabulary, width = tensors[names.embedding].shape
        ears = names.side.format("encoder")
        mels = tensors[f"{ears}.conv1.weight"].shape[1]
        counts = {side: _layers(tensors, names, side) for side in ("encoder", "decoder")}
        variables = {
            name: np.ascontiguousarray(numbers, np.float16)
            for name, numbers in _renamed(tensors, names, counts)
        }
    except KeyError as missing:
        raise NotWhisper(f"it lacks the tensor {missing} of a Whisper") from None
    if width % HEAD_SIZE:
        raise NotWhisper(f"its width of {width} is not one of heads of {HEAD_SIZE}")
    return Weights(
        variables, width, width // HEAD_SIZE, mels, vocabulary, counts["encoder"], counts["decoder"]
    )


def _layers(tensors: Mapping[str, Array], names: Names, side: str) -> int:
    at = f"{names.side.format(side)}.{names.layers}.{names.norms[0]}.weight"
    return next(count for count in range(len(tensors)) if at.format(count) not in tensors)


def _renamed(
    tensors: Mapping[str, Array], names: Names, counts: Mapping[str, int]
) -> Iterator[tuple[str, Array]]:
    ears = names.side.format("encoder")
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            yield f"encoder/{conv}/{part}", tensors[f"{ears}.{conv}.{part}"]
    yield "decoder/embeddings/weight", tensors[names.embedding]
    for side, count in counts.items():
        at = names.side.format(side)
        yield f"{side}/position_encodings/encodings", tensors[f"{at}.{names.positions}"]
        yield from _norm(tensors, f"{at}.{names.last_norm[side]}", f"{side}/layer_norm")
        for layer in range(count):
            theirs, ours = f"{at}.{names.layers.format(layer)}", f"{side}/layer_{layer}"
            yield from _layer(tensors, names, theirs, ours, has_cross=side == "decoder")


def _layer(
    tensors: Mapping[str, Array], names: Names, theirs: str, ours: str, *, has_cross: bool
) -> Iterator[tuple[str, Array]]:
    query, key, value, out = names.parts
    first, cross, last = names.norms
    at = f"{theirs}.{names.attention}"
    yield from _joined(tensors, at, (query, key, value), key, f"{ours}/self_attention/linear_0")
    yield from _joined(tensors, at, (out,), key, f"{ours}/self_attention/linear_1")
    yield from _norm(tensors, f"{theirs}.{first}", f"{ours}/self_attention/layer_norm")
    if has_cross:
        at = f"{theirs}.{names.cross_attention}"
        yield from _joined(tensors, at, (query,), key, f"{ours}/attention/linear_0")
        yield from _joined(tensors, at, (key, value), key, f"{ours}/attention/linear_1")
        yield from _joined(tensors, at, (out,), key, f"{ours}/attention/linear_2")
        yield from _norm(tensors, f"{theirs}.{cross}", f"{ours}/attention/layer_norm")
    for number, name in enumerate(names.feed_forward):
        yield from _joined(tensors, theirs, (name,), key, f"{ours}/ffn/linear_{number}")
    yield from _norm(tensors, f"{theirs}.{last}", f"{ours}/ffn/layer_norm")


def _joined(
    tensors: Mapping[str, Array], at: str, parts: tuple[str, ...], key: str, ours: str
) -> Iterator[tuple[str, Array]]:
    """Lay parts one below the other; a key's bias, which there is none of, is zero."""
    matrices = [tensors[f"{at}.{part}.weight"] for part in parts]
    biases = [
        np.zeros(len(matrix), np.float16) if part == key else tensors[f"{at}.{part}.bias"]
        for part, matrix in zip(parts, matrices, strict=True)
    ]
    yield f"{ours}/weight", np.concatenate(matrices)
    yield f"{ours}/bias", np.concatenate(biases)


def _norm(tensors: Mapping[str, Array], theirs: str, ours: str) -> Iterator[tuple[str, Array]]:
    yield f"{ours}/gamma", tensors[f"{theirs}.weight"]
    yield f"{ours}/beta", tensors[f"{theirs}.bias"]


def checkpoint(w: Weights) -> bytes:
    """Return an .npz of the weights by OpenAI's names, and of the sizes."""
    ears = [w.mels, AUDIO_POSITIONS, w.width, w.heads, w.encoder_layers]
    mouth = [w.vocabulary, TEXT_POSITIONS, w.width, w.heads, w.decoder_layers]
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for name, numbers in ((SIZES, np.array([*ears, *mouth], np.int32)), *to_openai(w)):
            with file.open(f"{name}.npy", "w") as member:
                np.save(member, np.ascontiguousarray(numbers))
    return whole.getvalue()


def to_openai(w: Weights) -> Iterator[tuple[str, Array]]:
    """Yield openai-whisper's name of each tensor and its numbers, float16."""
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            yield f"encoder.{conv}.{part}", w[f"encoder/{conv}/{part}"]
    yield "decoder.token_embedding.weight", w["decoder/embeddings/weight"]
    for side, layers, norm in (
        ("encoder", w.encoder_layers, "encoder.ln_post"),
        ("decoder", w.decoder_layers, "decoder.ln"),
    ):
        yield f"{side}.positional_embedding", w[f"{side}/position_encodings/encodings"]
        yield from _norm_to(w, f"{side}/layer_norm", norm)
        for layer in range(layers):
            yield from _block(w, f"{side}/layer_{layer}", f"{side}.blocks.{layer}", side)


def _block(w: Weights, at: str, name: str, side: str) -> Iterator[tuple[str, Array]]:
    yield from _split(w, f"{at}/self_attention/linear_0", f"{name}.attn", "query key value")
    yield from _split(w, f"{at}/self_attention/linear_1", f"{name}.attn", "out")
    if side == "decoder":
        yield from _split(w, f"{at}/attention/linear_0", f"{name}.cross_attn", "query")
        yield from _split(w, f"{at}/attention/linear_1", f"{name}.cross_attn", "key value")
        yield from _split(w, f"{at}/attention/linear_2", f"{name}.cross_attn", "out")
    yield from _split(w, f"{at}/ffn/linear_0", f"{name}.mlp", "0")
    yield from _split(w, f"{at}/ffn/linear_1", f"{name}.mlp", "2")
    for ours, theirs in _NORMS.items():
        if side == "decoder" or theirs != "cross_attn_ln":
            yield from _norm_to(w, f"{at}/{ours}", f"{name}.{theirs}")


def _split(w: Weights, at: str, name: str, parts: str) -> Iterator[tuple[str, Array]]:
    """Yield the layers that were published as one; a key's bias is all zero and left out."""
    names = parts.split()
    for number, part in enumerate(names):
        for kind in ("weight", "bias"):
            both = w[f"{at}/{kind}"]
            rows = len(both) // len(names)
            if (part, kind) != ("key", "bias"):
                yield f"{name}.{part}.{kind}", both[number * rows : (number + 1) * rows]


def _norm_to(w: Weights, at: str, name: str) -> Iterator[tuple[str, Array]]:
    yield f"{name}.weight", w[f"{at}/gamma"]
    yield f"{name}.bias", w[f"{at}/beta"]
