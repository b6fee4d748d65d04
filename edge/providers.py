"""On what do the graphs run: the processor, or an accelerator that onnxruntime knows?

Chosen once for this device by `offrecord tune --provider NAME`, as the recogniser is: a provider
gets those graphs with which it has the processor's results, and the processor keeps the others.
The seal stays what it is: a provider that opens a device or a file while it works, or writes code
and runs it, is refused then and there.
"""

import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

import models.manifest
from edge import seal
from edge.garbled import GARBLED
from edge.workbench import PROJECT

FILE: Final = "provider.json"
RUNTIMES: Final = (
    *("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-qnn"),
    *("onnxruntime-migraphx", "onnxruntime-rocm", "onnxruntime-vitisai", "onnxruntime-cann"),
)
"""Packages that bring onnxruntime; each has other providers, and they take each other's place."""
CPU: Final = "cpu"
ONNX_NAMES: Final[Mapping[str, str]] = {
    CPU: "CPUExecutionProvider",
    "acl": "ACLExecutionProvider",
    "cann": "CANNExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "dnnl": "DnnlExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "nnapi": "NnapiExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "qnn": "QNNExecutionProvider",
    "rknpu": "RknpuExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "vitisai": "VitisAIExecutionProvider",
    "xnnpack": "XnnpackExecutionProvider",
}
"""Ours -> onnxruntime's. None of those that send what they are given elsewhere."""
MOST_DIFFERENCE: Final = 0.02
"""Of an output's largest number. Half precision differs by a thousandth, int8 by a hundredth."""


class NotUsable(models.manifest.ModelError, RuntimeError):
    """Graphs are not run on this; the message is one sentence."""


class Graph(msgspec.Struct, frozen=True):
    """A graph that a provider can run."""

    sha256: str
    difference: float
    """From the processor's results, as a share of an output's largest number."""

    @property
    def is_same(self) -> bool:
        """Whether the provider has the processor's results, as far as its precision goes."""
        return self.difference <= MOST_DIFFERENCE


class Choice(msgspec.Struct, frozen=True):
    """What was chosen, where, and for which graphs."""

    machine: str
    runtime: str
    provider: str
    graphs: dict[str, Graph]
    """By name, also those that it computes otherwise; who is not here it cannot run."""

    @property
    def taken(self) -> tuple[str, ...]:
        """The hashes of the graphs that run on it; all others stay with the processor."""
        return tuple(graph.sha256 for graph in self.graphs.values() if graph.is_same)

    @property
    def refused(self) -> tuple[str, ...]:
        """The names of the graphs that it computes otherwise."""
        return tuple(name for name, graph in self.graphs.items() if not graph.is_same)


def runtime() -> str:
    """Return which onnxruntime is installed."""
    for package in RUNTIMES:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            continue
    return "onnxruntime"


def installed() -> tuple[str, ...]:
    """Return what the onnxruntime that is installed can run graphs on, by our names; asks it."""
    question = "import onnxruntime; print(*onnxruntime.get_available_providers())"
    asking = subprocess.run(  # noqa: S603 (ourselves)
        [sys.executable, "-c", question],
        env={**os.environ, **seal.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return known(asking.stdout.split())


def known(onnx_names: Collection[str]) -> tuple[str, ...]:
    """Return our names of onnxruntime's."""
    return tuple(name for name, theirs in ONNX_NAMES.items() if theirs in onnx_names)


def missing(provider: str, there: Collection[str]) -> str:
    """Return why a provider is not there, as one sentence; empty if it is."""
    if provider in there:
        return ""
    if provider not in ONNX_NAMES:
        (near,) = difflib.get_close_matches(provider, ONNX_NAMES, n=1, cutoff=0.0)
        return f"no provider is called {provider!r}; the nearest is {near!r}"
    return (
        f"{runtime()} has no {provider}, only {', '.join(there)}; install the onnxruntime that "
        f"has it, or `offrecord tune --provider {CPU}`"
    )


def chosen(machine: str) -> Choice | None:
    """Return what was chosen on this machine for this onnxruntime; None: the processor."""
    try:
        found = msgspec.json.decode(_path().read_bytes(), type=Choice)
    except (OSError, *GARBLED):
        return None
    return found if (found.machine, found.runtime) == (machine, runtime()) else None


def choose(provider: str, machine: str) -> Choice | None:
    """Compare a provider with the processor, and use it from now on; None: the processor.

    Raises NotUsable, and what was chosen before stays.
    """
    if provider == CPU:
        _path().unlink(missing_ok=True)
        return None
    if words := missing(provider, installed()):
        raise NotUsable(words)
    graphs = _compared(provider)
    choice = Choice(machine, runtime(), provider, graphs)
    if not choice.taken:
        raise NotUsable(_useless(choice))
    _path().write_bytes(msgspec.json.format(msgspec.json.encode(choice)))
    return choice


def summary(choice: Choice | None) -> str:
    """Return on what the graphs run, for a person."""
    if not choice:
        return "all graphs run on the processor"
    refused = f" ({', '.join(choice.refused)} came out otherwise)" if choice.refused else ""
    return f"{choice.provider} runs {len(choice.taken)} graphs, the processor the others{refused}"


def _compared(provider: str) -> dict[str, Graph]:
    """Let it be compared in a process that is born, sealed and looked at as a chamber is."""
    born = seal.stage0(
        "chamber",
        [sys.executable, "-m", "edge.chamber.parity", provider],
        readable=[PROJECT, sys.prefix, sys.base_prefix, models.manifest.folder()],
    )
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(  # noqa: S603 (ourselves)
            born,
            cwd=PROJECT,
            env={**os.environ, **seal.environment("chamber")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
        ) as comparing,
    ):
        assert comparing.stdout
        told = comparing.stdout.readline()
        problems = seal.inspect(comparing.pid, "chamber").problems if told else ()
        comparing.communicate()
        words.seek(0)
        last = words.read().decode("utf-8", "replace").strip().splitlines()[-1:]
    if not told:
        why = "".join(last) or f"it ended with {comparing.returncode}"
        raise NotUsable(f"{provider} does not work as a chamber does: {why}")
    if problems:
        raise NotUsable(f"{provider} does not work under the seal: {problems[0]}")
    return msgspec.json.decode(told, type=dict[str, Graph])


def _useless(choice: Choice) -> str:
    if not choice.graphs:
        return f"{choice.provider} is installed, but runs none of the graphs; is its driver?"
    worst = max(choice.graphs, key=lambda name: choice.graphs[name].difference)
    return (
        f"{choice.provider} computes all graphs otherwise than the processor, {worst} by "
        f"{choice.graphs[worst].difference:.1%} of its largest result; it is not used"
    )


def _path() -> Path:
    return models.manifest.folder() / FILE
