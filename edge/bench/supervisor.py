"""How much slower is a day under a quarter of the memory, and who keeps it waiting?

For each budget two processes live the same day, one moment after the other in turn with a third
that holds everything: one lends as `supervisor.plan` says, one as model servers do. Both load in
the same way. Resident memory is read from outside, every 10 ms, above what each process held when
it was sealed and nothing was loaded.
"""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from edge import config, footprints, seal
from edge.bench import CannotMeasure, trace
from edge.bench.lending import READY, Sum, Told
from edge.chamber import roster
from edge.chamber.specialist import (
    MIB,
    Footprint,
    History,
    Patience,
    Resident,
    Specialist,
    Use,
    Want,
)
from edge.chamber.supervisor import plan

SHARES: Final = (1.0, 0.5, 0.25, 0.15)
FIXED_MB: Final = 192
SAMPLE_S: Final = 0.01
SIMULATED: Final = (10, 100, 1000)
PLANS, WARM_PLANS = 200, 20
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
PROJECT: Final = Path(__file__).resolve().parents[2]


@dataclass
class Life:
    """One process that lives the day."""

    process: "subprocess.Popen[bytes]"
    budget_bytes: int
    base_bytes: int = 0
    peak_bytes: int = 0
    told: list[Told] = field(default_factory=list)
    sum: Sum | None = None

    def wait_ready(self) -> None:
        """Wait until it has done what it was last told; raise CannotMeasure if it died."""
        assert self.process.stdout
        if self.process.stdout.read(1) != READY:
            raise CannotMeasure("a process of the bench died; see above")

    def go_on(self) -> None:
        """Tell it to go on."""
        assert self.process.stdin
        self.process.stdin.write(b"x")
        self.process.stdin.flush()

    def answer(self) -> bytes:
        """Let it go on and return what it answers."""
        self.go_on()
        assert self.process.stdout
        length = int.from_bytes(self.process.stdout.read(4), "little")
        if not length:
            raise CannotMeasure("a process of the bench died in the middle of the day")
        return self.process.stdout.read(length)

    def resident_bytes(self) -> int:
        """Return what it holds now, by the kernel's count."""
        with contextlib.suppress(OSError, IndexError):
            statm = Path(f"/proc/{self.process.pid}/statm").read_text().split()
            return int(statm[1]) * PAGE_BYTES
        return 0

    def latency_ms(self, errand: str) -> list[float]:
        """Return how long each errand of a kind took that was answered."""
        return [each.latency_ms for each in self.told if each.errand == errand and each.answered]

    @property
    def stall_s(self) -> float:
        """How long requests waited for a specialist, in all."""
        return sum(each.stall_ms for each in self.told) / 1000


def measure(shares: Sequence[float] = ()) -> dict[str, Any]:
    """Live the day under each budget; `shares` are instead of the usual ones.

    Raises CannotMeasure, or CannotBeMeasured.
    """
    entries = roster.in_use(roster.entries(footprints.measure()), config.Recogniser())
    sizes = {name: entry.specialist.footprint for name, entry in entries.items()}
    total_bytes = sum(footprint.working_bytes for footprint in sizes.values())
    largest_bytes = max(footprint.needs_bytes for footprint in sizes.values())
    budgets = [int(share * total_bytes) for share in shares or SHARES]
    if not shares:
        budgets += [int(1.1 * largest_bytes), FIXED_MB * MIB]
    with _born(entries, budgets) as (everything, lives):
        _live([everything, *(life for pair in lives for life in pair)])
        rows = [_row(ours, theirs, everything, total_bytes) for ours, theirs in lives]
        return {
            "specialists": len(entries),
            "total_mb": _mb(total_bytes),
            "total_at_rest_mb": _mb(sum(each.resident_bytes for each in sizes.values())),
            "largest_mb": _mb(largest_bytes),
            "empty_mb": _mb(everything.base_bytes),
            "everything": {
                "peak_mb": _mb(everything.peak_bytes - everything.base_bytes),
                **_latencies(everything),
            },
            "rows": rows,
            "plan_ms": simulate(),
        }


@contextlib.contextmanager
def _born(
    names: Iterable[str], budgets: Sequence[int]
) -> Iterator[tuple[Life, list[tuple[Life, Life]]]]:
    """Start all processes, one after the other; end them afterwards."""
    wanted = [(0, "plan")] + [(budget, way) for budget in budgets for way in ("plan", "lru")]
    lives: list[Life] = []
    try:
        for budget_bytes, policy in wanted:
            life = Life(_start(",".join(names), budget_bytes, policy), budget_bytes)
            lives.append(life)
            life.wait_ready()
            life.base_bytes = life.resident_bytes()
        yield lives[0], list(zip(lives[1::2], lives[2::2], strict=True))
    finally:
        for life in lives:
            life.process.kill()
            life.process.communicate()


def _start(names: str, budget_bytes: int, policy: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "edge.bench.lending", "--names", names]
    return subprocess.Popen(  # noqa: S603 (ourselves)
        [*command, "--budget-bytes", str(budget_bytes), "--policy", policy],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, **seal.environment("chamber")},
    )


def _live(lives: Sequence[Life]) -> None:
    """Live the day, moment by moment in turn, while memory is watched."""
    ended = threading.Event()
    watching = threading.Thread(target=_watch, args=(lives, ended), daemon=True)
    watching.start()
    for life in lives:
        life.go_on()
        life.wait_ready()
    for _ in trace.day():
        for life in lives:
            life.told += msgspec.json.decode(life.answer(), type=list[Told])
    ended.set()
    watching.join()
    for life in lives:
        life.sum = msgspec.json.decode(life.answer(), type=Sum)


def _watch(lives: Sequence[Life], ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_S):
        for life in lives:
            life.peak_bytes = max(life.peak_bytes, life.resident_bytes())


def _row(ours: Life, theirs: Life, everything: Life, total_bytes: int) -> dict[str, Any]:
    assert ours.sum
    assert theirs.sum
    speech, usual = ours.latency_ms("HEAR"), everything.latency_ms("HEAR")
    return {
        "budget_share": round(ours.budget_bytes / total_bytes, 2),
        "budget_mb": _mb(ours.budget_bytes),
        "peak_mb": _mb(ours.peak_bytes - ours.base_bytes),
        "speech_p50_ratio": _ratio(speech, usual, 50),
        "speech_p95_ratio": _ratio(speech, usual, 95),
        "stall_s": round(ours.stall_s, 2),
        "lru_stall_s": round(theirs.stall_s, 2),
        "lru_peak_mb": _mb(theirs.peak_bytes - theirs.base_bytes),
        "lru_speech_p95_ratio": _ratio(theirs.latency_ms("HEAR"), usual, 95),
        "evictions": ours.sum.unloads,
        "loads": ours.sum.loads,
        "lru_loads": theirs.sum.loads,
        "unanswered": sum(not each.answered for each in ours.told),
        "refused": sorted(ours.sum.refused),
        **_latencies(ours),
    }


def _latencies(life: Life) -> dict[str, dict[str, dict[str, float]]]:
    kinds = sorted({each.errand for each in life.told})
    return {"latency_ms": {kind: _percentiles(life.latency_ms(kind)) for kind in kinds}}


def _percentiles(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    if not values:
        return {}
    return {f"p{share}": round(float(np.percentile(values, share)), digits) for share in (50, 95)}


def _ratio(ours: Sequence[float], usual: Sequence[float], share: int) -> float | None:
    if not ours:
        return None
    return round(float(np.percentile(ours, share) / np.percentile(usual, share)), 3)


def _mb(count: int) -> float:
    return round(count / MIB, 1)


def simulate() -> dict[str, dict[str, float]]:
    """Return how long a plan takes that must make room, for so many made-up specialists."""
    return {str(count): _percentiles(_plans_ms(count), 3) for count in SIMULATED}


def _plans_ms(count: int) -> list[float]:
    """Return the processor time of each of some plans, after a few to warm up."""
    chance = random.Random(0)  # noqa: S311 (no secret)
    everybody = [_made_up(chance, number) for number in range(count)]
    resident = {each.name: Resident(each) for each in everybody[1:]}
    budget_bytes = sum(each.holds_bytes for each in resident.values())
    uses = {e.name: Use(chance.uniform(0, 999), chance.uniform(1, 600)) for e in everybody}
    history = History(1000.0, uses)
    spent_ms = []
    for _ in range(WARM_PLANS + PLANS):
        began_ns = time.thread_time_ns()
        plan(budget_bytes, resident, [Want(everybody[0])], history)
        spent_ms.append((time.thread_time_ns() - began_ns) / 1e6)
    return spent_ms[WARM_PLANS:]


def _made_up(chance: random.Random, number: int) -> Specialist:
    resident_bytes = chance.randint(1, 40) * MIB
    footprint = Footprint(
        resident_bytes, 3 * resident_bytes, 2 * resident_bytes, chance.uniform(5, 300), 20.0
    )
    return Specialist(f"made-up-{number}", footprint, chance.choice(list(Patience)))
