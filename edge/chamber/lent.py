"""What stands where a session would? A specialist by its name: in memory when it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edge.chamber.residents import Residents
from models.manifest import Tensor


class Lent:
    """A session that may not be in memory between two runs."""

    def __init__(self, name: str, residents: Residents) -> None:
        self._name, self._residents = name, residents

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Run it; raise Unusable if it cannot be had, fails, or does not answer in time."""
        return self._residents.run(self._name, output_names, input_feed)

    def get_inputs(self) -> Sequence[Any]:
        """Return the names of what it takes, by its row, which every loaded graph honours."""
        return _ports(self._residents.specs[self._name].file.inputs)

    def get_outputs(self) -> Sequence[Any]:
        """Return the names of what it gives, in the row's order, which is the graph's."""
        return _ports(self._residents.specs[self._name].file.outputs)

    def use_threads(self, count: int) -> None:
        """Run on so many threads from the next load on."""
        specs = self._residents.specs
        specs[self._name] = replace(specs[self._name], threads=count)


@dataclass(frozen=True, slots=True)
class NamedPort:
    """All that is asked about an input or output: its name."""

    name: str


def _ports(tensors: Sequence[Tensor]) -> list[NamedPort]:
    return [NamedPort(name) for tensor in tensors for name in tensor.names]
