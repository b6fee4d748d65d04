"""How does the detector take pictures of any shape? The sides in its graph are counted anew.

It was published for a square of 512 pixels, whose sides stand in the graph as numbers. A camera's
picture is wider than high: a quarter of such a square is grey, and is computed all the same. The
network is convolutional, so its weights fit any sides; what was made of the square's is made of
those of the picture that comes.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

CELL_PX: Final = 4
"""The network answers for cells of so many pixels."""
_COLUMNS: Final = "any_shape/columns"
_CELL: Final = "any_shape/cell_px"
_FOUR_A_ROW: Final = "any_shape/four_a_row"
_TWICE: Final = "any_shape/twice"

Array = NDArray[Any]


class NotForSquares(ValueError):
    """The graph is not made as the published one is."""


def of_any_shape(graph: bytes, square_px: int) -> bytes:
    """Return a graph for pictures (1, height, width, 3) out of one for squares.

    Height and width must be multiples of 32: five times the network halves them. Raise
    NotForSquares where nothing is found that was made of the square's side.
    """
    model = onnx.load_from_string(graph)
    known = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    made = {name: node for node in model.graph.node for name in node.output}
    side = square_px // CELL_PX
    nodes = [
        _doubled(node, made, known) if node.op_type == "Resize" else _counted(node, known, side)
        for node in model.graph.node
    ]
    if nodes == list(model.graph.node):
        raise NotForSquares(f"nothing in the graph was made of a side of {square_px} pixels")
    (images,) = model.graph.input
    for axis, name in ((1, "height"), (2, "width")):
        images.type.tensor_type.shape.dim[axis].dim_param = name
    del model.graph.node[:]
    model.graph.node.extend([*_columns(images.name), *nodes])
    _keep(model.graph, _CELL, np.array([CELL_PX], np.int32))
    _keep(model.graph, _FOUR_A_ROW, np.array([-1, 4], np.int64))
    _keep(model.graph, _TWICE, np.array([1, 1, 2, 2], np.float32))
    _drop_unused(model.graph)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _columns(images: str) -> list[NodeProto]:
    """Return the steps that count the cells beside each other in a picture."""
    return [
        helper.make_node("Shape", [images], ["any_shape/width"], start=2, end=3),
        helper.make_node("Cast", ["any_shape/width"], ["any_shape/px"], to=TensorProto.INT32),
        helper.make_node("Div", ["any_shape/px", _CELL], [_COLUMNS]),
    ]


def _doubled(
    node: NodeProto, made: Mapping[str, NodeProto], known: Mapping[str, Array]
) -> NodeProto:
    """Return a step that doubles sides, whatever they are, for one that doubles known ones."""
    sizes = made[node.input[3]]
    if sizes.op_type != "Concat" or sizes.input[1] not in known:
        raise NotForSquares(f"{node.name} does not make a picture of sides that are known")
    return _with_inputs(node, [node.input[0], "", _TWICE])


def _counted(node: NodeProto, known: Mapping[str, Array], side: int) -> NodeProto:
    """Return a step that counts in the picture's cells for one that counts in the square's."""
    numbers = {name: known[name].ravel().tolist() for name in node.input if name in known}
    if node.op_type in {"Div", "Mod", "Mul"}:
        exchanged = {name: _COLUMNS for name, number in numbers.items() if number == [side]}
    elif node.op_type == "Reshape":
        exchanged = {name: _FOUR_A_ROW for name, to in numbers.items() if to == [side * side, 4]}
    else:
        return node
    return _with_inputs(node, [exchanged.get(name, name) for name in node.input])


def _with_inputs(node: NodeProto, names: list[str]) -> NodeProto:
    other = NodeProto()
    other.CopyFrom(node)
    del other.input[:]
    other.input.extend(names)
    return other


def _keep(graph: GraphProto, name: str, array: Array) -> None:
    graph.initializer.append(numpy_helper.from_array(array, name))


def _drop_unused(graph: GraphProto) -> None:
    """Drop the steps and numbers that nothing needs any more."""
    needed = {output.name for output in graph.output}
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
    nodes = [node for node in graph.node if needed.intersection(node.output)]
    kept = [each for each in graph.initializer if each.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
