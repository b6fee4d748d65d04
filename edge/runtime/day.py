"""Which day does the budget count for, what of it is spent, and who is told?

The day is the wearer's, by the local calendar, and its count is the ledger's: it outlives this
process, the run and the machine. A file has days of its own clock, which count for nobody else.
"""

from typing import Final

from edge.budget import Spent, spent
from edge.ledger import days as ledger_days
from edge.messages import Allowance
from edge.runtime.border import Border
from edge.runtime.present import Present, Show
from edge.wall_clock import Today

HURRIED_FROM: Final = 0.8
CALM_BELOW: Final = 0.5
"""Shares of what may leave at once between which a person is not told anything new."""


class Day:
    """The day of a border's budget."""

    def __init__(self, border: Border, present: Present, show: Show) -> None:
        """Begin with what has left on this day so far."""
        self._border, self._present, self._show = border, present, show
        self._number = -1
        self._today = Today()
        self._said = Spent.LITTLE
        self._is_hurried = False
        self.keep(0)

    def keep(self, file_day: int) -> None:
        """Begin a new day if there is one; `file_day` is that of the files' own clock."""
        if self._present.mark == "live":
            today = self._today.day()
            if today.toordinal() != self._number:
                left_bytes = ledger_days.left_on(self._present.ledger.path, today)
                self._begin(today.toordinal(), left_bytes)
        elif file_day > self._number:
            is_first = self._number < 0
            self._begin(file_day, self._present.entered.left_chamber_bytes if is_first else 0)

    def count(self, lost_bytes: int) -> None:
        """Count what left without passing the border."""
        self._border.begin_day(self._border.budget.spent_bytes + lost_bytes)
        self.look()
        self.say()

    def say(self) -> None:
        """Tell the chamber, by way of the launcher, what may still leave."""
        self._show(Allowance(self._border.budget.day_left_bytes))

    def look(self) -> None:
        """Tell a person when more, or less, of the budget is spent than before."""
        budget = self._border.budget
        now = spent(budget.day_share)
        size = f"{budget.day_bytes / 1024:.0f} KiB"
        if now is not self._said:
            self._said = now
            self._present.tell(
                {
                    Spent.LITTLE: "a new day has begun: sights and sounds pass as ever",
                    Spent.MUCH: f"80 % of today's {size} have left the chamber: "
                    "sights are thinned out",
                    Spent.ALL: f"all of today's {size} have left the chamber: "
                    "only requests to me pass until midnight",
                }[now]
            )
        self._look_at_the_rate(budget.burst_share)

    def _look_at_the_rate(self, share: float) -> None:
        """On a device; a file's clock comes in leaps."""
        if self._present.mark == "live" and not self._is_hurried and share >= HURRIED_FROM:
            self._is_hurried = True
            self._present.tell("much is going on at once: sights are thinned out for a while")
        elif share < CALM_BELOW:
            self._is_hurried = False

    def _begin(self, number: int, spent_bytes: int) -> None:
        self._number = number
        self._border.begin_day(spent_bytes)
        self.look()
        self.say()
