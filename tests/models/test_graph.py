"""Do hand-written graphs compute what they say, in float and in int8?"""

import numpy as np
import pytest

from models.graph import FloatGraph, Int8Graph, quantise
from models.tail import session

RNG = np.random.default_rng(7)
WEIGHT = RNG.normal(size=(64, 256)).astype(np.float16)
BIAS = RNG.normal(size=64).astype(np.float16)
ROWS = RNG.normal(size=(1, 5, 256)).astype(np.float32)
EXACT = ROWS @ WEIGHT.T.astype(np.float32) + BIAS.astype(np.float32)


def multiplied(graph: FloatGraph, *, per_row: bool) -> np.ndarray:
    rows = graph.input("rows", [1, "n", 256])
    graph.output(graph.linear(rows, WEIGHT, BIAS, per_row=per_row), "product", [1, "n", 64])
    result: np.ndarray = session(graph.save("linear")).run(None, {"rows": ROWS})[0]
    return result


@pytest.mark.parametrize("per_row", [False, True])
def test_a_float_layer_is_exact(per_row: bool) -> None:
    np.testing.assert_allclose(multiplied(FloatGraph(), per_row=per_row), EXACT, atol=1e-4)


@pytest.mark.parametrize("per_row", [False, True])
def test_an_int8_layer_is_off_by_little(per_row: bool) -> None:
    wrong_by = multiplied(Int8Graph(), per_row=per_row) - EXACT
    assert np.sqrt((wrong_by**2).mean()) < 0.02 * EXACT.std()


def test_one_rounding_serves_all_layers_of_the_same_rows() -> None:
    graph = Int8Graph()
    rows = graph.input("rows", [1, "n", 256])
    for _ in range(3):
        graph.linear(rows, WEIGHT)
    assert [node.op_type for node in graph.nodes].count("DynamicQuantizeLinear") == 1


@pytest.mark.parametrize("block", [128, 256])
def test_rounding_is_off_by_half_a_step_at_most(block: int) -> None:
    digits, scales = quantise(WEIGHT, block)
    wrong_by = np.abs(digits * scales[:, :, None] - WEIGHT.reshape(64, -1, block))
    assert (wrong_by <= scales[:, :, None] / 2 * 1.0001).all()
    assert np.abs(digits.astype(int)).max() == 127


def test_a_row_of_zeros_stays_zero() -> None:
    digits, scales = quantise(np.zeros((2, 128), np.float16), 128)
    assert not digits.any()
    assert (scales > 0).all()


def test_the_same_graph_is_the_same_bytes() -> None:
    def written() -> bytes:
        graph = Int8Graph()
        graph.output(graph.linear(graph.input("x", [1, 256]), WEIGHT, BIAS), "y", [1, 64])
        return graph.save("twice")

    assert written() == written()
