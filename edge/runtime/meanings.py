"""When does the mind tell what a note means? In the background, one note at a time.

New notes come first, then those of before, the newest first. Between two there is a pause, so that
what the wearer waits for never waits for this. Without a mind nothing happens, and words alone are
searched.
"""

import asyncio
from typing import Final

from edge.evidence import Note
from edge.messages import ChildDied, Control, Embedded, SealState
from edge.notes import Notes, NotesUnwritable
from edge.runtime.mind import Mind
from edge.search.finder import Finder
from edge.search.meaning import from_code
from edge.search.sought import Understood, spoken

PAUSE_S: Final = 0.02
"""After a note: 20 notes a second and more, a third of one core of a desktop."""


class Meanings:
    """The notes whose meaning is not known yet."""

    def __init__(self, notes: Notes, finder: Finder, mind: Mind, pause_s: float = PAUSE_S) -> None:
        """Prepare; the event loop must be running."""
        self._notes, self._finder, self._mind, self._pause_s = notes, finder, mind, pause_s
        self._loop = asyncio.get_running_loop()
        self._old: list[int] = []
        """Notes of before that have none, the newest last."""
        self._seen = 0
        """The newest note that was looked at."""
        self._asked: tuple[int, int] | None = None
        """The number of the question that is open, and of its note."""
        self._is_awake = self._pauses = False
        mind.on_embedded = self._take

    def told(self, message: Control) -> None:
        """Hear from the launcher whether there is a mind."""
        self._mind.told(message)
        match message:
            case SealState(process="mind"):
                self._old = self._notes.meaningless()
                self._seen = self._notes.newest_id()
                self._finder.refresh()
                self._is_awake, self._asked = True, None
                self._loop.add_reader(self._mind.answers_fd, self._hear)
                self.look()
            case ChildDied(process="mind"):
                self.close()
            case _:
                pass

    def understand(self, question: str) -> Understood | None:
        """Return what a question means, as `Mind` does."""
        return self._mind.understand(question)

    def look(self) -> None:
        """Ask about the next note, if there is one and nothing is open."""
        if not self._is_awake or self._asked or self._pauses:
            return
        while note := self._next():
            number = self._mind.embed(spoken(note))
            if number is None:
                self._old.append(note.id)
                self._pause()
                return
            self._asked = number, note.id
            return

    def close(self) -> None:
        """Ask and read nothing more: what the next mind says first is the launcher's to hear."""
        self._is_awake = False
        self._loop.remove_reader(self._mind.answers_fd)

    def _hear(self) -> None:
        if not self._mind.hear():
            self.close()

    def _next(self) -> Note | None:
        """Return a new note, or else one of before that is still there."""
        for note in self._notes.after(self._seen, 1):
            self._seen = note.id
            return note
        while self._old:
            for note in self._notes.get([self._old.pop()]):
                return note
        return None

    def _take(self, embedded: Embedded) -> None:
        """Keep what a note means."""
        if self._asked is None or self._asked[0] != embedded.number:
            return
        number, self._asked = self._asked[1], None
        whole, pieces = from_code(embedded.code)
        try:
            if self._notes.keep_meaning(number, whole, pieces):
                self._finder.learn(number, whole)
        except NotesUnwritable:  # who keeps notes says so; it is tried again with the next mind
            self.close()
        self._pause()

    def _pause(self) -> None:
        self._pauses = True
        self._loop.call_later(self._pause_s, self._go_on)

    def _go_on(self) -> None:
        self._pauses = False
        self.look()
