"""How does a graph whose sizes differ from run to run become one whose sizes are fixed?

The sizes of its row's `typical` are written into its inputs. What then no longer depends on an
input is computed once, by onnxruntime's basic optimiser, which knows no operators but ONNX's own.
A graph with branches is refused: onnxruntime 1.31 crashes on some with fixed sizes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import version_converter
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from models.manifest import File, Tensor
from models.spelled import spelled_out

Arrays = dict[str, NDArray[Any]]
SEED: Final = 6
BRANCHES: Final = {"If", "Loop", "Scan"}
_STANDARD: Final = ("", "ai.onnx")
REFUSED: Final = (
    onnx.checker.ValidationError,
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NotImplemented,
    faults.RuntimeException,
)
"""What ONNX and onnxruntime raise for a graph that is none, or that they cannot run."""


class NotFixed(ValueError):
    """A graph cannot be what was asked for; the message is half a sentence that says why."""


def scattered(file: File, seed: int = SEED) -> Arrays:
    """Return an input of typical sizes whose numbers differ from each other; the same each time."""
    assert file.job
    chance = np.random.default_rng(seed)
    feed: Arrays = {}
    for tensor in file.inputs:
        shape = _fixed(tensor, file.job.typical)
        for name in tensor.names:
            if "float" in tensor.dtype:
                feed[name] = chance.uniform(-1, 1, shape).astype(tensor.dtype)
            else:
                feed[name] = np.full(shape, file.job.typical.get(name, 1), tensor.dtype)
    return feed


def fixed(file: File, graph: bytes, folder: Path, *, plain: bool) -> bytes:
    """Return a graph with the row's typical sizes; raise NotFixed. `folder` is for work.

    A `plain` one has no operators of onnxruntime's own where they can be spelled out.
    """
    assert file.job
    model = onnx.load_from_string(graph)
    branches = {node.op_type for node in model.graph.node} & BRANCHES
    if branches:
        raise NotFixed(f"it has {branches.pop()}: which way it goes is known only when it runs")
    taken = {name: tensor for tensor in file.inputs for name in tensor.names}
    if grown := _growing(file):
        raise NotFixed(f"what it gives as {grown!r} is longer each time than what it takes")
    for value in model.graph.input:
        _write_shape(value, _fixed(taken[value.name], file.job.typical))
    del model.graph.value_info[:]
    if plain:
        spelled_out(model)
    model = onnx.load_from_string(_settled(model.SerializeToString(), folder))
    _write_outputs(model, file)
    _forget_what_is_not_used(model)
    return bytes(model.SerializeToString())


def limited(graph: bytes, most_opset: int, most_ir: int) -> bytes:
    """Return the same graph in an older version of ONNX, if it is newer; raise NotFixed."""
    model = onnx.load_from_string(graph)
    opset = opset_of(model)
    if opset > most_opset:
        try:
            model = version_converter.convert_version(model, most_opset)
        except (RuntimeError, version_converter.ConvertError):
            raise NotFixed(
                f"it is of opset {opset}, and cannot be written in {most_opset}"
            ) from None
    model.ir_version = min(model.ir_version, most_ir)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def opset_of(model: onnx.ModelProto) -> int:
    """Return the version of ONNX's own operators that a graph is written in."""
    return max(int(each.version) for each in model.opset_import if each.domain in _STANDARD)


def refuse_foreign(graph: bytes, refused: Mapping[str, str]) -> None:
    """Raise NotFixed for what an accelerator has not: operators by name, and any not of ONNX."""
    for node in onnx.load_from_string(graph).graph.node:
        if why := refused.get(node.op_type):
            raise NotFixed(f"it has {node.op_type}: {why}")
        if refused and node.domain not in _STANDARD:
            raise NotFixed(f"it has {node.op_type}, which is not ONNX's but {node.domain}'s")


def run(graph: bytes, feed: Mapping[str, NDArray[Any]]) -> Arrays:
    """Return what a graph gives on the processor, by name; of an input only what it takes.

    As it is written: where sizes are known more is fused, and of two things that are as likely as
    each other another one comes first.
    """
    options = _quiet()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    taken = {each.name: feed[each.name] for each in session.get_inputs()}
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, taken), strict=True))


def difference(ours: Arrays, theirs: Arrays) -> float:
    """Return by what share of an output's largest number two results differ, at most."""
    return max((_apart(one, theirs[name]) for name, one in ours.items()), default=0.0)


def _apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    if one.shape != other.shape or not np.isfinite(other).all():
        return 1.0
    if not one.size:
        return 0.0
    largest = max(float(np.abs(one).max()), float(np.finfo(np.float32).tiny))
    return float(np.abs(np.float64(one) - np.float64(other)).max()) / largest


def _growing(file: File) -> str:
    """Return the name of an output that is to be given back as a longer input, if there is one."""
    for tensor in file.outputs:
        if any(isinstance(size, str) and "+" in size for size in tensor.shape):
            return tensor.names[0]
    return ""


def _fixed(tensor: Tensor, typical: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(size if isinstance(size, int) else typical[size] for size in tensor.shape)


def _settled(graph: bytes, folder: Path) -> bytes:
    """Compute once what does not depend on an input."""
    options = _quiet()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    path = folder / "settled.onnx"
    options.optimized_model_filepath = str(path)
    ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    settled = path.read_bytes()
    path.unlink()
    return settled


def _quiet() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return options


def _write_outputs(model: onnx.ModelProto, file: File) -> None:
    """Write the shapes that outputs really have; inference by rule does not find them all."""
    given = run(model.SerializeToString(), scattered(file))
    for value in model.graph.output:
        _write_shape(value, given[value.name].shape)


def _write_shape(value: onnx.ValueInfoProto, shape: Sequence[int]) -> None:
    written = value.type.tensor_type.shape
    del written.dim[:]
    for size in shape:
        written.dim.add().dim_value = size


def _forget_what_is_not_used(model: onnx.ModelProto) -> None:
    """Drop the names of operators that the optimiser knows and this graph has not."""
    used = {node.domain for node in model.graph.node} | {""}
    kept = [each for each in model.opset_import if each.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
