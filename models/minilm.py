"""How is the sentence model made small in memory? Its int8 weights stay int8 while it runs. Pure.

As published, every weight is cast to float32 when the graph is loaded: 90 MB. Here the rows of the
vocabulary are looked up before they are cast, and matrices are multiplied as int8.
"""

import onnx
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper


def made_small(published: bytes) -> bytes:
    """Return the graph with what is published as `Cast(int8) * scale` computed in int8."""
    model: ModelProto = onnx.load_from_string(published)
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    used = {name: node for node in graph.node for name in node.input}
    weights = {
        node.output[0]: node
        for node in graph.node
        if node.op_type == "Mul" and _is_cast_int8(made.get(node.input[0]), graph)
    }
    replaced: dict[str, list[NodeProto]] = {}
    for weight, scaled in weights.items():
        user = used[weight]
        packed, scale = made[scaled.input[0]].input[0], scaled.input[1]
        if user.op_type == "Gather":
            replaced[user.output[0]] = _looked_up(user, packed, scale, graph)
        elif user.op_type == "MatMul" and user.input[1] == weight:
            replaced[user.output[0]] = _multiplied(user, packed, scale)
    gone = {id(made[scaled.input[0]]) for scaled in weights.values()}
    gone |= {id(scaled) for scaled in weights.values()}
    nodes = [
        new
        for node in graph.node
        if id(node) not in gone
        for new in replaced.get(node.output[0], [node])
    ]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    small: bytes = model.SerializeToString(deterministic=True)
    return small


def _is_cast_int8(node: NodeProto | None, graph: GraphProto) -> bool:
    packed = {each.name for each in graph.initializer if each.data_type == onnx.TensorProto.INT8}
    return node is not None and node.op_type == "Cast" and node.input[0] in packed


def _looked_up(user: NodeProto, packed: str, scale: str, graph: GraphProto) -> list[NodeProto]:
    """Take rows, then cast and scale them; a scale a row is taken too."""
    out, rows = user.output[0], user.input[1]
    scales = next(each for each in graph.initializer if each.name == scale)
    is_a_row = numpy_helper.to_array(scales).shape[:1] not in {(), (1,)}
    nodes = [
        helper.make_node("Gather", [packed, rows], [f"{out}_q"], axis=0),
        helper.make_node("Cast", [f"{out}_q"], [f"{out}_f"], to=onnx.TensorProto.FLOAT),
    ]
    if is_a_row:
        nodes.append(helper.make_node("Gather", [scale, rows], [f"{out}_scale"], axis=0))
    factor = f"{out}_scale" if is_a_row else scale
    return [*nodes, helper.make_node("Mul", [f"{out}_f", factor], [out])]


def _multiplied(user: NodeProto, packed: str, scale: str) -> list[NodeProto]:
    """Multiply in int8: the left side is quantised as it comes, a scale for all of it."""
    left, out = user.input[0], user.output[0]
    return [
        helper.make_node("DynamicQuantizeLinear", [left], [f"{out}_l", f"{out}_ls", f"{out}_lz"]),
        helper.make_node("MatMulInteger", [f"{out}_l", packed, f"{out}_lz"], [f"{out}_i"]),
        helper.make_node("Cast", [f"{out}_i"], [f"{out}_f"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_ls", scale], [f"{out}_s"]),
        helper.make_node("Mul", [f"{out}_f", f"{out}_s"], [out]),
    ]
