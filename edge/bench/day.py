"""The whole-product bar: scenes through the complete sealed tree, in real time, on a board."""

import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from edge import config, scene
from edge.bench import play
from edge.bench.boards import BOARDS, Board, throttled, tree_pss_bytes
from edge.launcher.births import Run
from edge.messages import Reply, Shown, Transcript

PSS_EVERY_S: Final = 0.5


@dataclass
class Day:
    """The whole-product bar: all scenes through the sealed tree, in real time."""

    board: str
    throttled: str
    scenes: int = 0
    questions: int = 0
    answered_right: int = 0
    answered_wrong: int = 0
    unwanted_replies: int = 0
    question_end_to_first_word_ms: Mapping[str, float] = field(default_factory=dict)
    tree_pss_mb: int = 0
    ceiling_mb: int | None = None
    cpu_s_per_hour: int = 0
    bytes_out: int = 0
    audit: str = "pass"
    """`pass` where every process was sealed and the kernel's count of bytes equals the ledger's."""


def measure(board_name: str, names: Sequence[str]) -> dict[str, Any]:
    """Play scenes one after the other under a board's limits and add them up."""
    board = BOARDS[board_name]
    latencies_ms: list[int] = []
    played_s = 0.0
    with throttled(board) as how:
        result = Day(board_name, how, ceiling_mb=board.memory_mb)
        cpu_before_s = _cpu_s()
        for name in names or scene.names():
            began_s = time.monotonic()
            _play_scene(scene.load(scene.folder(name)), board, result, latencies_ms)
            played_s += time.monotonic() - began_s
        result.cpu_s_per_hour = round((_cpu_s() - cpu_before_s) / played_s * 3600)
    if latencies_ms:
        ranks = quantiles(latencies_ms * 2, n=20, method="inclusive")
        result.question_end_to_first_word_ms = {"p50": round(ranks[9]), "p95": round(ranks[18])}
    return asdict(result)


def _play_scene(shown: scene.Scene, board: Board, result: Day, latencies_ms: list[int]) -> None:
    replies: list[scene.Answer] = []
    peak_bytes = 0
    clock = _Clock()

    def show(message: Shown) -> None:
        nonlocal peak_bytes
        if isinstance(message, Transcript):
            clock.ms = message.end_ms
        if isinstance(message, Reply) and not message.partial:
            replies.append(scene.Answer(clock.ms, message.text))
            if message.latency_ms >= 0:
                latencies_ms.append(message.latency_ms)
        if clock.is_due():
            peak_bytes = max(peak_bytes, tree_pss_bytes())

    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as notes:
        run = Run(
            config=config.Config(memory=config.Memory(budget_mb=board.models_mb)),
            sources=scene.sources(shown),
            data=Path(notes),
            picture_s=shown.picture_s,
        )
        summary = play(run, show)
    score = scene.score(shown, replies)
    result.scenes += 1
    result.questions += score.questions
    result.answered_right += score.answered_right
    result.answered_wrong += score.answered_wrong
    result.unwanted_replies += score.unwanted_replies
    result.tree_pss_mb = max(result.tree_pss_mb, peak_bytes >> 20)
    result.bytes_out += summary.airlock_bytes if summary else 0
    if not summary or summary.counter != "equal":
        result.audit = "fail"


class _Clock:
    """The stream's clock as last heard of, and when memory is to be looked at next."""

    def __init__(self) -> None:
        self.ms = 0
        self._next_s = 0.0

    def is_due(self) -> bool:
        now_s = time.monotonic()
        due = now_s >= self._next_s
        if due:
            self._next_s = now_s + PSS_EVERY_S
        return due


def _cpu_s() -> float:
    """Return the processor time of this process and of its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
