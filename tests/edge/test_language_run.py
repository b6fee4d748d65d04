"""A whole run with a language model on this device, by the launcher."""

import asyncio
import os
import signal
from pathlib import Path

import tiny_gguf
from language_process import needs_llama

from edge import scene
from edge.config import Config, Memory, Reasoner
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import (
    LANGUAGE_MODEL,
    ChildDied,
    Lending,
    Notice,
    Reply,
    SealState,
    Shown,
    Summary,
)

KNOWLEDGE = scene.load(scene.folder("knowledge"))
TOO_LONG_S = 120


class Played:
    """The scene of a question that only a language model could answer."""

    def __init__(
        self, folder: Path, url: str, *, budget_mb: int = 0, timeout_s: float = 20.0
    ) -> None:
        self.shown: list[Shown] = []
        self.stops_it = False
        sources = [source for source in scene.sources(KNOWLEDGE) if source.kind == "audio"]
        settings = Config(
            reasoner=(Reasoner(url=url, timeout_s=timeout_s),), memory=Memory(budget_mb=budget_mb)
        )
        self.launcher = Launcher(Run(settings, sources, folder, fast=True), self._show)

    def _show(self, message: Shown) -> None:
        self.shown.append(message)
        if self.stops_it and isinstance(message, SealState) and message.process == LANGUAGE_MODEL:
            self.stops_it = False
            os.kill(message.pid, signal.SIGSTOP)

    def to_its_end(self) -> Summary:
        summary = asyncio.run(asyncio.wait_for(self.launcher.launch(), TOO_LONG_S))
        assert summary
        return summary

    def notices(self) -> list[str]:
        return [message.text for message in self.shown if isinstance(message, Notice)]

    def replies(self) -> list[Reply]:
        return [message for message in self.shown if isinstance(message, Reply)]


def test_the_question_is_answered_by_the_model_that_is_here(tmp_path: Path) -> None:
    needs_llama()
    played = Played(tmp_path, str(tiny_gguf.write(tmp_path / "tiny.gguf")))
    summary = played.to_its_end()
    assert {reply.source for reply in played.replies()} == {"tiny"}
    assert LANGUAGE_MODEL in {seal.process for seal in summary.sealed}
    assert summary.counter == "equal"


def test_it_shares_the_memory_budget_with_what_hears(tmp_path: Path) -> None:
    needs_llama()
    played = Played(tmp_path, str(tiny_gguf.write(tmp_path / "tiny.gguf")), budget_mb=400)
    played.to_its_end()
    assert played.replies()[-1].source == "tiny"
    (lending, *_) = [message for message in played.shown if isinstance(message, Lending)]
    assert lending.budget_mb < 400


def test_one_that_cannot_be_used_is_told_once_and_recall_answers(tmp_path: Path) -> None:
    needs_llama()
    (tmp_path / "odd.gguf").write_bytes(b"no model")
    played = Played(tmp_path, str(tmp_path / "odd.gguf"))
    played.to_its_end()
    assert "it is no GGUF file, or only part of one" in played.notices()[0]
    assert played.replies()[-1].source == "recall"


def test_one_that_hangs_is_ended_and_another_started(tmp_path: Path) -> None:
    needs_llama()
    played = Played(tmp_path, str(tiny_gguf.write(tmp_path / "tiny.gguf")), timeout_s=1.0)
    played.stops_it = True
    played.to_its_end()
    assert [died.process for died in played.shown if isinstance(died, ChildDied)] == [
        LANGUAGE_MODEL
    ]
    assert played.replies()[-1].source == "recall"
    pids = [state.pid for state in played.shown if isinstance(state, SealState)]
    assert len(pids) == len(set(pids))
