"""Do hand-written graphs compute what they say, in float and in int8?"""

from typing import get_args

import numpy as np
import pytest

from models.graph import FloatGraph, Int8Graph, Rounding, quantise, quantise_to_4_bits
from models.tail import session

RNG = np.random.default_rng(7)
WEIGHT = RNG.normal(size=(64, 256)).astype(np.float16)
BIAS = RNG.normal(size=64).astype(np.float16)
ROWS = RNG.normal(size=(1, 5, 256)).astype(np.float32)
EXACT = ROWS @ WEIGHT.T.astype(np.float32) + BIAS.astype(np.float32)


ALL_ROUNDINGS = pytest.mark.parametrize("rounding", get_args(Rounding))


def multiplied(graph: FloatGraph, rounding: Rounding, rows: np.ndarray = ROWS) -> np.ndarray:
    product = graph.linear(graph.input("rows", [1, "n", 256]), WEIGHT, BIAS, rounding)
    graph.output(product, "product", [1, "n", 64])
    result: np.ndarray = session(graph.save("linear")).run(None, {"rows": rows})[0]
    return result


def relative_error(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.sqrt(((found - exact) ** 2).mean()) / exact.std())


@ALL_ROUNDINGS
def test_a_float_layer_is_exact(rounding: Rounding) -> None:
    np.testing.assert_allclose(multiplied(FloatGraph(), rounding), EXACT, atol=1e-4)


@ALL_ROUNDINGS
def test_an_int8_layer_is_off_by_little(rounding: Rounding) -> None:
    assert relative_error(multiplied(Int8Graph(), rounding), EXACT) < 0.02


def test_rounded_by_itself_a_quiet_row_is_not_lost_beside_a_loud_one() -> None:
    rows = ROWS * np.array([1, 1, 1, 1, 1000], np.float32)[:, None]
    exact = rows[:, :4] @ WEIGHT.T.astype(np.float32) + BIAS.astype(np.float32)
    by_row = multiplied(Int8Graph(), "by row", rows)[:, :4]
    together = multiplied(Int8Graph(), "together", rows)[:, :4]
    assert relative_error(by_row, exact) < 0.02
    assert relative_error(together, exact) > 0.5


def test_rows_of_zeros_are_multiplied_too() -> None:
    product = multiplied(Int8Graph(), "by row", np.zeros_like(ROWS))
    np.testing.assert_allclose(product, np.broadcast_to(BIAS, product.shape), atol=1e-3)


def test_what_is_screened_is_nearly_right() -> None:
    graph = Int8Graph()
    screened = graph.screen(
        graph.input("rows", [1, "n", 256]), WEIGHT.astype(np.float32), BIAS.astype(np.float32)
    )
    graph.output(screened, "product", [1, "n", 64])
    (found,) = session(graph.save("screen")).run(None, {"rows": ROWS})
    assert 0.02 < relative_error(found, EXACT) < 0.2


def test_four_bits_are_off_by_a_step_at_most() -> None:
    digits, scales = quantise_to_4_bits(WEIGHT, 128)
    both = np.stack([digits & 15, digits >> 4], axis=-1).reshape(64, 2, 128).astype(float)
    wrong_by = np.abs((both - 8) * scales[:, :, None] - WEIGHT.reshape(64, 2, 128))
    assert (wrong_by <= np.abs(scales[:, :, None]) * 1.0001).all()


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
