"""How do other recognisers do on the same sounds, with the same weights, in the same minutes?

Every engine is a process of its own with one thread. A clip goes to each in turn, each time
beginning with another, and only one works at a time: the machine's mood is the same for all. Ours
is sealed as in the chamber; the others run as they ship (`edge/bench/peer.py`).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import numpy as np

import models.manifest
from edge import config, seal
from edge.bench import CannotMeasure, peer, peer_weights
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import PROGRAMS_READ
from edge.signals import Samples

OURS: Final = "offrecord"
THREADS: Final = 1
BUCKETS_S: Final = {"2s": (1.0, 3.0), "5s": (4.0, 6.0), "10s": (8.0, 12.0)}
"""Lengths of utterances that latency is told of; all clips count in the other figures."""
PROJECT: Final = Path(__file__).parents[2]
Judge = Callable[[Sequence[str]], dict[str, Any]]
"""All clips' texts, in their order -> `wer` and `runaway`."""


class Ready(msgspec.Struct, frozen=True):
    """An engine's first answer."""

    missing: str | None
    """The package that its Python lacks."""


class Took(msgspec.Struct, frozen=True):
    """What an engine made of one clip."""

    text: str
    ms: float
    cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Others:
    """Which other recognisers are asked."""

    python: Path
    """The Python that has them."""
    model: str = ""
    """Whose weights they get; empty: ours."""
    names: Sequence[str] = tuple(peer.PEERS)


@dataclass(frozen=True, slots=True)
class Engine:
    """A process that recognises what it is sent."""

    name: str
    process: "subprocess.Popen[bytes]"
    took: list[Took] = field(default_factory=list)

    def ready(self) -> Ready:
        """Wait until it has loaded and warmed up."""
        return msgspec.json.decode(self._answer(), type=Ready)

    def hear(self, sound: Samples) -> None:
        """Have it recognise one clip."""
        assert self.process.stdin
        self.process.stdin.write(peer.LENGTH.pack(len(sound)) + sound.tobytes())
        self.process.stdin.flush()
        self.took.append(msgspec.json.decode(self._answer(), type=Took))

    def _answer(self) -> bytes:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise CannotMeasure(f"{self.name} ended with {self.process.wait()} before it answered")
        return line


def measure(
    sounds: Sequence[Samples], recogniser: config.Recogniser, others: Others | None, judge: Judge
) -> list[dict[str, Any]]:
    """Return a row for ours and for each peer that is wanted; of what is absent, a row says so."""
    with tempfile.TemporaryDirectory(prefix="offrecord-peers-") as folder, ExitStack() as stack:
        commands = {OURS: _ours(recogniser)}
        if others:
            peer_weights.write(others.model or recogniser.weights, Path(folder))
            python = [str(others.python), "-I", peer.__file__]
            commands |= {name: [*python, name, folder] for name in others.names}
        engines = [
            stack.enter_context(_started(name, command)) for name, command in commands.items()
        ]
        missing = {engine.name: engine.ready().missing for engine in engines}
        present = [engine for engine in engines if not missing[engine.name]]
        for turn, sound in enumerate(sounds):
            first = turn % len(present)
            for engine in [*present[first:], *present[:first]]:
                engine.hear(sound)
        theirs = (others and others.model) or recogniser.weights
        rows: list[dict[str, Any]] = []
        for engine in engines:
            if package := missing[engine.name]:
                rows.append({"name": engine.name, "not installed": package})
                continue
            row = _row(engine, sounds, judge)
            row["model"] = recogniser.weights if engine.name == OURS else theirs
            if engine.name != OURS:
                row["times_ours"] = times(row["cpu_ms"], rows[0]["cpu_ms"])
            rows.append(row)
        return rows


def _ours(recogniser: config.Recogniser) -> list[str]:
    alike = msgspec.structs.replace(recogniser, threads=THREADS, decoder_threads=THREADS)
    settings = msgspec.structs.replace(config.Config(), recogniser=alike)
    argument = config.to_argument(settings)
    command = [sys.executable, "-m", "edge.bench.ours", "--settings", argument]
    readable = [*PROGRAMS_READ, models.manifest.folder()]
    return seal.stage0("chamber", command, readable=readable)


@contextmanager
def _started(name: str, command: list[str]) -> Iterator[Engine]:
    """Start an engine; ours in the seal's environment, the others in a plain one."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(THREADS)}
    if name == OURS:
        environment |= seal.environment("chamber")
    with subprocess.Popen(  # noqa: S603 (our own interpreter, or the one that the user names)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
        env=environment,
    ) as process:
        yield Engine(name, process)
        assert process.stdin
        process.stdin.close()


def _row(engine: Engine, sounds: Sequence[Samples], judge: Judge) -> dict[str, Any]:
    audio_s = sum(map(len, sounds)) / SAMPLE_RATE_HZ
    buckets = _buckets(engine, sounds)
    return {
        "name": engine.name,
        "threads": THREADS,
        **judge([took.text for took in engine.took]),
        "latency_ms": {
            name: latency([took.ms for took in bucket]) for name, bucket in buckets.items()
        },
        "cpu_ms": {name: _cpu_ms(bucket) for name, bucket in buckets.items()},
        "cpu_s_per_audio_s": round(sum(took.cpu_s for took in engine.took) / audio_s, 4),
        "rss_mb": round(engine.took[-1].rss_mb),
    }


def _buckets(engine: Engine, sounds: Sequence[Samples]) -> dict[str, list[Took]]:
    """Return what an engine took for the clips of each length."""
    lengths_s = [len(sound) / SAMPLE_RATE_HZ for sound in sounds]
    return {
        name: [
            took
            for took, length_s in zip(engine.took, lengths_s, strict=True)
            if shortest_s <= length_s <= longest_s
        ]
        for name, (shortest_s, longest_s) in BUCKETS_S.items()
    }


def _cpu_ms(bucket: Sequence[Took]) -> float | None:
    """Return the median of processor time; None where there was no such clip."""
    return round(1000 * median(took.cpu_s for took in bucket), 1) if bucket else None


def times(
    theirs: Mapping[str, float | None], ours: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Return how many times our processor time theirs is, for each length.

    Processor time, because the time on a clock is that of the machine's neighbours too.
    """
    pairs = {name: (theirs[name], ours[name]) for name in theirs}
    return {name: round(more / less, 1) if more and less else None
            for name, (more, less) in pairs.items()}  # fmt: skip


def latency(each_ms: Sequence[float]) -> dict[str, float] | None:
    """Return p50, p95 and the longest; None where there was no such clip."""
    if not each_ms:
        return None
    return {
        "p50": round(float(np.percentile(each_ms, 50)), 1),
        "p95": round(float(np.percentile(each_ms, 95)), 1),
        "max": round(max(each_ms), 1),
    }
