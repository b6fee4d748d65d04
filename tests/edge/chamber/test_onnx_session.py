"""What a graph's bytes become, and on what they run."""

import hashlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from edge.chamber import onnx_session
from edge.providers import CPU


def graph() -> bytes:
    body = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "toy",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    )
    made: onnx.ModelProto = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    )
    return bytes(made.SerializeToString())


def test_the_processor_is_what_graphs_run_on() -> None:
    session = onnx_session.loaded(graph(), threads=1)
    assert session.get_providers() == ["CPUExecutionProvider"]


def test_choosing_what_is_not_installed_is_refused_and_changes_nothing() -> None:
    with pytest.raises(onnx_session.NoProvider, match="has no coreml"):
        onnx_session.use("coreml", (hashlib.sha256(graph()).hexdigest(),))
    (result,) = onnx_session.loaded(graph(), threads=1).run(None, {"x": np.float32([-1, 2])})
    assert list(result) == [0, 2]


def test_the_processor_can_be_chosen() -> None:
    onnx_session.use(CPU, (hashlib.sha256(graph()).hexdigest(),))
    session = onnx_session.loaded(graph(), threads=1)
    assert session.get_providers() == ["CPUExecutionProvider"]
