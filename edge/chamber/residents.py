"""Who is in memory now? This carries out what `supervisor.plan` decides, and counts.

A specialist's file is opened before the seal and read when it is loaded; between two uses it may be
gone. Whoever uses one borrows it: the loan waits until there is room, and while it lasts nobody
takes the room away. Memory really goes back, for each unload is followed by a trim.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from queue import Empty, Full, Queue
from typing import Any, Final

import onnxruntime as ort

from edge import seal
from edge.chamber import handshake, onnx_session
from edge.chamber.specialist import (
    MIB,
    Cause,
    History,
    Load,
    Refuse,
    Resident,
    Specialist,
    State,
    Step,
    Unload,
    Use,
    Want,
    plannable_bytes,
)
from edge.chamber.supervisor import plan
from edge.messages import Lending, Lot
from edge.messages import Lent as Told
from models.manifest import File, ModelError, Tensor

TRIM_FROM_BYTES: Final = 8 * MIB
"""Work that takes so much leaves holes in the heap, which the next would add to."""

EXPECTED_S: Final = 30.0
"""No utterance is longer, so what speech announced has come by then, or was a false alarm."""
IDLE_S: Final = 0.5
"""So long after the last announcement, time is used to make ready."""
ANNOUNCEMENTS: Final = 8
WARM_SIZE: Final = 384
"""No side of an input is larger in a first run ahead of the real one; a multiple of 32."""
TELL_EVERY_S: Final = 300.0
"""A few hundred bytes: about one a second, and only where specialists come and go."""
MOST_TOLD: Final = 32
LOTS: Final = {
    Cause.ASKED: Lot.ASKED,
    Cause.ANNOUNCED: Lot.ANNOUNCED,
    Cause.LIKELY: Lot.LIKELY,
}
ROUNDS: Final = 3
"""Of planning for one announcement: who left for a load's peak may come back behind it."""

Policy = Callable[[int, Mapping[str, Resident], Sequence[Want], History], list[Step]]


class Unusable(ModelError, RuntimeError):
    """A specialist is too large for the budget, or its file is not what its row says."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A specialist, and where its graph is read from."""

    specialist: Specialist
    file: File
    descriptor: int
    size_bytes: int
    """Of the file as it was installed."""
    threads: int = 1

    def load(self) -> ort.InferenceSession | str:
        """Read the graph and make it ready; return a sentence if it is not what its row says."""
        content = os.pread(self.descriptor, self.size_bytes + 1, 0)
        if len(content) != self.size_bytes:
            return self._refusal(f"its file has not the {self.size_bytes:,} bytes it came with")
        try:
            made = onnx_session.loaded(content, self.threads)
        except onnx_session.BROKEN:
            return self._refusal("its file is no graph that can be run")
        how = handshake.difference(self.file, made)
        return self._refusal(how) if how else made

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

    def _refusal(self, how: str) -> str:
        return f"{self.specialist.name} is not used: {how}"


@dataclass(slots=True)
class Account:
    """What has become of one specialist so far."""

    hits: int = 0
    """Uses that found it in memory."""
    stalls: int = 0
    """Uses that had to wait for it."""
    stalled_ms: float = 0.0
    loads: int = 0
    loading_ms: float = 0.0
    unloads: int = 0
    lot: Lot = Lot.NOT_WANTED
    """The last decision about it."""
    for_whom: str = ""
    """Whom it left for."""


class Residents:
    """The specialists of one process and the memory that they share.

    Any thread may borrow; one at a time carries out a plan. The pinned are loaded at once and
    count as always at work, so that the gate never waits for anybody.
    """

    def __init__(
        self,
        budget_bytes: int,
        specs: Collection[Spec] = (),
        *,
        policy: Policy = plan,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.specs: dict[str, Spec] = {}
        self.accounts: dict[str, Account] = {}
        self.budget_bytes = budget_bytes
        self._policy, self._clock = policy, clock
        self._resident: dict[str, Resident] = {}
        self._sessions: dict[str, ort.InferenceSession] = {}
        self._uses: dict[str, Use] = {}
        self.refused: dict[str, str] = {}
        """Why, in a sentence. No error is kept: its traceback would keep what it was to look at."""
        self._changed = threading.Condition()
        self._expected: dict[str, float] = {}
        """Who was announced and has not been used since, and until when that is believed."""
        self._is_moving = False
        """Whether a thread carries out a plan."""
        self._leaving_bytes = 0
        self._inbox: Queue[Sequence[str]] = Queue(ANNOUNCEMENTS)
        for spec in specs:
            self.add(spec)

    def add(self, spec: Spec) -> None:
        """Take on one more specialist; a pinned one is loaded at once. Raises Unusable."""
        name = spec.specialist.name
        self.specs[name] = spec
        self.accounts[name] = Account()
        if spec.specialist.pinned:
            self._take(name)

    @property
    def names(self) -> frozenset[str]:
        """Who is in memory."""
        return frozenset(self._sessions)

    @contextmanager
    def borrow(self, name: str) -> Iterator[ort.InferenceSession]:
        """Lend a specialist, in memory and with room for its work.

        Raises Unusable. A borrower must not borrow another meanwhile.
        """
        session = self._take(name)
        try:
            yield session
        finally:
            self._return(name)

    def announce(self, names: Collection[str]) -> None:
        """Load whom something announced, as far as that pays and there is room."""
        now_s = self._clock()
        with self._changed:
            self._expected |= dict.fromkeys(names, now_s + EXPECTED_S)
        for _ in range(ROUNDS):
            if not self._arrange(Cause.ANNOUNCED):
                break

    def announce_soon(self, names: Sequence[str]) -> None:
        """Have the loading thread announce; a full queue means that it is late anyway."""
        with suppress(Full):
            self._inbox.put_nowait(names)

    def load_ahead(self, tell: Callable[[Lending], None]) -> None:
        """Load what is announced, and use idle time; for a thread of its own, without end."""
        is_settled = False
        told_s = self._clock()
        while True:
            try:
                names = self._inbox.get(timeout=None if is_settled else IDLE_S)
            except Empty:
                self.settle()
                is_settled = True
                if self._clock() - told_s > TELL_EVERY_S:
                    told_s = self._clock()
                    tell(self.lending())
                continue
            self.announce(names)
            is_settled = False

    def settle(self) -> None:
        """Use idle time: bring back who was announced, then whoever else there is room for."""
        self._arrange(Cause.ANNOUNCED, Cause.LIKELY)

    def _arrange(self, *causes: Cause) -> bool:
        """Say whether anything changed."""
        with self._changed:
            while self._is_moving:
                self._changed.wait()
            history = self._history()
            self._expected = {n: s for n, s in self._expected.items() if s > history.now_s}
            wanted = [
                Want(spec.specialist, cause)
                for cause in causes
                for name, spec in self.specs.items()
                if name not in self.refused and (cause is Cause.LIKELY or name in self._expected)
            ]
            steps = self._policy(self._for_plans, self._resident, wanted, history)
            leaving = self._begin(steps)
        self._carry_out(steps, leaving)
        return bool(steps)

    def lending(self) -> Lending:
        """Return how things stand."""
        with self._changed:
            names = list(self.specs)[:MOST_TOLD]
            lent = tuple(self._told(name, names) for name in names)
        return Lending(self.budget_bytes // MIB, lent)

    def _told(self, name: str, names: Sequence[str]) -> Told:
        account = self.accounts[name]
        whom = names.index(account.for_whom) if account.for_whom in names else -1
        stalled_ms = round(account.stalled_ms)
        is_resident = name in self._sessions
        uses = account.hits, account.stalls, stalled_ms, account.loads
        return Told(name, is_resident, account.lot, whom, *uses)

    # --- lending ---------------------------------------------------------------------------------

    def _take(self, name: str) -> ort.InferenceSession:
        began_s = self._clock()
        found = name in self._sessions
        want = Want(self.specs[name].specialist)
        while True:
            with self._changed:
                if name in self.refused:
                    raise Unusable(self.refused[name])
                if self._lend(name):
                    self._note_use(name, began_s, found=found)
                    return self._sessions[name]
                if self._is_moving:
                    self._changed.wait()
                    continue
                steps = self._policy(self._for_plans, self._resident, [want], self._history())
                if not steps:
                    self._changed.wait()
                leaving = self._begin(steps)
            self._carry_out(steps, leaving)

    def _lend(self, name: str) -> bool:
        """Put it to work, if it is in memory and there is room for that."""
        held = self._resident.get(name)
        if held is None or held.state is State.LOADING:
            return False
        if held.state is State.AT_WORK:
            return held.specialist.pinned
        holds_bytes = sum([each.holds_bytes for each in self._resident.values()])
        scratch_bytes = held.specialist.footprint.scratch_bytes
        if holds_bytes + self._leaving_bytes + scratch_bytes > self._for_plans:
            return False
        self._resident[name] = replace(held, state=State.AT_WORK)
        return True

    def _return(self, name: str) -> None:
        specialist = self.specs[name].specialist
        if specialist.footprint.scratch_bytes >= TRIM_FROM_BYTES:
            seal.give_back_memory()
        if not specialist.pinned:
            with self._changed:
                self._resident[name] = Resident(specialist)
                self._changed.notify_all()

    def _note_use(self, name: str, began_s: float, *, found: bool) -> None:
        now_s = self._clock()
        account = self.accounts[name]
        account.hits += found
        account.stalls += not found
        account.stalled_ms += 0.0 if found else 1000 * (now_s - began_s)
        self._expected.pop(name, None)
        known = self._uses.get(name)
        self._uses[name] = known.again(now_s) if known else Use(now_s)

    def _history(self) -> History:
        return History(self._clock(), self._uses)

    @property
    def _for_plans(self) -> int:
        return plannable_bytes(self.budget_bytes)

    # --- loading and unloading -------------------------------------------------------------------

    def _begin(self, steps: Sequence[Step]) -> dict[str, ort.InferenceSession]:
        """Write a plan into the books, at the moment at which it was made; return who leaves."""
        leaving = {}
        for step in steps:
            self._is_moving = True
            specialist = self.specs[step.name].specialist
            if isinstance(step, Unload):
                leaving[step.name] = self._sessions.pop(step.name)
                del self._resident[step.name]
                self._leaving_bytes += specialist.footprint.resident_bytes
                self.accounts[step.name].unloads += 1
            elif isinstance(step, Refuse):
                self.refused[step.name] = step.why
            else:
                self._resident[step.name] = Resident(specialist, State.LOADING)
            self._note(step)
        return leaving

    def _note(self, step: Step) -> None:
        account = self.accounts[step.name]
        if isinstance(step, Load):
            account.lot, account.for_whom = LOTS[step.cause], ""
        elif isinstance(step, Unload):
            account.lot, account.for_whom = Lot.MADE_ROOM, step.for_whom
        else:
            account.lot = Lot.DECLINED

    def _carry_out(self, steps: Sequence[Step], leaving: dict[str, ort.InferenceSession]) -> None:
        """Do what was planned, one after the other."""
        if not steps:
            return
        leaving.clear()
        seal.give_back_memory()
        with self._changed:
            self._leaving_bytes = 0
        try:
            for step in steps:
                if isinstance(step, Load):
                    self._load(step)
        finally:
            with self._changed:
                for name in self._resident.keys() - self._sessions.keys():
                    del self._resident[name]  # a load failed
                self._is_moving = False
                self._changed.notify_all()

    def _load(self, step: Load) -> None:
        name = step.name
        spec, account = self.specs[name], self.accounts[name]
        began_s = time.perf_counter()
        session = spec.load()
        if isinstance(session, str):
            self.refused[name] = session
            account.lot = Lot.DECLINED
            return
        if step.cause is not Cause.ASKED:
            session.run(None, spec.warm_up)
        seal.give_back_memory()
        account.loads += 1
        account.loading_ms += 1000 * (time.perf_counter() - began_s)
        state = State.AT_WORK if spec.specialist.pinned else State.AT_REST
        with self._changed:
            self._sessions[name] = session
            self._resident[name] = Resident(spec.specialist, state)


class Lent:
    """What stands where a session would: in memory when it runs, and perhaps not between."""

    def __init__(self, name: str, residents: Residents) -> None:
        self._name, self._residents = name, residents

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Run it; raise Unusable if it cannot be had."""
        with self._residents.borrow(self._name) as session:
            ran: list[Any] = session.run(output_names, input_feed)
        return ran

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
