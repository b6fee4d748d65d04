"""Was that for the companion? Rules first, the mind where they are in doubt, the wearer's own word.

"I was talking to you" makes a request of the sentence before; "that was not for you" of none. Both
teach, by the sentence's kind and, where there is one, the mind. Somebody else's voice never makes a
request.
"""

from copy import copy
from dataclasses import dataclass
from typing import Final

from edge import addressee
from edge.addressee import FOLLOW_UP_S, Decision, Opinion, Talk
from edge.messages import (
    ChildDied,
    Control,
    Leaves,
    Overheard,
    SealState,
    Speaker,
    Transcript,
)
from edge.recall.asking import Kind
from edge.runtime.company import Company
from edge.runtime.lessons import Lessons
from edge.runtime.opinion import Opinions

CORRECTED_WITHIN_MS: Final = 15_000
"""So long after a sentence its wearer may still say who it was for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An utterance and what became of it."""

    heard: Transcript
    follows_reply: bool
    decision: Decision
    kind: Kind


class Judge:
    """Decides about one utterance after the other."""

    def __init__(self) -> None:
        self.opinions: Opinions | None = None
        """None where there is no mind."""
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

    def told(self, message: Control) -> None:
        """Hear from the launcher whether there is a mind: one that it has checked, or none."""
        match message:
            case SealState(process="mind") if self.opinions:
                self.opinions.awake()
            case ChildDied(process="mind") if self.opinions:
                self.opinions.asleep()

    def observed(self, message: Leaves) -> None:
        """Know that somebody else was heard, with their words or without."""
        match message:
            case Overheard(end_ms=end_ms) | Transcript(end_ms=end_ms, speaker=Speaker.OTHER):
                self._company.heard_other(end_ms)

    def meant(self, heard: Transcript, since_reply_s: float | None) -> Decision:
        """Return what of an utterance is for the companion; asked again, the same."""
        if self._last and self._last.heard is heard:
            return self._last.decision
        if heard.speaker is Speaker.OTHER:
            self.observed(heard)
            return Decision("", heard.text)
        if heard.goes_on and self._last and self._last.heard.start_ms == heard.start_ms:
            self._last, self._company, self._replied_to_ms = self._before
        self._before = self._last, copy(self._company), self._replied_to_ms
        if self.lessons and self.lessons.refresh() and self.opinions:
            self.opinions.adopt()
        talks = self._company.talks(heard.start_ms, heard.speaker)
        if self._company.spoke_since(self._replied_to_ms):
            since_reply_s = None  # what follows is said to whoever spoke
        decision = self._corrected(heard) or self._decided(heard, since_reply_s, talks=talks)
        follows = _follows(since_reply_s)
        kind = addressee.kind(heard.text, follows_reply=follows)
        self._last = Judged(heard, follows, decision, kind)
        if decision.request:
            self._replied_to_ms = heard.end_ms
        self._company.spoke(heard, to_companion=bool(decision.request))
        return decision

    def _decided(self, heard: Transcript, since_reply_s: float | None, *, talks: Talk) -> Decision:
        decision = addressee.decide(
            heard.text,
            heard.confidence,
            since_reply_s,
            talks=talks,
            leanings=self.lessons.leanings if self.lessons else {},
        )
        opinion = None if talks else self._opinion(heard, decision, _follows(since_reply_s))
        return addressee.weigh(decision, heard.text, opinion) if opinion else decision

    def _opinion(
        self, heard: Transcript, decision: Decision, follows_reply: bool
    ) -> Opinion | None:
        """Ask the mind where its word counts: a request that rules take need not wait for it."""
        if self.opinions is None or addressee.is_certain(heard.text):
            return None
        if decision.request:
            counts = self.opinions.has_learnt
        else:
            counts = addressee.is_open(heard.text, heard.confidence)
        return self.opinions.ask(heard.text, follows_reply=follows_reply) if counts else None

    def _corrected(self, heard: Transcript) -> Decision | None:
        """Take the wearer's word about the utterance before, once, and teach it to the mind."""
        was_meant, last = addressee.correction(heard.text), self._last
        if was_meant is None or last is None:
            return None
        if heard.start_ms - last.heard.end_ms > CORRECTED_WITHIN_MS:
            return None
        if bool(last.decision.request) == was_meant:
            return None
        if self.lessons:
            self.lessons.correct(last.kind, was_meant=was_meant)
        if self.opinions:
            self.opinions.correct(
                last.heard.text, follows_reply=last.follows_reply, was_meant=was_meant
            )
        return Decision(last.heard.text) if was_meant else Decision("", heard.text)


def _follows(since_reply_s: float | None) -> bool:
    return since_reply_s is not None and since_reply_s <= FOLLOW_UP_S
