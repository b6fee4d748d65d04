"""Small graphs of our own making, with the rows that declare them."""

import hashlib
import os
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edge.chamber.spec import Spec
from edge.chamber.specialist import MIB, Footprint, Patience, Specialist
from models.manifest import File, Job, Tensor

WIDTH = 256
INPUT = Tensor("x", "float32", ("n", WIDTH))
OUTPUT = Tensor("y", "float32", ("n", WIDTH))


def graph(width: int = WIDTH, layers: int = 1) -> bytes:
    """Return a graph that multiplies by the identity, `layers` times."""
    names = ["x", *(f"h{n}" for n in range(layers - 1)), "y"]
    nodes = [helper.make_node("MatMul", [names[n], f"w{n}"], [names[n + 1]]) for n in range(layers)]
    weights = [
        numpy_helper.from_array(np.eye(width, dtype=np.float32), f"w{n}") for n in range(layers)
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]) for name in "xy"]
    made = helper.make_model(
        helper.make_graph(nodes, "toy", ports[:1], ports[1:], weights),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    onnx.checker.check_model(made)
    return made.SerializeToString()


def file(
    content: bytes, inputs: tuple[Tensor, ...] = (INPUT,), outputs: tuple[Tensor, ...] = (OUTPUT,)
) -> File:
    job = Job("soon", {"n": 1})
    digest = hashlib.sha256(content).hexdigest()
    return File("toy.onnx", len(content), "copied", digest, inputs, outputs, job)


def spec(  # noqa: PLR0913 (a toy has many sides)
    folder: Path,
    name: str,
    content: bytes,
    *,
    mb: int = 10,
    row: File | None = None,
    pinned: bool = False,
    patience: Patience = Patience.SOON,
) -> Spec:
    """Return a specialist whose books say that it holds so much, loads in twice that."""
    place = folder / f"{name}.onnx"
    place.write_bytes(content)
    footprint = Footprint(mb * MIB, 2 * mb * MIB, mb * MIB, 10.0, 1.0)
    specialist = Specialist(name, footprint, patience, pinned)
    return Spec(specialist, row or file(content), os.open(place, os.O_RDONLY), len(content))
