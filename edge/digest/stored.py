"""Which notes of the file were not looked back on yet, and what stands of those that were?"""

from typing import Final

from edge.context import KEPT_STANDING
from edge.digest.compaction import EPISODE
from edge.evidence import Note
from edge.notes import Reading
from edge.promises import KEPT_SOURCE, SOURCE

AT_ONCE: Final = 500
"""So many notes; the rest when it is looked back the next time."""
REMEMBERED: Final = 40
STANDS_S: Final = 36 * 3600.0
"""What was made of a day is in mind on that day; promises are until they are old."""


def undigested(
    reading: Reading, since_s: float, until_s: float, limit: int = AT_ONCE
) -> list[Note]:
    """Return what was said and seen and no episode rests on, the oldest first."""
    return reading.select(
        "WHERE kind IN ('said', 'seen') AND at_wall_s >= ? AND at_wall_s < ? AND NOT EXISTS ("
        "SELECT 1 FROM note_rests_on JOIN note AS made ON made.id = note_rests_on.note "
        "WHERE note_rests_on.on_note = note.id AND made.source = ?) ORDER BY note.id LIMIT ?",
        since_s,
        until_s,
        EPISODE,
        limit,
    )


def promised(reading: Reading) -> list[Note]:
    """Return the notes that hold promises, and those that say one was kept, the oldest first."""
    clause = "WHERE kind = 'derived' AND source IN (?, ?) ORDER BY id DESC LIMIT ?"
    return reading.select(clause, SOURCE, KEPT_SOURCE, KEPT_STANDING // 2)[::-1]


def standing(reading: Reading, now_s: float) -> list[Note]:
    """Return what holds for longer than a moment, the oldest first."""
    clause = "WHERE kind = 'derived' AND at_wall_s >= ? ORDER BY id DESC LIMIT ?"
    lately = reading.select(clause, now_s - STANDS_S, KEPT_STANDING // 2)
    found = {note.id: note for note in (*promised(reading), *lately)}
    found |= {note.id: note for note in reading.recent(REMEMBERED, ("remembered",))}
    return sorted(found.values(), key=lambda note: note.id)
