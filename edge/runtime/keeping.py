"""What do notes need while they are written? The medium within a second, and a look every hour.

An hour's look: what has expired is forgotten by night, and a copy is made once a day. No timer runs
while nothing was written.
"""

import asyncio
import time
from typing import Final

from edge.notes import NotesUnwritable, opening
from edge.runtime.present import Present

SYNCED_WITHIN_S: Final = 0.8
LOOK_EVERY_S: Final = 3600.0
NIGHT_HOURS: Final = range(2, 6)
"""By the clock on the wall: forgetting takes a second a 100,000 notes."""
DUE_AFTER_S: Final = 20 * 3600.0


class Keeping:
    """The timers of one runtime's notes."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._is_soon = False

    def begin(self) -> None:
        """Forget what was left to be forgotten or expired, and look after the notes from now on."""
        if self._present.notes.has_wishes():
            self._present.forget_wishes()
        self._expire()
        self._look()

    def written(self) -> None:
        """Know that something may have been written."""
        if self._present.notes.unsynced and not self._is_soon:
            self._is_soon = True
            asyncio.get_running_loop().call_later(SYNCED_WITHIN_S, self._sync)

    def _sync(self) -> None:
        """Bring it to the medium, in a thread: a memory card may take its time."""
        self._is_soon = False
        notes = self._present.notes
        if notes.unsynced:
            notes.unsynced = False
            asyncio.get_running_loop().run_in_executor(None, notes.flush)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(LOOK_EVERY_S, self._look)
        now_s = time.time()
        is_night = time.localtime(now_s).tm_hour in NIGHT_HOURS
        notes = self._present.notes
        if is_night and not 0 <= now_s - notes.fact("looked_at_s") < DUE_AFTER_S:
            self._expire()
        if opening.is_copy_due(notes, now_s):
            loop.run_in_executor(None, notes.make_copy).add_done_callback(self._copied)

    def _copied(self, copying: "asyncio.Future[None]") -> None:
        error = None if copying.cancelled() else copying.exception()
        if isinstance(error, OSError):
            self._present.tell(f"there is no copy of today's notes: {error}")

    def _expire(self) -> None:
        try:
            self._present.expire(time.time())
        except NotesUnwritable as error:
            self._present.tell(str(error))
