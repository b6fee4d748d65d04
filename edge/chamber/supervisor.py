"""Who may be in memory, and who makes room for whom? Pure: no model, no clock, no file in here.

Many small specialists share one piece of memory. `plan` says who is loaded and who leaves, so that
at no moment, not even in the middle of a load, more is held than the budget. Who leaves is decided
by what coming back would cost: time to load, over the wait until it is wanted again, per byte that
leaving frees. What is announced before it is needed (a recogniser, by the first syllable) costs
little: it is loaded meanwhile. Which team a request needs at all is `edge/chamber/route.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from edge.chamber.specialist import (
    MIB,
    SHORTEST_WAIT_S,
    UNKNOWN_WAIT_S,
    URGENCY,
    Cause,
    History,
    Load,
    Patience,
    Refuse,
    Resident,
    Specialist,
    State,
    Step,
    Unload,
    Use,
    Want,
)


def plan(
    budget_bytes: int,
    resident: Mapping[str, Resident],
    wanted: Sequence[Want],
    history: History,
) -> list[Step]:
    """Return what to do, in this order, so that the wanted can work, most urgent first.

    Who is wanted and gets neither a `Load` nor a `Refuse`, and is not resident, must wait until
    somebody's work ends. Nobody leaves who works, is being loaded, is pinned or is asked for. For
    what was only announced the less urgent leave, and of the others nobody whose return would cost
    more than it saves.
    """
    free_bytes = budget_bytes - sum([each.holds_bytes for each in resident.values()])
    room: _Room | None = None
    steps: list[Step] = []
    for want in _changes(wanted, resident):
        specialist, held = want.specialist, resident.get(want.specialist.name)
        if refused := refusal(specialist, budget_bytes, resident):
            steps.append(refused)
            continue
        footprint = specialist.footprint
        missing_bytes = (footprint.scratch_bytes if held else footprint.needs_bytes) - free_bytes
        if missing_bytes > 0:
            room = room or _Room(resident, wanted, history)
            leaving = room.make(missing_bytes, want)
            if not leaving and want.cause is Cause.ASKED:
                break  # the less urgent must not take what the more urgent waits for
            if not leaving:
                continue
            steps += [Unload(name, specialist.name) for name in leaving]
            free_bytes += sum(resident[n].specialist.footprint.resident_bytes for n in leaving)
        if not held:
            steps.append(Load(specialist.name, want.cause))
        free_bytes -= _will_hold_bytes(want, held)
    return steps


def refusal(
    specialist: Specialist, budget_bytes: int, resident: Mapping[str, Resident]
) -> Refuse | None:
    """Say why a specialist can never work, if so: alone with the pinned it is too large."""
    pinned_bytes = sum(
        [
            each.specialist.footprint.working_bytes
            for name, each in resident.items()
            if each.specialist.pinned and name != specialist.name
        ]
    )
    needs_bytes = specialist.footprint.needs_bytes
    if needs_bytes + pinned_bytes <= budget_bytes:
        return None
    beside = f" beside {_mb(pinned_bytes)} that stay" if pinned_bytes else ""
    return Refuse(
        specialist.name,
        f"{specialist.name} needs {_mb(needs_bytes)}{beside}, and the budget leaves "
        f"{_mb(budget_bytes)}; raise [memory] budget_mb",
    )


def _mb(count: int) -> str:
    return f"{count / MIB:.0f} MB"


def _urgency(want: Want) -> tuple[Cause, Patience, int, str]:
    """Return what to sort by: of equals first who takes most while it is loaded."""
    specialist = want.specialist
    return want.cause, specialist.patience, -specialist.footprint.needs_bytes, specialist.name


def _changes(wanted: Sequence[Want], resident: Mapping[str, Resident]) -> Iterator[Want]:
    """Yield whom something is to be done for, each once, the most urgent first."""
    decided: set[str] = set()
    for want in sorted(wanted, key=_urgency):
        name = want.specialist.name
        held = resident.get(name)
        has_to_work = held and held.state is State.AT_REST and want.cause is Cause.ASKED
        if name not in decided and (held is None or has_to_work):
            yield want
        decided.add(name)


def _will_hold_bytes(want: Want, held: Resident | None) -> int:
    """Return how much more will be held once it is loaded and, if it was asked for, works."""
    footprint = want.specialist.footprint
    if held:
        return footprint.scratch_bytes
    asked = want.cause is Cause.ASKED
    return footprint.working_bytes if asked else footprint.resident_bytes


def _gain(specialist: Specialist) -> float:
    """Return what a second is saved, at most, by loading what was announced."""
    soon_s = max(SHORTEST_WAIT_S, specialist.lead_ms / 1000)
    return URGENCY[specialist.patience] * specialist.footprint.load_ms / soon_s


class _Room:
    """Those who may leave, and what each one's leaving would cost a second."""

    def __init__(
        self,
        resident: Mapping[str, Resident],
        wanted: Sequence[Want],
        history: History,
    ) -> None:
        self._resident = resident
        asked = {want.specialist.name for want in wanted if want.cause is Cause.ASKED}
        announced = {
            want.specialist.name: _gain(want.specialist)
            for want in wanted
            if want.cause is Cause.ANNOUNCED
        }
        uses, now_s = history.uses, history.now_s
        never, at_rest = Use(now_s - UNKNOWN_WAIT_S), State.AT_REST
        self._queue: list[tuple[float, str, int]] = []
        """Cost a byte, name and bytes; the cheapest first."""
        for name, each in resident.items():
            specialist = each.specialist
            if each.state is not at_rest or specialist.pinned or name in asked:
                continue
            cost = specialist.reload_cost / uses.get(name, never).wait_s(now_s)
            size_bytes = each.holds_bytes
            if announced and name in announced:
                cost = max(cost, announced[name] / max(1, size_bytes))
            self._queue.append((cost, name, size_bytes))
        heapify(self._queue)

    def make(self, missing_bytes: int, want: Want) -> list[str]:
        """Return who leaves; nobody, if all together are not enough or cost more than is gained."""
        if want.cause is Cause.LIKELY:
            return []
        leaving: list[tuple[float, str, int]] = []
        freed_bytes = 0
        while freed_bytes < missing_bytes and self._queue:
            leaving.append(heappop(self._queue))
            freed_bytes += leaving[-1][2]
        for each in leaving[-2::-1]:  # whom the last, larger one made superfluous may stay
            if freed_bytes - each[2] >= missing_bytes:
                leaving.remove(each)
                freed_bytes -= each[2]
                heappush(self._queue, each)
        if freed_bytes < missing_bytes or not self._pays(leaving, want):
            for each in leaving:
                heappush(self._queue, each)
            return []
        return [name for _, name, _ in leaving]

    def _pays(self, leaving: Sequence[tuple[float, str, int]], want: Want) -> bool:
        """Say whether so much may be given up: for a request all, else only what is worth less."""
        if want.cause is Cause.ASKED:
            return True
        patience = want.specialist.patience
        lost = sum(
            cost * size_bytes
            for cost, name, size_bytes in leaving
            if self._resident[name].specialist.patience <= patience
        )
        return lost < _gain(want.specialist)
