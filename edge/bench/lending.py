"""A sealed process that lends specialists to a day's requests: one half of `bench supervisor`.

The time between requests is skipped, the work is done: a clock of its own is moved on by the
processor time that each load and each run takes, as on a board with one core and nothing else to
do. So a busy machine changes no figure, and what is announced is really loaded meanwhile.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any, Final

import msgspec

from edge import footprints, seal
from edge.bench import trace
from edge.bench.least_recent import least_recent
from edge.bench.trace import Moment
from edge.chamber import heap, roster
from edge.chamber.foresight import IDLE_S, Foresight
from edge.chamber.handshake import made_up
from edge.chamber.residents import Residents
from edge.chamber.route import Request, Team, route
from edge.chamber.spec import Refusal, Spec, Unusable
from edge.chamber.supervisor import plan
from models import manifest

ASKS_FD, ANSWERS_FD = 0, 1
EVERYTHING: Final = 1 << 40
READY: Final = b"R"


class Told(msgspec.Struct):
    """What one moment came to."""

    errand: str
    latency_ms: float
    stall_ms: float
    answered: bool


class Sum(msgspec.Struct):
    """What the day came to."""

    loads: int
    unloads: int
    refused: dict[str, str]


POLICIES: Final = {"plan": plan, "lru": least_recent}


@dataclass
class Lender:
    """The specialists, the clock, and what has happened."""

    residents: Residents
    foresight: Foresight
    clock: "Clock"
    loading_until_s: float = 0.0
    """When the newest announced load was done."""

    def live(self, moment: Moment) -> list[Told]:
        """Do what a moment asks for; return each errand's outcome."""
        if moment.at_s > self.clock.now_s + IDLE_S:
            self._arrange(self.foresight.settle)
        self.clock.wait_until(moment.at_s)
        if moment.announced:
            teams = [self._team(Request(errand)) for errand in moment.errands]
            self._arrange(lambda: self.foresight.announce([n for team in teams for n in team]))
            return []
        waited_s = max(0.0, min(self.loading_until_s, self.clock.now_s) - moment.at_s)
        told = []
        for errand in moment.errands:
            stalled_s = self._stalled_s()
            team = self._answer(Request(errand), moment)
            stall_ms = 1000 * (waited_s + self._stalled_s() - stalled_s)
            latency_ms = 1000 * (self.clock.now_s - moment.at_s)
            told.append(Told(errand.name, latency_ms, stall_ms, bool(team)))
            waited_s = 0.0
            if team:
                told += self._again(Request(errand, team, moment.confidence), moment)
        return told

    def _again(self, request: Request, moment: Moment) -> list[Told]:
        """Ask somebody better, where there is one and the answer was not sure."""
        stalled_s, began_s = self._stalled_s(), self.clock.now_s
        if not self._answer(request, moment):
            return []
        stall_ms = 1000 * (self._stalled_s() - stalled_s)
        took_ms = 1000 * (self.clock.now_s - began_s)
        return [Told(f"{request.errand.name} AGAIN", took_ms, stall_ms, answered=True)]

    def _arrange(self, arrange: Callable[[], None]) -> None:
        """Load ahead of what comes; who comes in the middle of it must wait."""
        before = sum(account.loads for account in self.residents.accounts.values())
        with self.clock:
            arrange()
        if sum(account.loads for account in self.residents.accounts.values()) > before:
            self.loading_until_s = self.clock.now_s

    def _answer(self, request: Request, moment: Moment) -> Team:
        """Return who answered; nobody, if nobody can."""
        team = self._team(request)
        try:
            with self.clock, heap.kept():
                for name in team:
                    self._work(name, moment)
        except Unusable:
            return self._answer(request, moment)  # who is refused is left out
        return team

    def _work(self, name: str, moment: Moment) -> None:
        wanted = trace.work(name, moment)
        with self.residents.borrow(name) as session:
            feed = self._feed(name, wanted.sizes)
            for _ in range(wanted.times):
                session.run(None, feed)

    def _team(self, request: Request) -> Team:
        usable = {
            name: spec.specialist
            for name, spec in self.residents.specs.items()
            if name not in self.residents.refused
        }
        return route(request, self.residents.names, usable)

    def _feed(self, name: str, sizes: Mapping[str, int]) -> dict[str, Any]:
        file = self.residents.specs[name].file
        assert file.job
        return made_up(file, {**file.job.typical, **sizes})

    def _stalled_s(self) -> float:
        return sum(account.stalled_ms for account in self.residents.accounts.values()) / 1000


class Clock:
    """Moves on by waiting, and by the processor time that is spent `with` it."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._began_s: float | None = None

    @property
    def now_s(self) -> float:
        """The moment it is."""
        running_s = process_time() - self._began_s if self._began_s is not None else 0.0
        return self._now_s + running_s

    def wait_until(self, at_s: float) -> None:
        """Skip the time until then."""
        self._now_s = max(self._now_s, at_s)

    def __enter__(self) -> None:
        """Begin to work."""
        self._began_s = process_time()

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._now_s, self._began_s = self.now_s, None


def main() -> int:
    """Be born, walk around once, be sealed; then live a moment for each byte that comes."""
    arguments = _arguments()
    specs = shelved(arguments.names.split(","))
    tour(specs)
    seal.give_back_memory()
    keep = {ASKS_FD, ANSWERS_FD, 2, *(spec.descriptor for spec in specs)}
    seal.close_all_but(keep)
    seal.silence_stderr()
    seal.seal("chamber", writable_fds={ANSWERS_FD})
    os.write(ANSWERS_FD, READY)
    os.read(ASKS_FD, 1)
    clock = Clock()
    budget_bytes = arguments.budget_bytes or EVERYTHING
    policy = POLICIES[arguments.policy]
    residents = Residents(budget_bytes, specs, policy=policy, clock=lambda: clock.now_s)
    if not arguments.budget_bytes:
        for spec in specs:
            with residents.borrow(spec.specialist.name):
                pass
    lender = Lender(residents, Foresight(residents), clock)
    os.write(ANSWERS_FD, READY)
    for moment in trace.day():
        os.read(ASKS_FD, 1)
        _answer(lender.live(moment))
    os.read(ASKS_FD, 1)
    accounts = residents.accounts.values()
    loads, unloads = (sum(getattr(each, key) for each in accounts) for key in ("loads", "unloads"))
    refused = {name: refusal.sentence for name, refusal in residents.refused.items()}
    _answer(Sum(loads, unloads, refused))
    return 0


def shelved(names: Sequence[str]) -> list[Spec]:
    """Open the graphs of these specialists, and hash them."""
    entries = roster.entries(footprints.read())
    specs = []
    for name in names:
        entry = entries[name]
        receipt = manifest.receipt(entry.row.name)
        assert receipt
        size_bytes, _ = receipt.files[entry.file.name]
        descriptor = manifest.open_to_read(entry.row.name, entry.file.name)
        specs.append(Spec(entry.specialist, entry.file, descriptor, size_bytes))
    return specs


def tour(specs: Sequence[Spec]) -> None:
    """Load, run and unload each once, so that the runtime's own code is there before all counts."""
    for spec in specs:
        session = spec.load()
        assert not isinstance(session, Refusal), session
        assert spec.file.job
        session.run(None, made_up(spec.file, spec.file.job.typical))
        del session
        seal.give_back_memory()


def _answer(answer: object) -> None:
    content = msgspec.json.encode(answer)
    os.write(ANSWERS_FD, len(content).to_bytes(4, "little") + content)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.bench.lending")
    parser.add_argument("--names", required=True)
    parser.add_argument("--budget-bytes", type=int, required=True)
    parser.add_argument("--policy", choices=sorted(POLICIES), default="plan")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
