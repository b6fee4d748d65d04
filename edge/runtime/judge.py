"""Was that for the companion? Rules first, the mind where they are in doubt, the wearer's own word.

"I was talking to you" makes a request of the sentence before; "that was not for you" of none. Both
teach the mind. Somebody else's voice never makes a request.
"""

from dataclasses import dataclass
from typing import Final

from edge import addressee
from edge.addressee import FOLLOW_UP_S, Decision, Opinion
from edge.messages import (
    ChildDied,
    Control,
    Leaves,
    Overheard,
    SealState,
    Speaker,
    Transcript,
)
from edge.runtime.opinion import Opinions

CORRECTED_WITHIN_MS: Final = 15_000
"""So long after a sentence its wearer may still say who it was for."""
CONVERSATION_MS: Final = 6_000
"""So long after somebody else's words the wearer's are rather an answer to them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An utterance and what became of it."""

    heard: Transcript
    follows_reply: bool
    decision: Decision


class Judge:
    """Decides about one utterance after the other."""

    def __init__(self) -> None:
        self.opinions: Opinions | None = None
        """None where there is no mind."""
        self._last: Judged | None = None
        self._other_until_ms = -CONVERSATION_MS

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
                self._other_until_ms = max(self._other_until_ms, end_ms)

    def meant(self, heard: Transcript, since_reply_s: float | None) -> Decision:
        """Return what of an utterance is for the companion; asked again, the same."""
        if self._last and self._last.heard is heard:
            return self._last.decision
        if heard.speaker is Speaker.OTHER:
            self.observed(heard)
            return Decision("", heard.text)
        talks = 0 <= heard.start_ms - self._other_until_ms <= CONVERSATION_MS
        if talks:
            since_reply_s = None  # what follows is said to whoever spoke
        decision = self._corrected(heard) or self._decided(heard, since_reply_s, talks=talks)
        self._last = Judged(heard, _follows(since_reply_s), decision)
        return decision

    def _decided(self, heard: Transcript, since_reply_s: float | None, *, talks: bool) -> Decision:
        decision = addressee.decide(heard.text, heard.confidence, since_reply_s)
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
        if self.opinions:
            self.opinions.correct(
                last.heard.text, follows_reply=last.follows_reply, was_meant=was_meant
            )
        return Decision(last.heard.text) if was_meant else Decision("", heard.text)


def _follows(since_reply_s: float | None) -> bool:
    return since_reply_s is not None and since_reply_s <= FOLLOW_UP_S
