"""The sentence model after its build: as published, but small."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from models.minilm import made_small


def published() -> bytes:
    """Return a graph of the same parts: rows looked up and multiplied, both int8 times a scale."""
    chance = np.random.default_rng(3)
    nodes, weights = [], []
    for name, rows, scale in (("words", 8, (8, 1)), ("matrix", 6, (1, 6))):
        packed = chance.integers(-127, 128, (rows, 6)).astype(np.int8)
        weights += [
            numpy_helper.from_array(packed, f"{name}_q"),
            numpy_helper.from_array(
                chance.uniform(0.01, 0.02, scale).astype(np.float32), f"{name}_s"
            ),
        ]
        nodes += [
            helper.make_node("Cast", [f"{name}_q"], [f"{name}_f"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_f", f"{name}_s"], [name]),
        ]
    nodes += [
        helper.make_node("Gather", ["words", "input"], ["rows"]),
        helper.make_node("MatMul", ["rows", "matrix"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("input", TensorProto.INT64, [1, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 3, 6])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def run(model: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {"input": np.array([[1, 5, 7]])})
    return np.asarray(output)


def test_it_says_nearly_the_same() -> None:
    before, after = run(published()), run(made_small(published()))
    assert np.abs(before - after).max() < 0.02 * np.abs(before).max()


def test_no_weight_is_cast_before_it_is_needed() -> None:
    graph = onnx.load_from_string(made_small(published())).graph
    packed = {each.name for each in graph.initializer if each.data_type == TensorProto.INT8}
    users = {node.op_type for node in graph.node if packed & set(node.input)}
    assert users == {"Gather", "MatMulInteger"}


def test_the_same_bytes_come_of_the_same_bytes() -> None:
    assert made_small(published()) == made_small(published())
