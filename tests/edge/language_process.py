"""A real, sealed language model: a tiny one, unless another is named."""

import importlib.util
from pathlib import Path

import pytest
import tiny_gguf
from mind_process import MindProcess

from edge.config import Reasoner
from edge.messages import LANGUAGE_MODEL, ChildDied, SealState
from edge.reason.local_model import LocalModel

CONTEXT_TOKENS = 400


def needs_llama() -> None:
    if not importlib.util.find_spec("xllamacpp"):
        pytest.skip("UNCHECKED: no language model here; pip install offrecord[language]")


class LanguageProcess(MindProcess):
    """`python -m edge.mind.language`, sealed as ever; the test is launcher and runtime."""

    def __init__(
        self, folder: Path, *, weights: Path | None = None, template: str = "", most_mb: int = 0
    ) -> None:
        needs_llama()
        self.weights = weights or tiny_gguf.write(folder / "tiny.gguf", template=template)
        super().__init__(
            *("--model", str(self.weights)),
            *("--context", str(CONTEXT_TOKENS), "--most-mb", str(most_mb)),
            program="edge.mind.language",
            readable=(self.weights,),
        )

    def refusal(self) -> str:
        """Return the sentence with which it ended before it was there."""
        assert self.process.stderr
        assert self.process.wait(timeout=60) == 1
        return self.process.stderr.read().decode()

    def state(self) -> SealState:
        return SealState(LANGUAGE_MODEL, self.process.pid, "A", 1)

    def asked_by_runtime(
        self,
        shown: list[ChildDied] | None = None,
        timeout_s: float = 20.0,
        *,
        is_there: bool = True,
    ) -> LocalModel:
        """Return the runtime's side of it."""
        settings = Reasoner(url=str(self.weights), timeout_s=timeout_s)
        told = shown if shown is not None else []
        model = LocalModel(settings, (self.asks, self.answers), told.append)
        if is_there:
            model.told(self.state())
        return model
