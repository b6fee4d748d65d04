"""Does a graph honour its row of the manifest? If not, one sentence says how, and it is not used.

The row is the model's half of a handshake: names, shapes and kinds of what it takes and gives. A
file that was damaged, cut short or exchanged for another is refused here, and the rest goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np

from models.manifest import File, Tensor

DTYPES: Final = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}


class Port(Protocol):
    """An input or output, as the runtime knows it."""

    name: str
    type: str
    shape: Sequence[int | str | None]


class Graph(Protocol):
    """A loaded graph."""

    def get_inputs(self) -> Sequence[Port]:
        """Return what it takes."""

    def get_outputs(self) -> Sequence[Port]:
        """Return what it gives."""


def difference(file: File, graph: Graph) -> str:
    """Return the first way in which a graph is not what its row says; empty if there is none."""
    sides = (
        ("takes", file.inputs, graph.get_inputs()),
        ("gives", file.outputs, graph.get_outputs()),
    )
    differences = (
        how
        for verb, declared, found in sides
        for how in _differences(verb, declared, {port.name: port for port in found})
    )
    return next(differences, "")


def _differences(verb: str, declared: Sequence[Tensor], found: dict[str, Port]) -> Iterator[str]:
    expected = {each: tensor for tensor in declared for each in tensor.names}
    for other in sorted(expected.keys() ^ found.keys()):
        yield f"it {verb} {'' if other in found else 'no '}{other!r}, against its row"
    for each, tensor in expected.items():
        port = found[each]
        dtype = DTYPES.get(port.type, port.type)
        if dtype != tensor.dtype:
            yield f"{each!r} is {dtype}, and its row says {tensor.dtype}"
        if not _fits(port.shape, tensor.shape):
            yield f"{each!r} is {_said(port.shape)}, and its row says {_said(tensor.shape)}"


def _fits(found: Sequence[int | str | None], declared: Sequence[int | str]) -> bool:
    """Compare two shapes: a size that either side leaves open fits any.

    A graph may not know the shape of what it gives at all.
    """
    if not found:
        return True
    return len(found) == len(declared) and all(
        ours == theirs
        for ours, theirs in zip(declared, found, strict=True)
        if isinstance(ours, int) and isinstance(theirs, int)
    )


def _said(shape: Sequence[int | str | None]) -> str:
    return f"[{', '.join(str(size or '?') for size in shape)}]"


def made_up(file: File, typical: Mapping[str, int]) -> dict[str, Any]:
    """Return an input for a graph of the sizes that are typical for it; the same each time.

    Not by chance: numpy would load its generators for that, which after the seal is too late.
    """
    feed: dict[str, Any] = {}
    for tensor in file.inputs:
        shape = tuple(size if isinstance(size, int) else typical[size] for size in tensor.shape)
        for name in tensor.names:
            usual = 0.5 if "float" in tensor.dtype else typical.get(name, 1)
            feed[name] = np.full(shape, usual, tensor.dtype)
    return feed
