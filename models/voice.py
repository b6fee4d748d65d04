"""How do the published weights of a voice encoder (GE2E) become an ONNX graph? Without torch.

`mel` (windows, frames, 40), the power of 40 bands and not its logarithm -> `embedding` (windows,
256) of unit length and no negative number. Three LSTMs, of which the last hidden state counts.

The first LSTM stays in float32: it sees power over many decades, which one scale in eight bits
would crush (equal error rate 7 % and not 0.03 %). The others see -1 to 1 and multiply in int8.
"""

import numpy as np
from numpy.typing import NDArray

from models.graph import MICROSOFT, FloatGraph, quantise

BANDS = 40
WIDTH = 256
LAYERS = 3
FLOAT_LAYERS = 1

Array = NDArray[np.float32]
Weights = dict[str, Array]


def write(graph: FloatGraph, weights: Weights) -> None:
    """Write the encoder into `graph`."""
    x = graph.op("Transpose", graph.input("mel", ["B", "T", BANDS]), perm=[1, 0, 2])
    directions, batch = graph.constant(np.array([1])), graph.constant(np.array([0]))
    last = x
    for layer in range(LAYERS):
        write_lstm = _float_lstm if layer < FLOAT_LAYERS else _int8_lstm
        every, last = write_lstm(graph, x, weights, layer)
        x = graph.op("Squeeze", every, directions)
    last = graph.op("Squeeze", last, batch)
    matrix, bias = (graph.constant(weights[f"linear.{kind}"]) for kind in ("weight", "bias"))
    raw = graph.op("Relu", graph.op("Gemm", last, matrix, bias, transB=1))
    unit = graph.op("LpNormalization", raw, axis=1, p=2)
    graph.output(unit, "embedding", ["B", WIDTH])


def _float_lstm(graph: FloatGraph, x: str, weights: Weights, layer: int) -> list[str]:
    matrices = [graph.constant(_matrix(weights, kind, layer)[None]) for kind in ("ih", "hh")]
    bias = graph.constant(_bias(weights, layer))
    return graph.ops("LSTM", [x, *matrices, bias], 2, hidden_size=WIDTH)


def _int8_lstm(graph: FloatGraph, x: str, weights: Weights, layer: int) -> list[str]:
    matrices, scales = [], []
    for kind in ("ih", "hh"):
        matrix = _matrix(weights, kind, layer)
        digits, scale = quantise(matrix, matrix.shape[1])
        matrices.append(graph.constant(digits[:, 0].T[None]))
        scales += [
            graph.constant(scale[:, 0][None]),
            graph.constant(np.zeros((1, len(scale)), np.int8)),
        ]
    bias = graph.constant(_bias(weights, layer))
    inputs = [x, *matrices, bias, "", "", "", "", *scales]
    return graph.ops("DynamicQuantizeLSTM", inputs, 2, MICROSOFT, hidden_size=WIDTH)


def _matrix(weights: Weights, kind: str, layer: int) -> Array:
    return _as_onnx(weights[f"lstm.weight_{kind}_l{layer}"])


def _bias(weights: Weights, layer: int) -> Array:
    """Return both biases of a layer, (1, 8 * WIDTH): torch adds one to each product."""
    return np.concatenate([_as_onnx(weights[f"lstm.bias_{k}_l{layer}"]) for k in ("ih", "hh")])[
        None
    ]


def _as_onnx(gates: Array) -> Array:
    """Turn torch's order of the gates (input, forget, cell, output) into ONNX's."""
    into, forget, cell, out = np.split(gates, 4)
    return np.concatenate([into, out, forget, cell])
