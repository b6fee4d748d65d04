"""What does the seal cost? The latency of an inference behind it and without it, and its birth.

Processes that are the same but for what is compared answer in turn, one inference each, so that
what else this machine does meets all alike. Each of five rounds starts them anew, for where a
process happens to lie in memory is worth a few percent; a round's latency is its median. Beside
each ratio of latencies stands that of processor time, which a busy machine disturbs less.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import models.manifest
from edge import scene, seal
from edge.bench import CannotMeasure
from edge.bench.inference import ANSWER, READY

ROUNDS: Final = 5
TURNS: Final = {"s": 40, "w": 12}
"""How often each is asked in a round."""
NAMES: Final = {"s": "silero-vad, 31 chunks", "w": "whisper, one sentence"}
PROCESSES: Final = ("sealed", "unsealed", "plain")
"""The last is unsealed, and freed memory is not overwritten either."""
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


Rounds = Mapping[tuple[str, str], Sequence[Sequence[Took]]]
"""(process, work) -> each round -> each turn."""


def measure(rounds: int = ROUNDS, turns: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Measure; under a minute on a desktop that has nothing else to do."""
    found: dict[tuple[str, str], list[list[Took]]] = {(p, w): [] for p in PROCESSES for w in NAMES}
    levels = set()
    for number in range(rounds):
        with ExitStack() as stack:
            processes = {name: stack.enter_context(inferring(name)) for name in PROCESSES}
            levels.add(_level(processes["sealed"], processes["unsealed"]))
            for key, took in _round(number, processes, turns or TURNS).items():
                found[key].append(took)
    rows = [_row(found, work) for work in NAMES]
    return {
        "ratio": max(row["ratio"] for row in rows),
        "level": max(levels),
        "rounds": rounds,
        "inference": rows,
        "birth": births(),
    }


def _round(
    number: int, processes: Mapping[str, Inferring], turns: Mapping[str, int]
) -> dict[tuple[str, str], list[Took]]:
    """Ask all in turn, each time beginning with another."""
    taken: dict[tuple[str, str], list[Took]] = {(p, w): [] for p in processes for w in turns}
    for work, times in turns.items():
        for turn in range(times):
            first = (number + turn) % len(processes)
            for name in [*processes, *processes][first : first + len(processes)]:
                taken[name, work].append(processes[name].ask(work))
    return taken


def _row(found: Rounds, work: str) -> dict[str, Any]:
    """Return the figures of one kind of work. `ratio` is of the medians of the rounds' medians."""
    sealed, unsealed, plain = (found[name, work] for name in PROCESSES)
    rounds = [_ms([ours]) / _ms([theirs]) for ours, theirs in zip(sealed, unsealed, strict=True)]
    turns = [
        ours.ms / theirs.ms
        for pair in zip(sealed, unsealed, strict=True)
        for ours, theirs in zip(*pair, strict=True)
    ]
    return {
        "work": NAMES[work],
        "unsealed_ms": round(_ms(unsealed), 2),
        "sealed_ms": round(_ms(sealed), 2),
        "ratio": round(_ms(sealed) / _ms(unsealed), 4),
        "lowest_round": round(min(rounds), 4),
        "highest_round": round(max(rounds), 4),
        "turn_by_turn_ratio": round(median(turns), 4),
        "cpu_ratio": round(_cpu_ms(sealed) / _cpu_ms(unsealed), 4),
        "overwriting_ratio": round(_ms(unsealed) / _ms(plain), 4),
        "overwriting_cpu_ratio": round(_cpu_ms(unsealed) / _cpu_ms(plain), 4),
    }


def _ms(rounds: Sequence[Sequence[Took]]) -> float:
    return median(median(took.ms for took in turns) for turns in rounds)


def _cpu_ms(rounds: Sequence[Sequence[Took]]) -> float:
    return median(median(took.cpu_ms for took in turns) for turns in rounds)


@contextmanager
def inferring(name: str) -> Iterator[Inferring]:
    """Start one of `PROCESSES`, its models loaded and warm; a sealed one is born like a chamber."""
    environment = os.environ | seal.environment()
    if name == "plain":
        environment = {n: value for n, value in environment.items() if n not in MEMORY}
    demo = scene.load(scene.folder("demo"))
    said = demo.said[0]
    argv = [
        *(sys.executable, "-m", "edge.bench.inference", "--sound", str(demo.audio)),
        *("--start-s", str(said.start_s), "--end-s", str(said.end_s)),
    ]
    if name == "sealed":
        readable = [PROJECT, Path(sys.prefix), Path(sys.base_prefix), models.manifest.folder()]
        argv = seal.stage0("chamber", [*argv, "--profile", "chamber"], readable=readable)
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
    behind = seal.stage0("chamber", nothing, readable=[PROJECT, sys.prefix, sys.base_prefix])
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
