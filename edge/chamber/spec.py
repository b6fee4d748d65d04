"""How is a specialist's graph read, and is it what its row says?

Its file is opened before the seal and read each time that it is loaded: a load needs a descriptor,
never a path.
"""

import os
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import onnxruntime as ort

from edge.chamber import handshake, onnx_session
from edge.chamber.specialist import Specialist
from edge.messages import Lot
from models.manifest import File, ModelError

WARM_SIZE: Final = 384
"""No side of an input is larger in a first run ahead of the real one; a multiple of 32."""


class Refusal(NamedTuple):
    """Why a specialist is not used: in one word, and in a sentence for a person."""

    lot: Lot
    sentence: str


class Unusable(ModelError, RuntimeError):
    """A specialist cannot be had, or gives no answer."""

    def __init__(self, name: str, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.name = name


@dataclass(frozen=True, slots=True)
class Spec:
    """A specialist, and where its graph is read from."""

    specialist: Specialist
    file: File
    descriptor: int
    size_bytes: int
    """Of the file as it was installed."""
    threads: int = 1

    def load(self) -> ort.InferenceSession | Refusal:
        """Read the graph and make it ready, if it is what its row says."""
        content = os.pread(self.descriptor, self.size_bytes + 1, 0)
        if len(content) != self.size_bytes:
            how = f"its file has not the {self.size_bytes:,} bytes it came with"
            return self.refusal(Lot.DAMAGED, how)
        try:
            made = onnx_session.loaded(content, self.threads)
        except onnx_session.BROKEN:
            return self.refusal(Lot.DAMAGED, "its file is no graph that can be run")
        how = handshake.difference(self.file, made)
        return self.refusal(Lot.ANOTHER, how) if how else made

    @property
    def warm_up(self) -> dict[str, Any]:
        """An input for a first run, which takes half as long again as the next."""
        assert self.file.job
        sizes = {
            name: min(size, WARM_SIZE)
            for name, size in self.file.job.typical.items()
            if name in self._words
        }
        return handshake.made_up(self.file, {**self.file.job.typical, **sizes})

    @property
    def _words(self) -> set[int | str]:
        return {size for tensor in self.file.inputs for size in tensor.shape}

    def refusal(self, lot: Lot, how: str) -> Refusal:
        """Return a refusal of this specialist; `how` is half a sentence."""
        return Refusal(lot, f"{self.specialist.name} is not used: {how}")
