"""How is a model's file turned into something that can run? From bytes, frugally, quietly."""

import contextlib
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Protocol

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from edge import footprints, providers
from edge.providers import CPU

BROKEN: Final = (
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NotImplemented,
    faults.RuntimeException,
)
"""What the runtime raises for bytes that are no graph, or not one that it can run."""


CPU_NAME: Final = providers.ONNX_NAMES[CPU]
_chosen: tuple[str, frozenset[str]] = (CPU, frozenset())
"""What some graphs of this process run on, and their hashes; chosen once, at its birth."""


class NoProvider(RuntimeError):
    """What was chosen is not there; one sentence."""


class Session(Protocol):
    """A graph that can run. One that is lent (`edge/chamber/lent.py`) is one too."""

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


def available() -> tuple[str, ...]:
    """Return on what graphs can run with the onnxruntime that is installed."""
    return providers.known(ort.get_available_providers())


def use(provider: str, graphs: Collection[str]) -> None:
    """Let these, by the hash of their files, run on this from now on; raise NoProvider."""
    global _chosen  # noqa: PLW0603 (one choice a process, which every specialist would hand on)
    if missing := providers.missing(provider, available()):
        raise NoProvider(missing)
    _chosen = provider, frozenset(graphs if provider != CPU else ())


def use_chosen() -> None:
    """Use what `offrecord tune --provider` chose on this machine; raise NoProvider."""
    if choice := providers.chosen(footprints.machine()):
        use(choice.provider, choice.taken)


def session(graph: bytes | Lent, threads: int) -> Session:
    """Return a session of a graph: of its bytes a new one, of what is lent that itself."""
    if isinstance(graph, bytes):
        made: Session = loaded(graph, threads)
        return made
    graph.use_threads(threads)
    return graph


def loaded(model: bytes, threads: int) -> ort.InferenceSession:
    """Load an ONNX model on the CPU, or on what was chosen by `use`.

    From bytes, because after the seal nothing can be opened by its path. Without the arena, which
    keeps the peak of the longest run for ever; without spinning, which burns a board's other cores.
    """
    options = ort.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    made = _made(model, options)
    made._model_bytes = None  # noqa: SLF001 (it keeps the file's bytes for ever: 38 MB of Whisper)
    return made


def _made(model: bytes, options: ort.SessionOptions) -> ort.InferenceSession:
    """Return a session on what was chosen; on the CPU where that cannot run this very graph."""
    provider, graphs = _chosen
    if graphs and hashlib.sha256(model).hexdigest() in graphs:
        with contextlib.suppress(*BROKEN):
            names = [providers.ONNX_NAMES[provider], CPU_NAME]
            return ort.InferenceSession(model, options, providers=names)
    return ort.InferenceSession(model, options, providers=[CPU_NAME])
