"""Was that for the companion? What it says and in which situation, and the wearer's own word.

"I was talking to you" makes a request of the sentence before; "that was not for you" of none. Both
teach. Somebody else's voice never makes a request.
"""

from copy import copy
from dataclasses import dataclass
from typing import Final

from edge import addressee
from edge.addressee import FOLLOW_UP_S, Decision
from edge.messages import Leaves, Overheard, Speaker, Transcript
from edge.recall.learnt import Learnt
from edge.runtime.company import Company
from edge.runtime.lessons import Lessons

CORRECTED_WITHIN_MS: Final = 15_000
"""So long after a sentence its wearer may still say who it was for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An utterance and what became of it."""

    heard: Transcript
    at_wall_s: float
    follows_reply: bool
    decision: Decision


class Judge:
    """Decides about one utterance after the other."""

    def __init__(self) -> None:
        self.lessons: Lessons | None = None
        """None where nothing is kept."""
        self._last: Judged | None = None
        self._company = Company()
        self._replied_to_ms = 0
        """When the last request ended."""
        self._before: tuple[Judged | None, Company, int] = self._last, self._company, 0
        """As it all was before the newest utterance, which may be said again with more."""

    def forget(self) -> None:
        """Have the last utterance in mind no longer: nobody can correct what became of it."""
        self._last = None

    def observed(self, message: Leaves) -> None:
        """Know that somebody else was heard, with their words or without."""
        match message:
            case Overheard(end_ms=end_ms) | Transcript(end_ms=end_ms, speaker=Speaker.OTHER):
                self._company.heard_other(end_ms)

    def meant(
        self, heard: Transcript, since_reply_s: float | None, at_wall_s: float = 0.0
    ) -> Decision:
        """Return what of an utterance of a moment is for the companion; asked again, the same."""
        if self._last and self._last.heard is heard:
            return self._last.decision
        if heard.speaker is Speaker.OTHER:
            self.observed(heard)
            return Decision("", heard.text)
        if heard.goes_on and self._last and self._last.heard.start_ms == heard.start_ms:
            self._last, self._company, self._replied_to_ms = self._before
        self._before = self._last, copy(self._company), self._replied_to_ms
        talks = self._company.talks(heard.start_ms, heard.speaker)
        if self._company.spoke_since(self._replied_to_ms):
            since_reply_s = None  # what follows is said to whoever spoke
        decision = self._corrected(heard) or addressee.decide(
            heard.text,
            heard.confidence,
            since_reply_s,
            talks=talks,
            learnt=self.lessons.learnt if self.lessons else Learnt(),
        )
        self._last = Judged(heard, at_wall_s, _follows(since_reply_s), decision)
        if decision.request:
            self._replied_to_ms = heard.end_ms
        self._company.spoke(heard, to_companion=bool(decision.request))
        return decision

    def _corrected(self, heard: Transcript) -> Decision | None:
        """Take the wearer's word about the utterance before, once, and learn from it."""
        was_meant, last = addressee.correction(heard.text), self._last
        if was_meant is None or last is None:
            return None
        if heard.start_ms - last.heard.end_ms > CORRECTED_WITHIN_MS:
            return None
        if bool(last.decision.request) == was_meant:
            return None
        if self.lessons:
            sentence, kind = addressee.asking(last.heard.text, follows_reply=last.follows_reply)
            self.lessons.correct(
                sentence,
                kind,
                follows_reply=last.follows_reply,
                was_meant=was_meant,
                at_wall_s=last.at_wall_s,
            )
        return Decision(last.heard.text) if was_meant else Decision("", heard.text)


def _follows(since_reply_s: float | None) -> bool:
    return since_reply_s is not None and since_reply_s <= FOLLOW_UP_S
