"""How is a model's file turned into something that can run? From bytes, frugally, quietly."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as faults

BROKEN: Final = (
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NotImplemented,
    faults.RuntimeException,
)
"""What the runtime raises for bytes that are no graph, or not one that it can run."""


class Session(Protocol):
    """A graph that can run. One that is lent (`edge/chamber/residents.py`) is one too."""

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Return its outputs, those that are named or all."""

    def get_inputs(self) -> Sequence[Any]:
        """Return what it takes."""

    def get_outputs(self) -> Sequence[Any]:
        """Return what it gives."""


class Lent(Session, Protocol):
    """A session that may not be in memory between two runs."""

    def use_threads(self, count: int) -> None:
        """Run on so many threads from the next load on."""


def session(graph: bytes | Lent, threads: int) -> Session:
    """Return a session of a graph: of its bytes a new one, of what is lent that itself."""
    if isinstance(graph, bytes):
        made: Session = loaded(graph, threads)
        return made
    graph.use_threads(threads)
    return graph


def loaded(model: bytes, threads: int) -> ort.InferenceSession:
    """Load an ONNX model on the CPU.

    From bytes, because after the seal nothing can be opened by its path. Without the arena, which
    keeps the peak of the longest run for ever; without spinning, which burns a board's other cores.
    """
    options = ort.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    made = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    made._model_bytes = None  # noqa: SLF001 (it keeps the file's bytes for ever: 38 MB of Whisper)
    return made
