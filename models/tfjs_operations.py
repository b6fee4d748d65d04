"""What does each operation of a TensorFlow.js graph mean in ONNX? One small function each.

Pictures stay in TensorFlow's order (batch, height, width, channel); each convolution turns them and
turns them back, and the runtime removes what cancels.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from models.graph import FloatGraph

Array = NDArray[Any]
Node = dict[str, Any]
Step = Callable[["Conversion", Node], str | list[str]]

TO_CHANNELS_FIRST = [0, 3, 1, 2]
TO_CHANNELS_LAST = [0, 2, 3, 1]
END_OF_AXIS = np.iinfo(np.int32).max

_ONNX_TYPES = {
    "DT_FLOAT": onnx.TensorProto.FLOAT,
    "DT_INT32": onnx.TensorProto.INT32,
    "DT_BOOL": onnx.TensorProto.BOOL,
}


class NotTfjs(ValueError):
    """The files are not a graph model that this converter knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a convertible TensorFlow.js graph model: {reason}")


@dataclass
class Conversion:
    """What is known on the way: constants by name, and the ONNX value of each converted node."""

    graph: FloatGraph
    constants: dict[str, Array]
    values: dict[str, str] = field(default_factory=dict)

    def known(self, name: str) -> Array:
        """Return the constant that an operation needs to know at conversion."""
        try:
            return self.constants[plain(name)]
        except KeyError:
            raise NotTfjs(f"{name} would have to be a constant") from None

    def value(self, name: str) -> str:
        """Return the ONNX value of a node or a constant."""
        name = plain(name)
        if name not in self.values:
            array = self.known(name)
            half = array.dtype == np.float16
            self.values[name] = (self.graph.weight if half else self.graph.constant)(array)
        return self.values[name]

    def integers(self, values: Sequence[int] | Array) -> str:
        """Keep `values` as an int64 constant, which is what ONNX wants for shapes and axes."""
        return self.graph.constant(np.atleast_1d(np.asarray(values, np.int64)))


def plain(name: str) -> str:
    """Return a value's name without the marks for control and for a first output."""
    return name.removeprefix("^").removesuffix(":0")


def _text(node: Node, attribute: str) -> str:
    return base64.b64decode(node["attr"][attribute]["s"]).decode()


def _number(node: Node, attribute: str) -> int:
    return int(node["attr"].get(attribute, {}).get("i", 0))


def _flag(node: Node, attribute: str) -> bool:
    return bool(node["attr"].get(attribute, {}).get("b", False))


def _sides(node: Node, attribute: str) -> list[int]:
    """Return height and width out of (batch, height, width, channel)."""
    return [int(value) for value in node["attr"][attribute]["list"]["i"]][1:3]


def _padding(node: Node) -> str:
    return {"SAME": "SAME_UPPER", "VALID": "VALID"}[_text(node, "padding")]


def _same(kind: str) -> Callable[[Conversion, Node], str]:
    """Return the step for an operation that ONNX has too."""

    def step(conversion: Conversion, node: Node) -> str:
        return conversion.graph.op(kind, *map(conversion.value, node["input"]))

    return step


def _convolution(conversion: Conversion, node: Node) -> str:
    """Any of the four: depthwise or not, with or without fused bias and activation."""
    graph, inputs = conversion.graph, node["input"]
    if _text(node, "data_format") != "NHWC":
        raise NotTfjs(f"{node['name']} has its channels in front")
    kernel = conversion.known(inputs[1])
    groups = 1
    if "epthwise" in node["op"]:
        height, width, groups, multiplier = kernel.shape
        turned = kernel.transpose(2, 3, 0, 1).reshape(groups * multiplier, 1, height, width)
    else:
        turned = kernel.transpose(3, 2, 0, 1)
    fused = [
        base64.b64decode(name).decode()
        for name in node["attr"].get("fused_ops", {}).get("list", {}).get("s", [])
    ]
    weights = [_weight(conversion, turned)]
    if fused and fused[0] == "BiasAdd":
        weights.append(_weight(conversion, conversion.known(inputs[2]).reshape(-1)))
        fused = fused[1:]
    y = graph.op(
        "Conv",
        graph.op("Transpose", conversion.value(inputs[0]), perm=TO_CHANNELS_FIRST),
        *weights,
        strides=_sides(node, "strides"),
        dilations=_sides(node, "dilations"),
        group=groups,
        kernel_shape=list(kernel.shape[:2]),
        auto_pad=_padding(node),
    )
    y = graph.op("Transpose", y, perm=TO_CHANNELS_LAST)
    for name in fused:
        y = _activation(conversion, name, y)
    return y


def _weight(conversion: Conversion, weight: Array) -> str:
    """Store a weight as it was published: float16, or float32."""
    store = conversion.graph.weight if weight.dtype == np.float16 else conversion.graph.constant
    return store(np.ascontiguousarray(weight))


def _activation(conversion: Conversion, name: str, x: str) -> str:
    if name == "Relu":
        return conversion.graph.op("Relu", x)
    if name == "Relu6":
        zero, six = (conversion.graph.constant(np.array(n, np.float32)) for n in (0, 6))
        return conversion.graph.op("Clip", x, zero, six)
    raise NotTfjs(f"fused operation {name} is unknown")


def _relu6(conversion: Conversion, node: Node) -> str:
    return _activation(conversion, "Relu6", conversion.value(node["input"][0]))


def _max_pool(conversion: Conversion, node: Node) -> str:
    graph = conversion.graph
    x = graph.op("Transpose", conversion.value(node["input"][0]), perm=TO_CHANNELS_FIRST)
    y = graph.op(
        "MaxPool", x, kernel_shape=_sides(node, "ksize"), strides=_sides(node, "strides"),
        auto_pad=_padding(node),
    )  # fmt: skip
    return graph.op("Transpose", y, perm=TO_CHANNELS_LAST)


def _pad(conversion: Conversion, node: Node) -> str:
    """Zeros before and after each axis: TensorFlow has a row an axis, ONNX all befores first."""
    x, paddings = node["input"]
    known = conversion.integers(conversion.known(paddings).T.ravel())
    return conversion.graph.op("Pad", conversion.value(x), known)


def _mean(conversion: Conversion, node: Node) -> str:
    x, axes = node["input"]
    return conversion.graph.op(
        "ReduceMean",
        conversion.value(x),
        axes=np.atleast_1d(conversion.known(axes)).tolist(),
        keepdims=int(_flag(node, "keep_dims")),
    )


def _reshape(conversion: Conversion, node: Node) -> str:
    x, shape = node["input"]
    known = conversion.integers(conversion.known(shape))
    return conversion.graph.op("Reshape", conversion.value(x), known)


def _concat(conversion: Conversion, node: Node) -> str:
    *parts, axis = node["input"]
    known = int(conversion.known(axis))
    return conversion.graph.op("Concat", *map(conversion.value, parts), axis=known)


def _expand_dims(conversion: Conversion, node: Node) -> str:
    x, axis = node["input"]
    known = conversion.integers(conversion.known(axis))
    return conversion.graph.op("Unsqueeze", conversion.value(x), known)


def _cast(conversion: Conversion, node: Node) -> str:
    wanted = _ONNX_TYPES[node["attr"]["DstT"]["type"]]
    return conversion.graph.op("Cast", conversion.value(node["input"][0]), to=wanted)


def _gather(conversion: Conversion, node: Node) -> str:
    table, rows, axis = node["input"]
    known = int(conversion.known(axis))
    return conversion.graph.op(
        "Gather", conversion.value(table), conversion.value(rows), axis=known
    )


def _top_k(conversion: Conversion, node: Node) -> list[str]:
    graph = conversion.graph
    x, count = node["input"]
    known = conversion.integers(conversion.known(count))
    best, places = graph.ops("TopK", [conversion.value(x), known], 2, axis=-1, largest=1, sorted=1)
    return [best, graph.op("Cast", places, to=onnx.TensorProto.INT32)]


def _resize(conversion: Conversion, node: Node) -> str:
    """Bilinear, to sides that are known."""
    graph = conversion.graph
    picture, sides = node["input"]
    x = graph.op("Transpose", conversion.value(picture), perm=TO_CHANNELS_FIRST)
    kept = graph.op("Shape", x, start=0, end=2)
    wanted = graph.op("Concat", kept, conversion.integers(conversion.known(sides)), axis=0)
    mode = "half_pixel" if _flag(node, "half_pixel_centers") else "asymmetric"
    mode = "align_corners" if _flag(node, "align_corners") else mode
    y = graph.op("Resize", x, "", "", wanted, mode="linear", coordinate_transformation_mode=mode)
    return graph.op("Transpose", y, perm=TO_CHANNELS_LAST)


def _strided_slice(conversion: Conversion, node: Node) -> str:
    """Masks: bit i of begin_mask or end_mask means "from the start" or "to the end" of axis i."""
    if _number(node, "new_axis_mask") or _number(node, "ellipsis_mask"):
        raise NotTfjs(f"{node['name']} slices in a way that is unknown")
    x, *bounds = node["input"]
    begin, end, step = (conversion.known(bound).astype(np.int64) for bound in bounds)
    axes = np.arange(len(begin))
    begin = np.where(_number(node, "begin_mask") >> axes & 1, 0, begin)
    end = np.where(_number(node, "end_mask") >> axes & 1, END_OF_AXIS, end)
    shrunk = (_number(node, "shrink_axis_mask") >> axes & 1).astype(bool)
    end = np.where(shrunk, np.where(begin == -1, END_OF_AXIS, begin + 1), end)
    known = [conversion.integers(values) for values in (begin, end, axes, step)]
    y = conversion.graph.op("Slice", conversion.value(x), *known)
    if shrunk.any():
        y = conversion.graph.op("Squeeze", y, conversion.integers(axes[shrunk]))
    return y


STEPS: dict[str, Step] = {
    "Add": _same("Add"),
    "AddV2": _same("Add"),
    "Sub": _same("Sub"),
    "Mul": _same("Mul"),
    "FloorDiv": _same("Div"),  # of integers that are never negative: places in a picture
    "FloorMod": _same("Mod"),
    "Equal": _same("Equal"),
    "Relu": _same("Relu"),
    "Sigmoid": _same("Sigmoid"),
    "Identity": _same("Identity"),
    "Conv2D": _convolution,
    "_FusedConv2D": _convolution,
    "DepthwiseConv2dNative": _convolution,
    "FusedDepthwiseConv2dNative": _convolution,
    "Relu6": _relu6,
    "MaxPool": _max_pool,
    "Mean": _mean,
    "Pad": _pad,
    "Reshape": _reshape,
    "ConcatV2": _concat,
    "ExpandDims": _expand_dims,
    "Cast": _cast,
    "GatherV2": _gather,
    "TopKV2": _top_k,
    "ResizeBilinear": _resize,
    "StridedSlice": _strided_slice,
}
