"""When are notes looked back on? In quiet minutes, before too much is in mind, and at the end.

What then takes their place in mind is few words of each stretch (`edge/digest/`). Which notes were
looked back on stands in the notes themselves: an episode rests on them. So a kill -9 costs nothing,
and what is left of a stretch of which something was forgotten is looked back on again.
"""

import asyncio
import time
from typing import Final

from edge.context import KEPT_HEARD, KEPT_SEEN, without_notes
from edge.digest.compaction import compacted
from edge.digest.stored import promised, undigested
from edge.evidence import Note
from edge.notes import NotesUnwritable
from edge.runtime.present import Present

QUIET_S: Final = 300.0
"""So long after the last note nobody is in the middle of anything."""
IN_DETAIL: Final = 20
"""So many of the newest notes stay in mind as they are."""
FULL: Final = 0.9
"""Which share of what can be in mind is too much."""
DAYS_BACK_S: Final = 2 * 86_400.0
"""What is older was left by an Offrecord that did not look back, and stays as it is."""


class Hindsight:
    """The looking back of one runtime."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._newest: tuple[int, int] = (0, 0)
        self._timer: asyncio.TimerHandle | None = None
        self._was_refused = False
        """Whether the disk took nothing the last time: then it is asked again when it is quiet."""

    def begin(self) -> None:
        """Look back, when it is quiet, on what a run before could not."""
        self._wait()

    def written(self) -> None:
        """Know that something may have been noted."""
        context = self._present.context
        newest = (_last(context.heard), _last(context.seen))
        if newest == self._newest:
            return
        self._newest = newest
        self._wait()
        is_full = len(context.heard) >= FULL * KEPT_HEARD or len(context.seen) >= FULL * KEPT_SEEN
        if is_full and not self._was_refused:
            self._look_back(IN_DETAIL)

    def finish(self) -> None:
        """Look back on all that is left."""
        if self._timer:
            self._timer.cancel()
        self._look_back(0)

    def _wait(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(QUIET_S, self._look_back, 0)

    def _look_back(self, but_newest: int) -> None:
        """Make few notes of many, but for the newest, and have the old ones in mind no more."""
        present = self._present
        notes = undigested(present.notes, time.time() - DAYS_BACK_S, float("inf"))
        notes = notes[: max(0, len(notes) - but_newest)]
        if notes:
            try:
                present.keep_made(compacted(notes, promised(present.notes)))
            except NotesUnwritable as error:
                self._was_refused = True
                present.tell(str(error))
                return
            self._was_refused = False
        self._clear()

    def _clear(self) -> None:
        """Have in mind no more what search finds and an episode tells of, but for the newest."""
        context = self._present.context
        old = (*context.heard[:-IN_DETAIL], *context.seen[:-IN_DETAIL])
        ids = {note.id for note in old if note.id}
        if ids:
            self._present.context = without_notes(context, ids)


def _last(notes: tuple[Note, ...]) -> int:
    return notes[-1].id if notes else 0
