"""How is what only onnxruntime has written in ONNX's own operators? A table of two."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

OWN: Final = "com.microsoft"

_FLOATS: Final = {"spelled_root_2": 2**0.5, "spelled_1": 1.0, "spelled_half": 0.5}


def spelled_out(model: onnx.ModelProto) -> None:
    """Replace, in place, each operator of the table by several that every reader knows."""
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        spell = _SPELLINGS.get(node.op_type) if node.domain == OWN else None
        nodes += spell(node, model.graph) if spell else [node]
    if len(nodes) == len(model.graph.node):
        return
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for name, value in _FLOATS.items():
        _keep(model.graph, name, np.array(value, np.float32))


def _gelu(node: NodeProto, _graph: onnx.GraphProto) -> Iterator[NodeProto]:
    """Half of x, times 1 + erf(x / sqrt(2))."""
    (x,), (y,) = node.input, node.output
    yield helper.make_node("Div", [x, "spelled_root_2"], [f"{y}_scaled"])
    yield helper.make_node("Erf", [f"{y}_scaled"], [f"{y}_erf"])
    yield helper.make_node("Add", [f"{y}_erf", "spelled_1"], [f"{y}_share"])
    yield helper.make_node("Mul", [x, f"{y}_share"], [f"{y}_twice"])
    yield helper.make_node("Mul", [f"{y}_twice", "spelled_half"], [y])


def _attention(node: NodeProto, graph: onnx.GraphProto) -> Iterator[NodeProto]:
    """In each head softmax(q k' / sqrt(its size)) v; all are (batch, positions, all heads)."""
    (y,) = node.output
    (heads,) = (each.i for each in node.attribute if each.name == "num_heads")
    _keep(graph, f"{y}_heads", np.array([0, 0, heads, -1], np.int64))
    _keep(graph, f"{y}_joined", np.array([0, 0, -1], np.int64))
    orders = (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3]))
    for name, (short, order) in zip(node.input, orders, strict=True):
        yield helper.make_node("Reshape", [name, f"{y}_heads"], [f"{y}_{short}_apart"])
        yield helper.make_node("Transpose", [f"{y}_{short}_apart"], [f"{y}_{short}"], perm=order)
    yield helper.make_node("MatMul", [f"{y}_q", f"{y}_k"], [f"{y}_alike"])
    yield helper.make_node("Shape", [f"{y}_q_apart"], [f"{y}_size"], start=3)
    yield helper.make_node("Cast", [f"{y}_size"], [f"{y}_float"], to=onnx.TensorProto.FLOAT)
    yield helper.make_node("Sqrt", [f"{y}_float"], [f"{y}_root"])
    yield helper.make_node("Div", [f"{y}_alike", f"{y}_root"], [f"{y}_scaled"])
    yield helper.make_node("Softmax", [f"{y}_scaled"], [f"{y}_weights"], axis=-1)
    yield helper.make_node("MatMul", [f"{y}_weights", f"{y}_v"], [f"{y}_by_head"])
    yield helper.make_node("Transpose", [f"{y}_by_head"], [f"{y}_by_position"], perm=[0, 2, 1, 3])
    yield helper.make_node("Reshape", [f"{y}_by_position", f"{y}_joined"], [y])


_Spelling = Callable[[NodeProto, onnx.GraphProto], Iterator[NodeProto]]
_SPELLINGS: Final[dict[str, _Spelling]] = {"Gelu": _gelu, "MultiHeadAttention": _attention}


def _keep(graph: onnx.GraphProto, name: str, value: NDArray[Any]) -> None:
    graph.initializer.append(numpy_helper.from_array(value, name))
