"""How is an ONNX graph written down by hand? Node by node, with weights beside them.

Two ways to multiply by a weight: `FloatGraph` in float32 (weights stored as float16, which is what
the published ones are: the file halves and no digit is lost), `Int8Graph` in int8, the weights
rounded here and the rows as they come. Convolutions stay in float.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET = 17
IR_VERSION = 8
MICROSOFT = "com.microsoft"
INT8_LIMIT = 127
INT8_ZERO_POINT = 128  # of MatMulNBits, which stores weights as uint8
BLOCK_COLUMNS = 128
INT4_STEPS = 8  # below zero; one fewer above
COMPUTE_IN_INT8 = 4  # MatMulNBits' `accuracy_level`

LEAST_SCALE = 1e-6

Array = NDArray[Any]
Shape = Sequence[int | str]
Rounding = Literal["together", "by row", "by block"]
"""How rows of floats become int8: with one scale for all, one for each row, or one for every 128
columns of a row. In this order they get exacter, and slower where there are many rows."""


@dataclass
class FloatGraph:
    """A graph that grows by one node a call; multiplies in float32."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)
    inputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    outputs: list[onnx.ValueInfoProto] = field(default_factory=list)

    def input(self, name: str, shape: Shape, kind: int = onnx.TensorProto.FLOAT) -> str:
        """Declare an input, of float32 unless another kind is named."""
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, shape: Shape) -> None:
        """Declare that `value` leaves as the float32 output `name`."""
        self.nodes.append(helper.make_node("Identity", [value], [name], name=f"out/{name}"))
        self.outputs.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401 - ONNX attributes are of many types
        """Add a node with one output and return that output's name."""
        return self.ops(kind, inputs, 1, domain, **attributes)[0]

    def ops(
        self,
        kind: str,
        inputs: Sequence[str],
        results: int,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 - as above
    ) -> list[str]:
        """Add a node with `results` outputs and return their names."""
        name = f"{kind}_{len(self.nodes)}"
        outputs = [f"{name}:{index}" for index in range(results)]
        self.nodes.append(
            helper.make_node(kind, inputs, outputs, name=name, domain=domain, **attributes)
        )
        return outputs

    def constant(self, array: Array) -> str:
        """Keep `array` as it is and return its name."""
        name = f"constant_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def weight(self, array: Array) -> str:
        """Keep a float16 `array`; return the name of the same numbers as float32."""
        assert array.dtype == np.float16, array.dtype
        return self.op("Cast", self.constant(array), to=onnx.TensorProto.FLOAT)

    def linear(
        self,
        rows: str,
        weight: Array,
        bias: Array | None = None,
        rounding: Rounding = "together",  # noqa: ARG002 - only rounding has to know
    ) -> str:
        """Return rows @ weight.T + bias; weight is float16 (outputs, columns), as published."""
        product = self.op("MatMul", rows, self.weight(weight.T))
        return product if bias is None else self.op("Add", product, self.weight(bias))

    def save(self, name: str) -> bytes:
        """Return the checked graph as the bytes of an .onnx file, the same on each machine."""
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="offrecord"
        )
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


@dataclass
class Int8Graph(FloatGraph):
    """The same, but linear layers multiply rounded rows with rounded weights."""

    rounded: dict[str, list[str]] = field(default_factory=dict)

    def linear(
        self,
        rows: str,
        weight: Array,
        bias: Array | None = None,
        rounding: Rounding = "together",
    ) -> str:
        """Return rows @ weight.T + bias, rounded.

        All layers that multiply the same `rows` together share their rounding.
        """
        bias_name = "" if bias is None else self.weight(bias)
        if rounding == "by block":
            digits, scales = quantise(weight, BLOCK_COLUMNS)
            shifted = (digits.astype(np.int16) + INT8_ZERO_POINT).astype(np.uint8)
            return self._by_block(rows, shifted, scales, bias_name, 8)
        if rounding == "by row":
            largest = self.op("ReduceMax", self.op("Abs", rows), axes=[-1])
            scale = self.op("Max", largest, self.constant(np.array(LEAST_SCALE, np.float32)))
            product = self.linear(self.op("Div", rows, scale), weight)
            scaled = self.op("Mul", product, scale)
            return self.op("Add", scaled, bias_name) if bias_name else scaled
        if rows not in self.rounded:
            self.rounded[rows] = self.ops("DynamicQuantizeLinear", [rows], 3)
        row_digits, row_scale, row_zero = self.rounded[rows]
        digits, scales = quantise(weight, weight.shape[1])
        by_column = self.constant(digits[:, 0].T)
        inputs = [row_digits, by_column, row_scale, self.constant(scales[:, 0]), row_zero, ""]
        return self.op("MatMulIntegerToFloat", *_trimmed([*inputs, bias_name]), domain=MICROSOFT)

    def screen(self, rows: str, weight: Array, bias: Array) -> str:
        """Return about rows @ weight.T + bias: near enough to tell which few are the largest.

        Weights of 4 bits: half to read, half to hold. Both are float32.
        """
        nibbles, scales = quantise_to_4_bits(weight, BLOCK_COLUMNS)
        return self._by_block(rows, nibbles, scales, self.constant(bias), 4)

    def _by_block(self, rows: str, digits: Array, scales: Array, bias: str, bits: int) -> str:
        outputs, blocks = scales.shape
        inputs = [rows, self.constant(digits), self.constant(scales), "", "", bias]
        return self.op(
            "MatMulNBits", *_trimmed(inputs), domain=MICROSOFT, N=outputs,
            K=blocks * BLOCK_COLUMNS, bits=bits, block_size=BLOCK_COLUMNS,
            accuracy_level=COMPUTE_IN_INT8,
        )  # fmt: skip


def quantise(weight: Array, block: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round (outputs, columns) floats: int8 (outputs, blocks, block), scales (outputs, blocks).

    Symmetric: value = digit * scale. Only comparisons, one division and one rounding a number, so
    the bits are the same on each machine.
    """
    outputs, columns = weight.shape
    exact = weight.astype(np.float32).reshape(outputs, columns // block, block)
    largest = np.abs(exact).max(axis=2)
    largest[largest == 0] = 1
    scales: NDArray[np.float32] = largest / np.float32(INT8_LIMIT)
    digits = np.rint(exact / scales[:, :, None]).astype(np.int8)
    return digits, scales


def quantise_to_4_bits(weight: Array, block: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Round (outputs, columns) floats: uint8 (outputs, blocks, block / 2), scale of every block.

    value = (digit - 8) * scale; of two digits in a byte the even column's is the low one. The scale
    has a sign, so that what is furthest from zero is -8.
    """
    outputs, columns = weight.shape
    exact = weight.astype(np.float32).reshape(outputs, columns // block, block)
    furthest = np.abs(exact).argmax(axis=2)[:, :, None]
    scales = np.take_along_axis(exact, furthest, axis=2) / np.float32(-INT4_STEPS)
    scales[scales == 0] = 1
    digits = np.rint(exact / scales) + INT4_STEPS
    digits = np.minimum(digits, 2 * INT4_STEPS - 1).astype(np.uint8)
    return digits[:, :, 0::2] | (digits[:, :, 1::2] << 4), scales[:, :, 0]


def _trimmed(inputs: list[str]) -> list[str]:
    """Leave out absent inputs at the end, as ONNX wants it."""
    while not inputs[-1]:
        inputs = inputs[:-1]
    return inputs
