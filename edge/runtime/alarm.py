"""When is it time to ring? A device lives by the clock on the wall, a file by its own.

Timers and reminders lie in the notes, so what was due while nobody ran rings soon after the start,
late, and says so. A clock that is set (a board without one of its own learns the time after the
start) moves what is due with it where a length of time was meant, and not where an hour was.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from edge.runtime.present import Present

LOOK_EVERY_S: Final = 60.0
"""While something is to ring: so a clock that was set is noticed."""
AFTER_START_S: Final = 10.0
"""What is late waits for the voice to be there, and no longer."""


class Alarm:
    """Calls `ring` with the moment of the wall's clock whenever something may be due."""

    def __init__(self, present: Present, ring: Callable[[float], None]) -> None:
        """Look at the errands that are in mind; `ring` rings those that are due."""
        self._present, self._ring = present, ring
        self._next: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Ring what is late by and by, also where nothing is heard or seen."""
        if self._present.mark == "live" and self._next is None:
            self._next = asyncio.get_running_loop().call_later(AFTER_START_S, self.ring)

    def ring(self) -> None:
        """Ring what is due; where a device is heard or seen, come back by itself for the rest."""
        present = self._present
        if present.mark != "live":
            if present.context.wall_at_zero_s is not None:
                self._ring(present.context.wall_s(present.context.now_ms))
            return
        present.follow_the_clock()
        self._ring(time.time())
        self.cancel()
        ringing = [each.due_s for each in present.context.errands if each.rings]
        if ringing:
            wait_s = max(0.0, min(min(ringing) - time.time(), LOOK_EVERY_S))
            self._next = asyncio.get_running_loop().call_later(wait_s, self.ring)

    def cancel(self) -> None:
        """Ring nothing more by itself."""
        if self._next:
            self._next.cancel()
