"""What was noted where the wearer is now, and what is about what they are doing?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.errand import Errand
from edge.evidence import Note, Now, lasting, lines_of
from edge.proactive import Candidate, Kind, glance
from edge.proactive.around import NEVER, Text, are_alike
from edge.recall.words import content, stems

HERE_MS: Final = 2 * 60_000
"""So long after coming to a place one has just come."""
AWAY_S: Final = 30 * 60.0
"""Who noted something a moment ago, or was here a moment ago, needs no reminder of it."""
AWAY_MS: Final = round(1000 * AWAY_S)
SOON_S: Final = 10 * 60.0
"""A timer is told of so long before it rings."""
PLACE, REMINDER = 0.75, 0.75
"""How likely it is wanted."""
LEAST_NAME: Final = 2
"""Words that name a place well enough to be known again in a sentence."""
_VAGUE: Final = stems("check look call go get do make take time minute remember bring open close")


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the wearer had noted, and what was in view then."""

    note: Note
    view: Note | None

    def is_of(self, text: Text) -> bool:
        """Say whether it was noted in view of a text, or names the place that the text names."""
        words = content(text.words)
        if self.view and len(words) >= LEAST_NAME:
            lines = lines_of(self.view)
            if any(are_alike(text.words, each) for each in (" / ".join(lines), *lines)):
                return True
        return len(words) >= LEAST_NAME and set(words) <= set(content(self.note.text))


def arrived(noted: Sequence[Noted], texts: Sequence[Text], now: Now) -> list[Candidate]:
    """Return what was noted where the wearer has just come."""
    found = []
    for text in texts:
        is_back = text.came_back_ms != NEVER and text.since_ms - text.came_back_ms < AWAY_MS
        if is_back or now.ms - text.since_ms > HERE_MS:
            continue
        for each in noted:
            if now.age_s(each.note) >= AWAY_S and each.note.id and each.is_of(text):
                told = glance("Noted here: ", each.note.text)
                until_ms = text.since_ms + HERE_MS
                grounds = (each.note.id,)
                matter = each.note.text
                found.append(Candidate(Kind.PLACE, told, PLACE, grounds, now.ms, until_ms, matter))
    return found


def while_doing(errands: Sequence[Errand], doing: Note, now: Now) -> list[Candidate]:
    """Return what rings soon, of the same matter as what is said or seen."""
    about = set(content(doing.text)) - _VAGUE
    found = []
    for errand in errands:
        left_s = errand.due_s - now.wall_s
        is_of_it = about & set(content(errand.text))
        if errand.rings and errand.id and 0 < left_s <= SOON_S and is_of_it:
            lead = f"In {lasting(60 * max(1, left_s // 60))}: "
            until_ms = now.ms + round(1000 * left_s)
            told, grounds = glance(lead, errand.text), (errand.id,)
            found.append(
                Candidate(Kind.REMINDER, told, REMINDER, grounds, now.ms, until_ms, errand.text)
            )
    return found
