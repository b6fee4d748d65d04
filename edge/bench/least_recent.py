"""What do model servers do with the same memory? The baseline of `bench supervisor`; pure.

Load when asked, unload what has been idle for so long, and for room the least recently used. They
know nothing of what comes next, of what a load costs, or of who is waited for.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from edge.chamber.specialist import (
    UNKNOWN_WAIT_S,
    Cause,
    History,
    Load,
    Resident,
    State,
    Step,
    Unload,
    Use,
    Want,
)
from edge.chamber.supervisor import refusal

TIME_OUT_S: Final = 300.0
"""Ollama's; llama-swap's users set the like."""


def least_recent(
    budget_bytes: int,
    resident: Mapping[str, Resident],
    wanted: Sequence[Want],
    history: History,
) -> list[Step]:
    """Return steps as `supervisor.plan` does, and keep within the budget as it does."""
    asked = [want.specialist for want in wanted if want.cause is Cause.ASKED]
    idle = _idle(resident, [specialist.name for specialist in asked], history)
    steps: list[Step] = [
        Unload(name, "") for name, last_s in idle.items() if history.now_s - last_s > TIME_OUT_S
    ]
    gone_bytes = sum(_holds(resident, step.name) for step in steps)
    may_leave = [name for name in idle if name not in {step.name for step in steps}]
    free_bytes = budget_bytes - sum(each.holds_bytes for each in resident.values()) + gone_bytes
    for specialist in asked:
        held = resident.get(specialist.name)
        if held and held.state is not State.AT_REST:
            continue
        if refused := refusal(specialist, budget_bytes, resident):
            steps.append(refused)
            continue
        footprint = specialist.footprint
        missing_bytes = footprint.scratch_bytes if held else footprint.needs_bytes
        while missing_bytes > free_bytes and may_leave:
            steps.append(Unload(may_leave[0], specialist.name))
            free_bytes += _holds(resident, may_leave.pop(0))
        if not held:
            steps.append(Load(specialist.name, Cause.ASKED))
    return steps


def _idle(
    resident: Mapping[str, Resident], asked: Sequence[str], history: History
) -> dict[str, float]:
    """Return who may leave and when it was last used, the longest ago first."""
    never = Use(history.now_s - UNKNOWN_WAIT_S)
    last_s = {
        name: history.uses.get(name, never).last_s
        for name, each in resident.items()
        if each.state is State.AT_REST and name not in asked
    }
    return dict(sorted(last_s.items(), key=lambda item: item[1]))


def _holds(resident: Mapping[str, Resident], name: str) -> int:
    return resident[name].specialist.footprint.resident_bytes
