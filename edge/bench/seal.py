"""What does the seal cost? The latency of an inference behind it and without it, and its birth.

Where a process happens to lie in memory is worth some percent, and so is what else the machine
does. So two processes that are the same answer in turn; then one of them is sealed, and both answer
in turn again. The ratio is how much the one changed more than the other: neither its place nor
the machine's mood is in it. Each of five rounds starts them anew. Beside each ratio of latencies
stands that of processor time, which a busy machine disturbs less.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import models.manifest
from edge import scene, seal
from edge.bench import CannotMeasure
from edge.bench.inference import ANSWER, READY, SEAL
from edge.launcher.births import PROGRAMS_READ

ROUNDS: Final = 5
TURNS: Final = {"s": 60, "w": 16}
"""How often each is asked in each half of a round."""
NAMES: Final = {"s": "silero-vad, 31 chunks", "w": "whisper, one sentence"}
PROCESSES: Final = ("sealed", "unsealed", "plain")
"""The first is sealed half-way. The last is not, and its freed memory is not overwritten either."""
BIRTHS: Final = 11
PROJECT: Final = Path(__file__).parents[2]
MEMORY: Final = ("GLIBC_TUNABLES", "PYTHONMALLOC")
"""What overwrites freed memory: the seal's environment, but not the seal."""
LOAD: Final = """
import sys, time
from edge import seal
began = time.perf_counter_ns()
seal.seal("chamber", writable_fds={1})
spent = time.perf_counter_ns() - began
__import__("os").write(1, str(spent).encode())
"""


@dataclass(frozen=True, slots=True)
class Took:
    """How long one inference took."""

    ms: float
    cpu_ms: float
    """Of processor time, in all threads."""


@dataclass(frozen=True, slots=True)
class Inferring:
    """A process that waits to be asked."""

    process: "subprocess.Popen[bytes]"

    def ask(self, what: str) -> Took:
        """Have it infer once."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(what.encode())
        answer = self.process.stdout.read(ANSWER.size)
        if len(answer) < ANSWER.size:
            raise CannotMeasure("a process of the bench ended before it had answered")
        spent_ns, worked_ns = ANSWER.unpack(answer)
        return Took(spent_ns / 1e6, worked_ns / 1e6)


Half = Mapping[tuple[str, str], Sequence[Took]]
"""(process, work) -> each turn."""


def measure(rounds: int = ROUNDS, turns: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Measure; about a minute on a desktop that has nothing else to do."""
    before: list[Half] = []
    after: list[Half] = []
    levels = set()
    for _ in range(rounds):
        with ExitStack() as stack:
            processes = {name: stack.enter_context(inferring(name)) for name in PROCESSES}
            before.append(_half(processes, turns or TURNS))
            processes["sealed"].ask(SEAL.decode())
            levels.add(_level(processes["sealed"], processes["unsealed"]))
            after.append(_half(processes, turns or TURNS))
    rows = [_row(before, after, work) for work in NAMES]
    return {
        "ratio": max(row["ratio"] for row in rows),
        "level": max(levels),
        "rounds": rounds,
        "inference": rows,
        "birth": births(),
    }


def _half(processes: Mapping[str, Inferring], turns: Mapping[str, int]) -> Half:
    """Ask all in turn, each time beginning with another."""
    taken: dict[tuple[str, str], list[Took]] = {(p, w): [] for p in processes for w in turns}
    for work, times in turns.items():
        for turn in range(times):
            first = turn % len(processes)
            for name in [*processes, *processes][first : first + len(processes)]:
                taken[name, work].append(processes[name].ask(work))
    return taken


def _row(before: Sequence[Half], after: Sequence[Half], work: str) -> dict[str, Any]:
    """Return the figures of one kind of work; each ratio is the median of the rounds'."""
    changes = [_change(b, a, work, _ms) for b, a in zip(before, after, strict=True)]
    cpu = [_change(b, a, work, _cpu_ms) for b, a in zip(before, after, strict=True)]
    halves = [*before, *after]
    return {
        "work": NAMES[work],
        "unsealed_ms": round(median(_ms(half["unsealed", work]) for half in after), 2),
        "sealed_ms": round(median(_ms(half["sealed", work]) for half in after), 2),
        "ratio": round(median(changes), 4),
        "lowest_round": round(min(changes), 4),
        "highest_round": round(max(changes), 4),
        "cpu_ratio": round(median(cpu), 4),
        "overwriting_ratio": round(
            median(_ms(h["unsealed", work]) / _ms(h["plain", work]) for h in halves), 4
        ),
    }


def _change(before: Half, after: Half, work: str, of: Callable[[Sequence[Took]], float]) -> float:
    """Return how much longer the sealed one takes than before, if the other's took as long."""
    sealed = of(after["sealed", work]) / of(before["sealed", work])
    return sealed / (of(after["unsealed", work]) / of(before["unsealed", work]))


def _ms(turns: Sequence[Took]) -> float:
    return median(took.ms for took in turns)


def _cpu_ms(turns: Sequence[Took]) -> float:
    return median(took.cpu_ms for took in turns)


@contextmanager
def inferring(name: str) -> Iterator[Inferring]:
    """Start one of `PROCESSES`, its models loaded and warm, born like a chamber."""
    environment = os.environ | seal.environment("chamber")
    if name == "plain":
        environment = {n: value for n, value in environment.items() if n not in MEMORY}
    demo = scene.load(scene.folder("demo"))
    said = demo.said[0]
    argv = [
        *(sys.executable, "-m", "edge.bench.inference", "--sound", str(demo.audio)),
        *("--start-s", str(said.start_s), "--end-s", str(said.end_s)),
    ]
    readable = [*PROGRAMS_READ, models.manifest.folder()]
    argv = seal.stage0("chamber", argv, readable=readable)
    with subprocess.Popen(  # noqa: S603 (our own program)
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
    ) as process:
        assert process.stdin
        assert process.stdout
        if process.stdout.read(1) != READY:
            raise CannotMeasure("a process of the bench did not start; `offrecord doctor` says why")
        yield Inferring(process)
        process.stdin.close()


def _level(sealed: Inferring, unsealed: Inferring) -> str:
    """Return the level of the one, once it is certain that the one is sealed and the other not."""
    inspection = seal.inspect(sealed.process.pid, "chamber")
    if inspection.problems:
        raise CannotMeasure(f"the process is not sealed: {inspection.problems[0]}")
    if not seal.inspect(unsealed.process.pid, "chamber").problems:
        raise CannotMeasure("the process that should not be sealed is")
    return inspection.level


# --- birth ---------------------------------------------------------------------------------------


def births() -> dict[str, float]:
    """Return what a start costs more: by stage 0 (Landlock), and by the filter, in milliseconds."""
    nothing = [sys.executable, "-I", "-S", "-c", "pass"]
    behind = seal.stage0("chamber", nothing, readable=PROGRAMS_READ)
    load = [sys.executable, "-c", LOAD]
    began: dict[str, list[float]] = {"without": [], "with": [], "filter": []}
    for _ in range(BIRTHS):
        began["without"].append(_took_ms(nothing))
        began["with"].append(_took_ms(behind))
        said = subprocess.run(load, check=True, capture_output=True, cwd=PROJECT).stdout  # noqa: S603 (ours)
        began["filter"].append(int(said) / 1e6)
    return {
        "stage0_ms": round(median(began["with"]) - median(began["without"]), 1),
        "filter_ms": round(median(began["filter"]), 2),
    }


def _took_ms(argv: Sequence[str]) -> float:
    began_s = time.perf_counter()
    subprocess.run(argv, check=True)  # noqa: S603 (our own)
    return (time.perf_counter() - began_s) * 1000
