"""Who is loaded before it is asked for? Whom something announced, and then whoever has room."""

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Final

from edge.chamber.residents import Residents
from edge.chamber.specialist import UNKNOWN_WAIT_S, Cause, History, Use, Want
from edge.messages import Lending

EXPECTED_S: Final = 30.0
"""No utterance is longer, so what speech announced has come by then, or was a false alarm."""
ROUNDS: Final = 3
"""Of planning for one announcement: who left for a load's peak may come back behind it."""
IDLE_S: Final = 0.5
"""So long after the last announcement, time is used to make ready."""
ANNOUNCEMENTS: Final = 8
TELL_EVERY_S: Final = 300.0
"""A few hundred bytes: about one a second, and only where specialists come and go."""


class Foresight:
    """Takes announcements on any thread, and loads on one of its own."""

    def __init__(self, residents: Residents) -> None:
        self._residents = residents
        self._announced_s: dict[str, float] = {}
        """Who was announced, and when that was last."""
        self._lock = threading.Lock()
        self._inbox: Queue[Sequence[str]] = Queue(ANNOUNCEMENTS)

    def announce_soon(self, names: Sequence[str]) -> None:
        """Have the loading thread announce these; a full queue means that it is late anyway."""
        with suppress(Full):
            self._inbox.put_nowait(names)

    def announce(self, names: Collection[str]) -> None:
        """Load whom something announced, as far as that pays and there is room."""
        with self._lock:
            self._announced_s |= dict.fromkeys(names, self._residents.clock())
        for _ in range(ROUNDS):
            if not self._residents.arrange(self._expected):
                break

    def settle(self) -> None:
        """Use idle time: bring back who was announced, then whoever else there is room for."""
        self._residents.arrange(lambda history: self._expected(history) + self._likely())

    def load(self, tell: Callable[[Lending], None]) -> None:
        """Load what is announced, and use idle time; for a thread of its own, without end."""
        residents = self._residents
        is_settled = False
        told_s = residents.clock()
        while True:
            try:
                names = self._inbox.get(timeout=None if is_settled else IDLE_S)
            except Empty:
                self.settle()
                is_settled = True
                if residents.clock() - told_s > TELL_EVERY_S:
                    told_s = residents.clock()
                    tell(residents.lending())
                continue
            self.announce(names)
            is_settled = False

    def _expected(self, history: History) -> list[Want]:
        """Return who was announced a while ago at most, and has not been used since."""
        never = Use(-UNKNOWN_WAIT_S)
        with self._lock:
            self._announced_s = {
                name: at_s
                for name, at_s in self._announced_s.items()
                if at_s + EXPECTED_S > history.now_s and history.uses.get(name, never).last_s < at_s
            }
            names = list(self._announced_s)
        specs = self._residents.specs
        return [Want(specs[name].specialist, Cause.ANNOUNCED) for name in names]

    def _likely(self) -> list[Want]:
        specs = list(self._residents.specs.values())
        return [Want(spec.specialist, Cause.LIKELY) for spec in specs]
