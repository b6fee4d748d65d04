"""How does a graph get onto an accelerator that wants everything fixed beforehand?

`offrecord models export --target NAME` writes each graph with fixed sizes, in a version that the
target's own converter reads, a description of what it takes and gives, and a few inputs with the
results that this device's processor has for them: to calibrate a quantisation with, and to compare
with. What cannot be exported is told, and why. The converter itself is its maker's, and not here.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx

from models import manifest
from models.manifest import File, ModelError, Row, Tensor
from models.static import (
    REFUSED,
    Arrays,
    NotFixed,
    difference,
    fixed,
    limited,
    opset_of,
    refuse_foreign,
    run,
    scattered,
)

Report = Callable[[str], None]

REFERENCES: Final = 4
MOST_DIFFERENCE: Final = 0.01
"""Of an output's largest number. Floats differ by a millionth; int8 rounds some otherwise."""

_ALREADY_INT8: Final = dict.fromkeys(
    ("DynamicQuantizeLinear", "MatMulInteger", "ConvInteger"),
    "its weights are int8 already, and the target's converter wants to quantise floats",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What one converter reads."""

    reader: str
    most_opset: int
    most_ir: int
    refused: Mapping[str, str]
    """Operators that it has not, and why."""


TARGETS: Final[Mapping[str, Target]] = {
    "edgetpu": Target("onnx2tf, then the Edge TPU compiler", 17, 9, _ALREADY_INT8),
    "hailo": Target("Hailo's Dataflow Compiler", 17, 9, _ALREADY_INT8),
    "qnn": Target("onnxruntime with QNN, or Qualcomm's converter", 17, 9, _ALREADY_INT8),
    "rknn": Target("RKNN-Toolkit2", 19, 9, _ALREADY_INT8),
    "static": Target("whatever reads ONNX and wants fixed sizes", 21, 10, {}),
}


class CannotExport(ModelError, ValueError):
    """Nothing was exported; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of one graph."""

    name: str
    path: Path | None
    """Its folder; None where it could not be exported."""
    words: str
    """Why not, or how far it is from the graph that it was made of."""


def export(target: str, names: Sequence[str], folder: Path, report: Report) -> list[Exported]:
    """Export the graphs of the named models, or of all that are here; raise CannotExport."""
    if target not in TARGETS:
        raise CannotExport(f"no target is called {target!r}; there are {', '.join(TARGETS)}")
    rows = [manifest.row(name) for name in names] or [
        row for row in manifest.rows() if manifest.receipt(row.name)
    ]
    done = []
    for row in rows:
        for file in row.files:
            if file.job:
                done.append(_export(row, file, TARGETS[target], folder))
                report(f"{done[-1].name}: {done[-1].words}")
    if not any(each.path for each in done):
        raise CannotExport(f"none of {', '.join(row.name for row in rows)} can go to {target}")
    return done


def _export(row: Row, file: File, target: Target, folder: Path) -> Exported:
    name = f"{row.name}/{file.name.removesuffix('.onnx')}"
    whole = manifest.read(row.name, file.name)
    try:
        with tempfile.TemporaryDirectory() as work:
            graph = fixed(file, whole, Path(work), plain=bool(target.refused))
        graph = limited(graph, target.most_opset, target.most_ir)
        refuse_foreign(graph, target.refused)
        inputs = [scattered(file, seed) for seed in range(REFERENCES)]
        results = [run(graph, each) for each in inputs]
        apart = _compared(whole, inputs, results)
    except NotFixed as refusal:
        return Exported(name, None, f"cannot be exported: {refusal}")
    except REFUSED as refusal:
        why = str(refusal).strip().partition("\n")[0]
        return Exported(name, None, f"cannot be exported: {why}")
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "graph.onnx").write_bytes(graph)
    _write_references(place / "references.npz", graph, inputs, results)
    described = _described(row, file, target, graph, (inputs, results))
    described["differs_by"] = apart
    (place / "graph.json").write_text(f"{json.dumps(described, indent=2)}\n", encoding="utf-8")
    return Exported(name, place, f"exported; its results are the same to {apart:.0e}")


def _compared(whole: bytes, inputs: Sequence[Arrays], results: Sequence[Arrays]) -> float:
    """Return how far results are from those of the graph they came from; raise NotFixed."""
    apart = max(
        difference(run(whole, each), result) for each, result in zip(inputs, results, strict=True)
    )
    if apart > MOST_DIFFERENCE:
        raise NotFixed(f"with fixed sizes its results differ, by {apart:.1e} of the largest")
    return apart


def _write_references(
    path: Path, graph: bytes, inputs: Sequence[Arrays], results: Sequence[Arrays]
) -> None:
    """Keep what goes in and what came out, each under its name and number."""
    taken = {value.name for value in onnx.load_from_string(graph).graph.input}
    arrays: Arrays = {}
    for number, (feed, result) in enumerate(zip(inputs, results, strict=True)):
        arrays |= {f"{number}.in.{name}": feed[name] for name in feed if name in taken}
        arrays |= {f"{number}.out.{name}": array for name, array in result.items()}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _described(
    row: Row,
    file: File,
    target: Target,
    graph: bytes,
    references: tuple[Sequence[Arrays], Sequence[Arrays]],
) -> dict[str, Any]:
    model = onnx.load_from_string(graph)
    inputs, results = references
    return {
        "model": row.name,
        "licence": row.licence,
        "made_of": {"file": file.name, "sha256": _sha256(manifest.read(row.name, file.name))},
        "sha256": _sha256(graph),
        "for": target.reader,
        "opset": opset_of(model),
        "inputs": [_port(value, file.inputs, inputs) for value in model.graph.input],
        "outputs": [_port(value, file.outputs, results) for value in model.graph.output],
        "references": len(inputs),
    }


def _port(
    value: onnx.ValueInfoProto, declared: Sequence[Tensor], seen: Sequence[Arrays]
) -> dict[str, Any]:
    """Return one input or output: its name, shape, kind, unit, and how far its numbers reach."""
    tensor = next((each for each in declared if value.name in each.names), None)
    arrays = [each[value.name] for each in seen]
    return {
        "name": value.name,
        "shape": list(arrays[0].shape),
        "dtype": str(arrays[0].dtype),
        "unit": tensor.unit if tensor else "",
        "lowest": float(min(array.min() for array in arrays)),
        "highest": float(max(array.max() for array in arrays)),
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
