"""What may the wearer want next? The rules of `edge/proactive`, over what is in mind and noted.

It has in mind what the rules need of the past: open promises, what was noted where, and how often
the wearer has asked to have things read.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from edge.evidence import Note, Question
from edge.notes.retention import DAY_S
from edge.proactive import Candidate, places, promised, signs, sought
from edge.proactive.around import Text
from edge.proactive.places import Noted
from edge.promises import Promise, promises
from edge.recall import lookup, requests
from edge.recall.succession import Found
from edge.runtime.conversation import Conversation
from edge.runtime.present import Present

MOST_SAID: Final = 400
"""Notes in which open promises are looked for at the start."""
MOST_NOTED: Final = 100
MOST_FOUND: Final = 40
MOST_READS: Final = 50
MOST_LOOKED_AT: Final = 40
READS_S: Final = 7 * DAY_S
"""Of so long it counts how often the wearer asked to have things read."""
IN_VIEW_MS: Final = 120_000
"""A note is of a place that was in view so long before it."""
OWN: Final = frozenset({"wearer", ""})
AIM: Final = re.compile(
    r"\bmy (?:aim|goal) (?:for \w+ )?is (?:to )?(?P<aim>[^.!?]{4,})", re.IGNORECASE
)


class Wants:
    """What the rules look at."""

    def __init__(self, present: Present, conversation: Conversation) -> None:
        self._present, self._conversation = present, conversation
        self._promises: tuple[Promise, ...] = ()
        self._noted: list[Noted] = []
        self._reads: list[float] = []
        """When the wearer asked to have something read, by the wall's clock."""
        self._looked_at: tuple[tuple[int, bool], ...] = ()
        """Texts that have been thought about, by when they came into view."""

    def begin(self) -> None:
        """Know the past; also after some of it was forgotten."""
        notes = self._present.notes
        self._promises = _open(promises(notes.recent(MOST_SAID, ("said", "derived"))))
        remembered = notes.recent(MOST_NOTED, ("remembered",))
        self._noted = [self._in_its_place(note) for note in remembered]
        asked = notes.recent(MOST_READS, ("asked",))
        self._reads = [note.at_wall_s for note in asked if requests.is_to_read(note.text)]

    @property
    def aims(self) -> tuple[str, ...]:
        """What the wearer has said that they want for themselves."""
        stated = (AIM.search(each.note.text) for each in self._noted)
        return tuple(found["aim"].strip() for found in stated if found)

    def of(self, note: Note) -> list[Candidate]:
        """Return what may be wanted after a note was made."""
        context = self._present.context
        now = context.now_at(context.now_ms)
        match note.kind:
            case "said":
                return self._of_words(note)
            case "seen":
                return places.while_doing(context.errands, note, now)
            case "remembered":
                in_view = context.seen[-1:]
                is_here = bool(in_view) and now.ms - in_view[0].at_ms <= IN_VIEW_MS
                self._noted.append(Noted(note, in_view[0] if is_here else None))
            case "asked" if requests.is_to_read(note.text):
                self._reads.append(note.at_wall_s)
            case _:
                pass
        return []

    def of_view(self, texts: Sequence[Text]) -> list[Candidate]:
        """Return what may be wanted with these texts in view."""
        context = self._present.context
        now = context.now_at(context.now_ms)
        found: list[Candidate] = []
        if came := [text for text in texts if self._is_new(text, is_steady=False)]:
            found = places.arrived(self._noted, came, now)
        steady = [t for t in texts if signs.stays(t) and self._is_new(t, is_steady=True)]
        if not steady:
            return found
        priced = [text for text in steady if signs.price_of(text.words) is not None]
        words = [word for text in priced for word in signs.product_of(text.words)]
        earlier = self._present.notes.search(words, MOST_FOUND, ("seen",)) if words else []
        seen = (*reversed(context.seen), *earlier)
        lately = [at_s for at_s in self._reads if now.wall_s - at_s <= READS_S]
        asks_often = len(lately) >= signs.OFTEN
        return [*found, *signs.looked_at(steady, seen, now, asks_often=asks_often)]

    def _is_new(self, text: Text, *, is_steady: bool) -> bool:
        """Say, once, that a text has come, or has stayed."""
        known = (text.since_ms, is_steady)
        is_new = known not in self._looked_at
        if is_new:
            self._looked_at = (*self._looked_at, known)[-MOST_LOOKED_AT:]
        return is_new

    def due(self) -> list[Candidate]:
        """Return what may be wanted because it is time."""
        context = self._present.context
        return promised.due(self._promises, context.now_at(context.now_ms))

    def _of_words(self, note: Note) -> list[Candidate]:
        context = self._present.context
        now = context.now_at(context.now_ms)
        found: list[Candidate] = []
        if note.who in OWN:
            self._promises = _open(promises((*(each.said for each in self._promises), note)))
            if stated := AIM.search(note.text):
                self._remember_aim(note, stated["aim"])
            found += promised.named(self._promises, note, now)
            found += places.while_doing(context.errands, note, now)
            if lost := sought.lost(note, now, self._look):
                return [*found, lost]
        asked = sought.asked(note, now, self._look)
        return [*found, asked] if asked else found

    def _look(self, question: Question) -> Found | None:
        """Return the sentence that answers best, of what is in mind and in the notes."""
        meanings = self._conversation.meanings
        understood = meanings.understand(question.text) if meanings else None
        found = self._conversation.finder.find(question, understood, MOST_FOUND)
        remembered = (each.note for each in self._noted)
        notes = (*self._present.context.heard, *(each.note for each in found), *remembered)
        return lookup.best(question, [note for note in notes if sought.tells(note)])

    def _in_its_place(self, note: Note) -> Noted:
        near = self._present.notes.around(note, before=3, after=0)
        seen = [n for n in near if n.kind == "seen" and 0 <= note.at_ms - n.at_ms <= IN_VIEW_MS]
        return Noted(note, seen[-1] if seen else None)

    def _remember_aim(self, note: Note, aim: str) -> None:
        """Keep what was said in passing of one's aims; it is listed with the notes."""
        text = f"My aim is to {aim.strip()}."
        self._present.keep(replace(note, kind="remembered", text=text, id=0, rests_on=(note.id,)))


def _open(made: Sequence[Promise]) -> tuple[Promise, ...]:
    return tuple(promise for promise in made if not promise.kept_by)
