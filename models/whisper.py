"""How do Whisper's published weights become an encoder and a decoder in ONNX? Without torch.

Encoder: `mel` (1, 80, T) for any even T up to 3000 -> cross-attention keys, (1, heads, 64, T/2),
and values, (1, heads, T/2, 64), of every decoder layer, so that the decoder never computes them
again. Keys lie on their side because a row times such a matrix is read from memory in one go: a
step of the decoder is a fifth faster for it.
Decoder: `embedding` (1, n, width), grown self-attention caches and those keys and values ->
`logits` (1, vocabulary) of the last row and the caches grown by n. A cache may be empty (0 rows).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ct2 import Ct2, NotCt2
from models.graph import MICROSOFT, FloatGraph, Shape

HEAD_SIZE = 64
LAYER_NORM_EPSILON = 1e-5

Array = NDArray[Any]


@dataclass(frozen=True)
class Weights:
    """Whisper's weights, float16, by their CTranslate2 names, and the sizes that follow."""

    variables: dict[str, Array]
    width: int
    heads: int
    mels: int
    vocabulary: int
    encoder_layers: int
    decoder_layers: int

    def __getitem__(self, name: str) -> Array:
        return self.variables[name]


def weights(model: Ct2) -> Weights:
    """Return what both graphs are written from, or raise NotCt2."""
    if model.spec != "WhisperSpec":
        raise NotCt2(f"it holds a {model.spec}, not a Whisper")
    held = model.variables
    try:
        vocabulary, width = held["decoder/embeddings/weight"].shape
        mels = held["encoder/conv1/weight"].shape[1]
        heads = int(held["decoder/num_heads"])
    except (KeyError, ValueError) as error:
        raise NotCt2("it lacks the variables of a Whisper") from error
    if heads * HEAD_SIZE != width or heads != int(held["encoder/num_heads"]):
        raise NotCt2(f"{heads} heads do not fit a width of {width}")
    layers = {side: sum(f"{side}/layer_{n}/ffn/linear_0/weight" in held for n in range(64))
              for side in ("encoder", "decoder")}  # fmt: skip
    return Weights(held, width, heads, mels, vocabulary, layers["encoder"], layers["decoder"])


def write_encoder(graph: FloatGraph, w: Weights) -> None:
    """Write the encoder with the decoder's cross-attention projections into `graph`."""
    x = graph.input("mel", [1, w.mels, "T"])
    for name, stride in (("conv1", 1), ("conv2", 2)):
        kernel = graph.weight(w[f"encoder/{name}/weight"])
        bias = graph.weight(w[f"encoder/{name}/bias"])
        x = graph.op("Conv", x, kernel, bias, kernel_shape=[3], pads=[1, 1], strides=[stride])
        x = _gelu(graph, x)
    x = graph.op("Transpose", x, perm=[0, 2, 1])
    x = graph.op("Add", x, _first_positions(graph, w, x))
    h = _layer_norm(graph, x, w, "encoder/layer_0/self_attention/layer_norm")
    for layer in range(w.encoder_layers):
        at = f"encoder/layer_{layer}"
        query, key, value = _linear_parts(graph, h, w, f"{at}/self_attention/linear_0", 3)
        attended = _attention(graph, w, query, key, value)
        attended = _linear(graph, attended, w, f"{at}/self_attention/linear_1")
        h, x = _add_and_norm(graph, x, attended, w, f"{at}/ffn/layer_norm")
        last = layer + 1 == w.encoder_layers
        after = f"encoder/layer_{layer + 1}/self_attention/layer_norm"
        after = "encoder/layer_norm" if last else after
        h, x = _add_and_norm(graph, x, _feed_forward(graph, h, w, f"{at}/ffn"), w, after)
    _write_cross_attention(graph, w, h)


def write_decoder(graph: FloatGraph, w: Weights) -> None:
    """Write the decoder, without its token and position tables, into `graph`."""
    x = graph.input("embedding", [1, "n", w.width])
    shape: Shape = [1, w.heads, "P", HEAD_SIZE]
    past = _cache_inputs(graph, w, "past", shape, shape)
    cross = _cache_inputs(graph, w, "cross", *_cross_shapes(w))
    h = _layer_norm(graph, x, w, "decoder/layer_0/self_attention/layer_norm")
    grown = []
    for layer in range(w.decoder_layers):
        at = f"decoder/layer_{layer}"
        query, key, value = _linear_parts(graph, h, w, f"{at}/self_attention/linear_0", 3)
        attended, *caches = graph.ops(
            "MultiHeadAttention", [query, key, value, "", "", "", *past[layer]], 3, MICROSOFT,
            num_heads=w.heads, unidirectional=1,
        )  # fmt: skip
        grown.append(caches)
        attended = _linear(graph, attended, w, f"{at}/self_attention/linear_1")
        h, x = _add_and_norm(graph, x, attended, w, f"{at}/attention/layer_norm")
        query = _linear(graph, h, w, f"{at}/attention/linear_0")
        attended = _cross_attention(graph, w, query, *cross[layer])
        attended = _linear(graph, attended, w, f"{at}/attention/linear_2")
        h, x = _add_and_norm(graph, x, attended, w, f"{at}/ffn/layer_norm")
        last = layer + 1 == w.decoder_layers
        after = f"decoder/layer_{layer + 1}/self_attention/layer_norm"
        after = "decoder/layer_norm" if last else after
        h, x = _add_and_norm(graph, x, _feed_forward(graph, h, w, f"{at}/ffn"), w, after)
    newest = graph.op("Gather", h, graph.constant(np.array(-1, np.int64)), axis=1)
    logits = graph.linear(newest, w["decoder/embeddings/weight"], per_row=True)
    graph.output(logits, "logits", [1, w.vocabulary])
    for kind in range(2):
        for layer, caches in enumerate(grown):
            name = f"{('key', 'value')[kind]}_{layer}"
            graph.output(caches[kind], name, [1, w.heads, "P+n", HEAD_SIZE])


def _write_cross_attention(graph: FloatGraph, w: Weights, encoded: str) -> None:
    """Project what was heard for every decoder layer; all keys leave first, then all values."""
    split = graph.constant(np.array([1, -1, w.heads, HEAD_SIZE], np.int64))
    order = {"key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
    layers = [
        _linear_parts(graph, encoded, w, f"decoder/layer_{layer}/attention/linear_1", 2)
        for layer in range(w.decoder_layers)
    ]
    kinds = zip(order, zip(*layers, strict=True), _cross_shapes(w), strict=True)
    for kind, rows_of_layers, shape in kinds:
        for layer, rows in enumerate(rows_of_layers):
            by_head = graph.op("Transpose", graph.op("Reshape", rows, split), perm=order[kind])
            graph.output(by_head, f"cross_{kind}_{layer}", shape)


def _cross_shapes(w: Weights) -> tuple[Shape, Shape]:
    """Return the shapes of what was heard: of keys and of values."""
    return [1, w.heads, HEAD_SIZE, "A"], [1, w.heads, "A", HEAD_SIZE]


def _cache_inputs(
    graph: FloatGraph, w: Weights, kind: str, keys: Shape, values: Shape
) -> list[list[str]]:
    """Declare keys, then values, of all layers; return the pair of each layer."""
    names = [
        [graph.input(f"{kind}_{part}_{layer}", shape) for layer in range(w.decoder_layers)]
        for part, shape in (("key", keys), ("value", values))
    ]
    return [list(pair) for pair in zip(*names, strict=True)]


def _first_positions(graph: FloatGraph, w: Weights, x: str) -> str:
    """Return as many rows of the position table as `x` has."""
    table = graph.weight(w["encoder/position_encodings/encodings"])
    rows = graph.op("Shape", x, start=1, end=2)
    zero = graph.constant(np.array([0], np.int64))
    return graph.op("Slice", table, zero, rows)


def _linear(graph: FloatGraph, rows: str, w: Weights, at: str) -> str:
    """Multiply; the decoder's few rows are rounded one by one, and so is what follows a GELU.

    GELU makes mostly small numbers and few large ones: with one scale for all, the small are lost.
    """
    per_row = at.endswith("ffn/linear_1") or (
        at.startswith("decoder/") and not at.endswith("/attention/linear_1")
    )
    return graph.linear(rows, w[f"{at}/weight"], w[f"{at}/bias"], per_row=per_row)


def _linear_parts(graph: FloatGraph, rows: str, w: Weights, at: str, parts: int) -> list[str]:
    """One multiplication whose outputs are `parts` blocks of equal width."""
    return graph.ops("Split", [_linear(graph, rows, w, at)], parts, axis=-1)


def _attention(graph: FloatGraph, w: Weights, query: str, key: str, value: str) -> str:
    return graph.op("MultiHeadAttention", query, key, value, domain=MICROSOFT, num_heads=w.heads)


def _cross_attention(graph: FloatGraph, w: Weights, query: str, key: str, value: str) -> str:
    """Attend by plain products: with one row, MultiHeadAttention takes three times as long."""
    split = graph.constant(np.array([1, -1, w.heads, HEAD_SIZE], np.int64))
    join = graph.constant(np.array([1, -1, w.width], np.int64))
    scale = graph.constant(np.array(HEAD_SIZE**-0.5, np.float32))
    rows = graph.op("Reshape", graph.op("Mul", query, scale), split)
    by_head = graph.op("Transpose", rows, perm=[0, 2, 1, 3])
    share = graph.op("Softmax", graph.op("MatMul", by_head, key), axis=-1)
    attended = graph.op("Transpose", graph.op("MatMul", share, value), perm=[0, 2, 1, 3])
    return graph.op("Reshape", attended, join)


def _feed_forward(graph: FloatGraph, rows: str, w: Weights, at: str) -> str:
    return _linear(
        graph, _gelu(graph, _linear(graph, rows, w, f"{at}/linear_0")), w, f"{at}/linear_1"
    )


def _gelu(graph: FloatGraph, x: str) -> str:
    """Exact GELU, by the error function."""
    return graph.op("Gelu", x, domain=MICROSOFT)


def _layer_norm(graph: FloatGraph, x: str, w: Weights, at: str) -> str:
    gamma, beta = graph.weight(w[f"{at}/gamma"]), graph.weight(w[f"{at}/beta"])
    return graph.op("LayerNormalization", x, gamma, beta, epsilon=LAYER_NORM_EPSILON)


def _add_and_norm(graph: FloatGraph, x: str, more: str, w: Weights, at: str) -> tuple[str, str]:
    """Return the normalised sum and the sum.

    As `Sum`, because ONNX Runtime fuses an `Add` into SkipLayerNormalization: four times as slow.
    """
    total = graph.op("Sum", x, more)
    return _layer_norm(graph, total, w, at), total
