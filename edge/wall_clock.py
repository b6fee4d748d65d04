"""What if the clock on the wall is set? It is noticed, and makes no day shorter or longer.

A board without a battery of its own wakes up in some other year and learns the time a minute later.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Final

CLOCK_SET_S: Final = 2.0
"""A wall's clock that moves by more against the machine's own was set by somebody."""
Clock = Callable[[], float]


def since_boot_s() -> float:
    """Return the machine's own time, which nobody can set; its sleep is counted."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class WallClock:
    """Notices when the clock on the wall is set."""

    def __init__(self, minus_machine_s: float) -> None:
        """Begin with what it said more than the machine's own time."""
        self._minus_machine_s = minus_machine_s

    def set_by_s(self) -> float:
        """Return by how much it was set since this was asked last; 0 if it was not."""
        set_by_s = time.time() - since_boot_s() - self._minus_machine_s
        if abs(set_by_s) <= CLOCK_SET_S:
            return 0.0
        self._minus_machine_s += set_by_s
        return set_by_s


class Today:
    """The day of the local calendar, for who counts by the day.

    It ends at the midnight that was ahead when it began, by the machine's own time: a clock that is
    set gives no day anew, and keeps none from ending. Who starts believes the clock.
    """

    def __init__(self, wall_s: Clock = time.time, machine_s: Clock = since_boot_s) -> None:
        self._wall_s, self._machine_s = wall_s, machine_s
        self._day, self._ends_s = date.min, float("-inf")

    def day(self) -> date:
        """Return it."""
        now_s = self._machine_s()
        if now_s >= self._ends_s:
            wall_s = self._wall_s()
            self._day = datetime.fromtimestamp(wall_s, UTC).astimezone().date()
            midnight = datetime.combine(self._day + timedelta(days=1), time_of_day()).astimezone()
            self._ends_s = now_s + midnight.timestamp() - wall_s
        return self._day
