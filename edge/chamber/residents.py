"""Who is in memory now? This carries out what `supervisor.plan` decides.

A specialist's file is opened before the seal and read when it is loaded; between two uses it may be
gone. Whoever uses one borrows it: the loan waits until there is room, and while it lasts nobody
takes the room away. Memory really goes back, for each unload is followed by a trim. Without a
budget everybody stays. Who cannot be used is refused with a sentence, and the rest goes on.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import onnxruntime as ort

from edge import seal
from edge.chamber import heap
from edge.chamber.accounts import Account, Accounts
from edge.chamber.spec import Refusal, Spec, Unusable
from edge.chamber.specialist import (
    MIB,
    Cause,
    History,
    Load,
    Refuse,
    Resident,
    State,
    Step,
    Unload,
    Use,
    Want,
    plannable_bytes,
)
from edge.chamber.supervisor import plan
from edge.chamber.watch import Watch
from edge.messages import Lending, Lot

TRIM_FROM_BYTES: Final = 8 * MIB
"""Work that takes so much leaves holes in the heap, which the next would add to."""
EVERYTHING_BYTES: Final = 1 << 62
"""What plans may use where there is no budget."""

Policy = Callable[[int, Mapping[str, Resident], Sequence[Want], History], list[Step]]


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
        """Share so many bytes; 0 means that everybody stays."""
        self.specs: dict[str, Spec] = {}
        self.accounts = Accounts()
        self.budget_bytes = budget_bytes
        self.watch = Watch()
        self.tell: Callable[[Lending], None] = lambda _: None
        """Is told how things stand when somebody is refused."""
        self.clock = clock
        self._policy = policy
        self._resident: dict[str, Resident] = {}
        self._sessions: dict[str, ort.InferenceSession] = {}
        self._staying: dict[str, ort.InferenceSession] = {}
        """Those that need not be borrowed."""
        self._uses: dict[str, Use] = {}
        self.refused: dict[str, Refusal] = {}
        """No error is kept: its traceback would keep what it was to look at."""
        self._changed = threading.Condition()
        self._is_moving = False
        """Whether a thread carries out a plan."""
        self._leaving_bytes = 0
        for spec in specs:
            self.add(spec)

    def add(self, spec: Spec) -> None:
        """Take on one more specialist; a pinned one is loaded at once. Raises Unusable."""
        name = spec.specialist.name
        if name in self.refused:
            raise Unusable(name, self.refused[name])
        self.specs[name] = spec
        self.accounts[name] = Account()
        if spec.specialist.pinned:
            self._take(name)

    @property
    def is_shared(self) -> bool:
        """Whether there is a budget, so that specialists come and go."""
        return self.budget_bytes > 0

    @property
    def names(self) -> frozenset[str]:
        """Who is in memory."""
        return frozenset(self._sessions)

    def run(
        self, name: str, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]
    ) -> list[Any]:
        """Let a specialist work. Raises Unusable, also if it fails or does not answer in time."""
        if session := self._staying.get(name):
            return self._work(name, session, output_names, input_feed)
        with self.borrow(name) as session:
            return self._work(name, session, output_names, input_feed)

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

    def refuse(self, name: str, refusal: Refusal) -> None:
        """Use a specialist no more."""
        with self._changed:
            self._forget(name, refusal)
            self._changed.notify_all()
        self.tell(self.lending())

    def grow(self, budget_bytes: int) -> None:
        """Share more than before, from now on."""
        with self._changed:
            self.budget_bytes = max(self.budget_bytes, budget_bytes)
            self._changed.notify_all()

    def lending(self) -> Lending:
        """Return how things stand."""
        with self._changed:
            return self.accounts.told(self.budget_bytes, self._sessions)

    def arrange(self, wanted_now: Callable[[History], list[Want]]) -> bool:
        """Do what a plan says for those that are wanted ahead; say whether that was anything."""
        with self._changed:
            while self._is_moving:
                self._changed.wait()
            history = self._history()
            wanted = [w for w in wanted_now(history) if w.specialist.name not in self.refused]
            steps = self._policy(self._for_plans, self._resident, wanted, history)
            leaving = self._begin(steps)
        self._carry_out(steps, leaving)
        return bool(steps)

    # --- lending ---------------------------------------------------------------------------------

    def _work(
        self,
        name: str,
        session: ort.InferenceSession,
        output_names: Sequence[str] | None,
        input_feed: Mapping[str, Any],
    ) -> list[Any]:
        result = self.watch.run(self.specs[name], session, output_names, input_feed)
        if isinstance(result, Refusal):
            self.refuse(name, result)
            raise Unusable(name, result)
        return result

    def _take(self, name: str) -> ort.InferenceSession:
        began_s = self.clock()
        found = name in self._sessions
        want = Want(self.specs[name].specialist)
        while True:
            with self._changed:
                if name in self.refused:
                    raise Unusable(name, self.refused[name])
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
        if self.is_shared and specialist.footprint.scratch_bytes >= TRIM_FROM_BYTES:
            seal.give_back_memory()
        with self._changed:
            if name in self._resident and not specialist.pinned:
                self._resident[name] = Resident(specialist)
                self._changed.notify_all()

    def _note_use(self, name: str, began_s: float, *, found: bool) -> None:
        now_s = self.clock()
        self.accounts[name].used(1000 * (now_s - began_s), found=found)
        known = self._uses.get(name)
        self._uses[name] = known.again(now_s) if known else Use(now_s)

    def _history(self) -> History:
        return History(self.clock(), self._uses)

    @property
    def _for_plans(self) -> int:
        return plannable_bytes(self.budget_bytes) if self.is_shared else EVERYTHING_BYTES

    # --- loading and unloading -------------------------------------------------------------------

    def _begin(self, steps: Sequence[Step]) -> dict[str, ort.InferenceSession]:
        """Write a plan into the books, at the moment at which it was made; return who leaves."""
        leaving = {}
        for step in steps:
            self._is_moving = True
            specialist = self.specs[step.name].specialist
            self.accounts[step.name].decided(step)
            if isinstance(step, Unload):
                leaving[step.name] = self._sessions.pop(step.name)
                del self._resident[step.name]
                self._leaving_bytes += specialist.footprint.resident_bytes
            elif isinstance(step, Load):
                self._resident[step.name] = Resident(specialist, State.LOADING)
        return leaving

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
                elif isinstance(step, Refuse):
                    self.refuse(step.name, Refusal(Lot.DECLINED, step.why))
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
        with heap.returned():
            session = spec.load()
        if isinstance(session, Refusal):
            self.refuse(name, session)
            return
        if step.cause is not Cause.ASKED:
            result = self.watch.run(spec, session, None, spec.warm_up)
            if isinstance(result, Refusal):
                self.refuse(name, result)
                return
        seal.give_back_memory()
        account.loads += 1
        account.loading_ms += 1000 * (time.perf_counter() - began_s)
        state = State.AT_WORK if spec.specialist.pinned else State.AT_REST
        with self._changed:
            self._sessions[name] = session
            self._resident[name] = Resident(spec.specialist, state)
            if spec.specialist.pinned or not self.is_shared:
                self._staying[name] = session

    def _forget(self, name: str, refusal: Refusal) -> None:
        self.refused[name] = refusal
        self.accounts.setdefault(name, Account()).lot = refusal.lot
        for place in (self._sessions, self._staying, self._resident):
            place.pop(name, None)
