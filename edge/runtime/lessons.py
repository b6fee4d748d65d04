"""What have the wearer's corrections taught? Read from the notes, and written there, encrypted.

With a note that is forgotten go the lessons about it, with a stretch of time those of that time.
"""

from edge.notes import Notes, NotesUnwritable
from edge.recall.asking import Kind
from edge.recall.learnt import Learnt, learnt
from edge.runtime.present import Present


class Lessons:
    """The lessons of one file of notes."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._read_from: object = None
        self._learnt = Learnt()

    @property
    def _notes(self) -> Notes:
        return self._present.notes

    @property
    def learnt(self) -> Learnt:
        """What all of them teach together. Whoever has some forgotten is obeyed at once."""
        if self._read_from is not self._notes.db:
            self._learnt, self._read_from = learnt(self._notes.lessons()), self._notes.db
        return self._learnt

    def correct(
        self, text: str, kind: Kind, *, follows_reply: bool, was_meant: bool, at_wall_s: float
    ) -> None:
        """Learn from a correction of a sentence, said at a moment; a full disk keeps it not."""
        lesson = self.learnt.lesson(text, kind, follows_reply=follows_reply, was_meant=was_meant)
        try:
            self._notes.keep_lesson(at_wall_s, lesson)
        except NotesUnwritable as error:
            self._present.tell(str(error))
            return
        self._read_from = None
