"""What has become of each specialist so far? Counted here, and told as one message."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from edge.chamber.specialist import MIB, Cause, Load, Step, Unload
from edge.messages import Lending, Lent, Lot

MOST_TOLD: Final = 32
LOTS: Final = {
    Cause.ASKED: Lot.ASKED,
    Cause.ANNOUNCED: Lot.ANNOUNCED,
    Cause.LIKELY: Lot.LIKELY,
}


@dataclass(slots=True)
class Account:
    """What has become of one specialist so far."""

    hits: int = 0
    """Uses that found it in memory; not counted of who always stays."""
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

    def decided(self, step: Step) -> None:
        """Note the step that a plan has for it."""
        self.for_whom = ""
        if isinstance(step, Load):
            self.lot = LOTS[step.cause]
        elif isinstance(step, Unload):
            self.lot, self.for_whom = Lot.MADE_ROOM, step.for_whom
            self.unloads += 1

    def used(self, waited_ms: float, *, found: bool) -> None:
        """Count a use that found it in memory, or waited for it."""
        self.hits += found
        self.stalls += not found
        self.stalled_ms += 0.0 if found else waited_ms


class Accounts(dict[str, Account]):
    """The account of each specialist, by name, in the order of their coming."""

    def told(self, budget_bytes: int, resident: Collection[str]) -> Lending:
        """Return how things stand."""
        names = list(self)[:MOST_TOLD]
        lent = tuple(self._told(name, names, resident) for name in names)
        return Lending(budget_bytes // MIB, lent)

    def _told(self, name: str, names: list[str], resident: Collection[str]) -> Lent:
        account = self[name]
        whom = names.index(account.for_whom) if account.for_whom in names else -1
        uses = account.hits, account.stalls, round(account.stalled_ms), account.loads
        return Lent(name, name in resident, account.lot, whom, *uses)
