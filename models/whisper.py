"""How do Whisper's published weights become an encoder and a decoder in ONNX? Without torch.

Encoder: `mel` (1, 80, T) for any even T up to 3000 -> cross-attention keys, (1, heads, 64, T/2),
and values, (1, heads, T/2, 64), of every decoder layer, so that the decoder never computes them
again. Keys lie on their side because a row times such a matrix is read from memory in one go: a
step of the decoder is a fifth faster for it.
Decoder: `embedding` (1, n, width), grown self-attention caches, those keys and values, the
logarithm of how many positions each `stands_for`, and the k rows that are `asked` about ->
`logits` (1, k, vocabulary) and the caches grown by n. A cache may be empty (0 rows).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from models.ct2 import Ct2, NotCt2
from models.graph import MICROSOFT, FloatGraph, Int8Graph, Rounding, Shape

HEAD_SIZE = 64
LAYER_NORM_EPSILON = 1e-5
END = np.iinfo(np.int64).max

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
    mel = graph.input("mel", [1, w.mels, "T"])
    x = graph.op("Transpose", mel, perm=[0, 2, 1])
    for name, stride in (("conv1", 1), ("conv2", 2)):
        x = _gelu(graph, _convolution(graph, w, x, f"encoder/{name}", stride))
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
    stands_for = graph.input("stands_for", [1, 1, 1, "A"])
    asked = graph.input("asked", ["k"], onnx.TensorProto.INT64)
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
        attended = _cross_attention(graph, w, query, (*cross[layer], stands_for))
        attended = _linear(graph, attended, w, f"{at}/attention/linear_2")
        h, x = _add_and_norm(graph, x, attended, w, f"{at}/ffn/layer_norm")
        more = _feed_forward(graph, h, w, f"{at}/ffn")
        if layer + 1 == w.decoder_layers:
            x = graph.op("Add", x, more)
        else:
            after = f"decoder/layer_{layer + 1}/self_attention/layer_norm"
            h, x = _add_and_norm(graph, x, more, w, after)
    _write_logits(graph, w, graph.op("Gather", x, asked, axis=1))
    for kind in range(2):
        for layer, caches in enumerate(grown):
            name = f"{('key', 'value')[kind]}_{layer}"
            graph.output(caches[kind], name, [1, w.heads, "P+n", HEAD_SIZE])


def _write_logits(graph: FloatGraph, w: Weights, x: str) -> None:
    """Compare the asked rows with every token's embedding.

    In int8 this alone would read two thirds of the decoder. So all tokens are screened with weights
    of 4 bits, and whoever picks one compares the likeliest again, with their embeddings as
    published: that is what `hidden` is for. Three things, exact themselves, leave less to be
    rounded, a sixth: columns are weighed by the layer norm's gamma, which knows how large each
    gets; its beta becomes a bias; and what all tokens have in common, most of each, leaves apart,
    as `common`.
    """
    embedding = w["decoder/embeddings/weight"]
    at = "decoder/layer_norm"
    if not isinstance(graph, Int8Graph):
        logits = graph.linear(_layer_norm(graph, x, w, at), embedding)
        graph.output(logits, "logits", [1, "k", w.vocabulary])
        return
    exact = embedding.astype(np.float64)
    gamma, beta = (w[f"{at}/{part}"].astype(np.float64) for part in ("gamma", "beta"))
    columns, bias = exact * gamma, exact @ beta  # products of float16: no digit is lost, anywhere
    mean, mean_bias = columns.mean(axis=0), bias.mean()
    one, zero = np.ones(w.width, np.float16), np.zeros(w.width, np.float16)
    normal = graph.op(
        "LayerNormalization", x, graph.weight(one), graph.weight(zero), epsilon=LAYER_NORM_EPSILON
    )
    logits = graph.screen(normal, _float32(columns - mean), _float32(bias - mean_bias))
    graph.output(logits, "logits", [1, "k", w.vocabulary])
    hidden = graph.op("Mul", normal, graph.weight(w[f"{at}/gamma"]))
    hidden = graph.op("Add", hidden, graph.weight(w[f"{at}/beta"]))
    graph.output(hidden, "hidden", [1, "k", w.width])
    common = graph.op("MatMul", normal, graph.constant(_float32(mean[:, None])))
    common = graph.op("Add", common, graph.constant(_float32(mean_bias)))
    graph.output(common, "common", [1, "k", 1])


def _float32(array: Array) -> Array:
    return np.asarray(array, np.float32)


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


def _convolution(graph: FloatGraph, w: Weights, rows: str, at: str, stride: int) -> str:
    """Multiply every row, or every other one, with its two neighbours beside it.

    As a product it can be rounded to int8, which takes half as long as `Conv`.
    """

    def whole(*numbers: int) -> str:
        return graph.constant(np.array(numbers, np.int64))

    around = graph.op("Pad", rows, whole(0, 1, 0, 0, 1, 0))
    neighbours = [
        graph.op("Slice", around, whole(first), whole(end), whole(1), whole(stride))
        for first, end in ((0, -2), (1, -1), (2, END))
    ]
    beside = graph.op("Concat", *neighbours, axis=2)
    kernel = w[f"{at}/weight"]
    flat = kernel.transpose(0, 2, 1).reshape(len(kernel), -1)
    return graph.linear(beside, flat, w[f"{at}/bias"], "by row")


def _first_positions(graph: FloatGraph, w: Weights, x: str) -> str:
    """Return as many rows of the position table as `x` has."""
    table = graph.weight(w["encoder/position_encodings/encodings"])
    rows = graph.op("Shape", x, start=1, end=2)
    zero = graph.constant(np.array([0], np.int64))
    return graph.op("Slice", table, zero, rows)


def _linear(graph: FloatGraph, rows: str, w: Weights, at: str) -> str:
    """Multiply; the decoder's few rows are rounded by blocks, and what follows a GELU by rows.

    GELU makes mostly small numbers and few large ones: with one scale for all, the small are lost.
    """
    rounding: Rounding = "together"
    if at.startswith("decoder/") and not at.endswith("/attention/linear_1"):
        rounding = "by block"
    elif at.endswith("ffn/linear_1"):
        rounding = "by row"
    return graph.linear(rows, w[f"{at}/weight"], w[f"{at}/bias"], rounding)


def _linear_parts(graph: FloatGraph, rows: str, w: Weights, at: str, parts: int) -> list[str]:
    """One multiplication whose outputs are `parts` blocks of equal width."""
    return graph.ops("Split", [_linear(graph, rows, w, at)], parts, axis=-1)


def _attention(graph: FloatGraph, w: Weights, query: str, key: str, value: str) -> str:
    return graph.op("MultiHeadAttention", query, key, value, domain=MICROSOFT, num_heads=w.heads)


def _cross_attention(graph: FloatGraph, w: Weights, query: str, heard: tuple[str, ...]) -> str:
    """Attend by plain products: with one row, MultiHeadAttention takes three times as long.

    `heard` is keys, values, and the logarithm of how many positions each one stands for: to attend
    to one of these is what it is to attend to so many that are alike.
    """
    key, value, stands_for = heard
    split = graph.constant(np.array([1, -1, w.heads, HEAD_SIZE], np.int64))
    join = graph.constant(np.array([1, -1, w.width], np.int64))
    scale = graph.constant(np.array(HEAD_SIZE**-0.5, np.float32))
    rows = graph.op("Reshape", graph.op("Mul", query, scale), split)
    by_head = graph.op("Transpose", rows, perm=[0, 2, 1, 3])
    score = graph.op("Add", graph.op("MatMul", by_head, key), stands_for)
    share = graph.op("Softmax", score, axis=-1)
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
