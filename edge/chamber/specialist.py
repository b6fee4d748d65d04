"""What a specialist takes, how long its answer may take, and what may happen to it: nouns only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Final

MIB: Final = 1 << 20
SLACK_BYTES: Final = 6 * MIB
SLACK_SHARE: Final = 32
"""Of a budget 6 MB and a 32nd are kept free of plans: the heap between the blocks that are counted.
At 192 MB, 9 MB were 1 MB too little."""
UNKNOWN_WAIT_S: Final = 3600.0
"""Until something is wanted again that was wanted once, or never."""
SHORTEST_WAIT_S: Final = 1.0
WORK_SHARE: Final = 0.1
"""Loading what was announced in time keeps nobody waiting, but it is work: this share of it."""


LEAST_DEADLINE_S: Final = 10.0
"""Nobody is given up sooner: a board that swaps, or is busy, is not a hung one."""


def plannable_bytes(budget_bytes: int) -> int:
    """Return how much of a budget plans may use."""
    return budget_bytes - SLACK_BYTES - budget_bytes // SLACK_SHARE


class Patience(IntEnum):
    """How long its answer may take; the lower, the sooner."""

    NOW = 0
    """Speech: somebody waits for the answer."""
    SOON = 1
    """Sight: what is in front of the camera will still be there in a moment."""
    WHENEVER = 2
    """Memory: nobody waits."""


URGENCY: Final = MappingProxyType({Patience.NOW: 4.0, Patience.SOON: 2.0, Patience.WHENEVER: 1.0})
"""What a second of waiting costs."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a specialist takes on this device."""

    resident_bytes: int
    """Held at rest."""
    loading_bytes: int
    """Held at most while it is loaded: the file and the session together."""
    working_bytes: int
    """Held at most while it works, what it holds at rest included."""
    load_ms: float
    run_ms: float

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        assert 0 <= self.resident_bytes <= min(self.loading_bytes, self.working_bytes)

    @property
    def needs_bytes(self) -> int:
        """What must be free for it to be loaded and to work."""
        return max(self.loading_bytes, self.working_bytes)

    @property
    def scratch_bytes(self) -> int:
        """What its work takes beside what it holds."""
        return self.working_bytes - self.resident_bytes


@dataclass(frozen=True, slots=True)
class Specialist:
    """One small model with one job."""

    name: str
    footprint: Footprint
    patience: Patience = Patience.SOON
    pinned: bool = False
    """It never leaves: the gate that decides whether anybody else is needed."""
    lead_ms: float = 0.0
    """How long before its use something announces it; 0 where nothing does."""
    deadline_s: float = LEAST_DEADLINE_S
    """A run that takes longer has hung."""
    reload_cost: float = field(init=False)
    """What it costs to have it back, per byte that its leaving frees."""

    def __post_init__(self) -> None:
        """Work out what never changes."""
        load_ms = self.footprint.load_ms
        waiting_ms = max(0.0, load_ms - self.lead_ms) + WORK_SHARE * load_ms
        cost = URGENCY[self.patience] * waiting_ms / max(1, self.footprint.resident_bytes)
        object.__setattr__(self, "reload_cost", cost)


class State(IntEnum):
    """What a resident specialist does."""

    AT_REST = 0
    AT_WORK = 1
    LOADING = 2


@dataclass(frozen=True, slots=True)
class Resident:
    """A specialist in memory."""

    specialist: Specialist
    state: State = State.AT_REST
    holds_bytes: int = field(init=False)
    """What it may hold at this moment."""

    def __post_init__(self) -> None:
        """Work out what is asked of each at every plan."""
        footprint = self.specialist.footprint
        holds_bytes = footprint.resident_bytes
        if self.state is not State.AT_REST:
            is_working = self.state is State.AT_WORK
            holds_bytes = footprint.working_bytes if is_working else footprint.needs_bytes
        object.__setattr__(self, "holds_bytes", holds_bytes)


@dataclass(frozen=True, slots=True)
class Use:
    """How often a specialist has been wanted."""

    last_s: float
    gap_s: float = UNKNOWN_WAIT_S
    """Usual time from one use to the next."""

    def again(self, now_s: float) -> "Use":
        """Return what is known after one more use; a burst of uses is one habit."""
        gap_s = max(SHORTEST_WAIT_S, now_s - self.last_s)
        return Use(now_s, gap_s if self.gap_s == UNKNOWN_WAIT_S else (self.gap_s + gap_s) / 2)

    def wait_s(self, now_s: float) -> float:
        """Return how long from now until it is wanted again; the overdue are waited for longer."""
        # Asked of each specialist at every plan, where `max` would be half of the work.
        waited_s = now_s - self.last_s
        wait_s = waited_s if waited_s > self.gap_s else self.gap_s  # noqa: FURB136 (see above)
        return wait_s if wait_s > SHORTEST_WAIT_S else SHORTEST_WAIT_S  # noqa: FURB136 (see above)


@dataclass(frozen=True, slots=True)
class History:
    """What has been wanted, and when it is now."""

    now_s: float
    uses: Mapping[str, Use] = field(default_factory=dict)


class Cause(IntEnum):
    """Why a specialist is wanted; the lower, the stronger."""

    ASKED = 0
    """It is to work now."""
    ANNOUNCED = 1
    """Something began that ends with its work: speech, for a recogniser."""
    LIKELY = 2
    """Nothing else is to be done, and there may be room: it takes nobody's place."""


@dataclass(frozen=True, slots=True)
class Want:
    """A specialist that somebody wants in memory."""

    specialist: Specialist
    cause: Cause = Cause.ASKED


@dataclass(frozen=True, slots=True)
class Load:
    """Bring it into memory."""

    name: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Unload:
    """Let it go."""

    name: str
    for_whom: str
    """Empty where nobody takes its place."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """It can never work under this budget."""

    name: str
    why: str
    """One sentence for a person."""


Step = Load | Unload | Refuse
