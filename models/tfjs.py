"""How does a TensorFlow.js graph model become ONNX? Node by node, if it has no control flow.

Weights that are published as float16 stay float16 in the file.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.graph import FloatGraph
from models.tfjs_operations import STEPS, Array, Conversion, Node, NotTfjs, plain

_NUMPY_TYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "bool": "?"}


@dataclass(frozen=True)
class Port:
    """A named input or output of the converted graph, and what it was called before."""

    name: str
    was: str
    shape: tuple[int, ...]


def convert(topology: bytes, weights: bytes, source: Port, *results: Port) -> bytes:
    """Return the .onnx bytes of the part of a graph model that leads from `source` to `results`."""
    try:
        model = json.loads(topology)
        nodes: list[Node] = model["modelTopology"]["node"]
        constants = _constants(model["weightsManifest"], weights)
    except NotTfjs:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise NotTfjs("the description cannot be read") from error
    conversion = Conversion(FloatGraph(), constants)
    conversion.values[source.was] = conversion.graph.input(source.name, source.shape)
    by_name = {node["name"]: node for node in nodes}
    needed = {name for result in results for name in _needed(by_name, result.was)}
    for node in nodes:
        if node["name"] in needed and node["name"] not in conversion.values:
            _convert_node(conversion, node)
    for result in results:
        conversion.graph.output(conversion.value(result.was), result.name, result.shape)
    return conversion.graph.save(results[0].name)


def _constants(manifest: list[Any], weights: bytes) -> dict[str, Array]:
    """Cut the weight bytes into arrays; every byte must belong to one."""
    constants: dict[str, Array] = {}
    position = 0
    for row in (row for group in manifest for row in group["weights"]):
        stored = row.get("quantization", {}).get("dtype", row["dtype"])
        dtype = np.dtype(_NUMPY_TYPES[stored])
        items = int(np.prod(row["shape"], dtype=np.int64))
        constants[row["name"]] = np.frombuffer(weights, dtype, items, position).reshape(
            row["shape"]
        )
        position += items * dtype.itemsize
    if position != len(weights):
        raise NotTfjs(f"{len(weights)} bytes of weights, {position} described")
    return constants


def _needed(by_name: dict[str, Node], result: str) -> set[str]:
    """Return the names of all nodes that `result` rests on, constants left out."""
    needed: set[str] = set()
    open_names = [result]
    while open_names:
        name = open_names.pop()
        node = by_name.get(name)
        if node is None or name in needed or node["op"] == "Const":
            continue
        needed.add(name)
        open_names += [plain(source).split(":")[0] for source in node.get("input", [])]
    return needed


def _convert_node(conversion: Conversion, node: Node) -> None:
    try:
        step = STEPS[node["op"]]
    except KeyError:
        raise NotTfjs(f"operation {node['op']} is unknown") from None
    results = step(conversion, node)
    for index, value in enumerate([results] if isinstance(results, str) else results):
        conversion.values[node["name"] if index == 0 else f"{node['name']}:{index}"] = value
