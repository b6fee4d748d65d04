"""In what company does the wearer speak? What was said a moment ago, to whom, and by whom; pure.

In conversation the next one speaks within a second; so who answers somebody at once, or goes on
within seconds of having spoken to somebody, most likely talks to them. Half a telephone call is
known by its words, and by nobody else being heard.
"""

from typing import Final

from edge.addressee import Talk
from edge.messages import Speaker, Transcript
from edge.recall import company, phrases, wishes
from edge.recall.words import sentences

TURN_MS: Final = 1_600
"""Who answers somebody does so within this; most people within half of it."""
TALK_MS: Final = 8_000
"""So long after words to somebody the next ones are likely for them too."""
CALL_MS: Final = 45_000
"""So long in silence a telephone call may last: the other end is not heard."""
READING_MS: Final = 20_000


class Company:
    """Others' words and the wearer's own to them."""

    def __init__(self) -> None:
        self._other_until_ms = -CALL_MS
        self._talked_until_ms = self._heard_until_ms = -CALL_MS
        self._call_until_ms = self._turned_until_ms = self._apart_until_ms = -CALL_MS

    def heard_other(self, end_ms: int) -> None:
        """Know that somebody else was heard: then it is no telephone call."""
        self._other_until_ms = max(self._other_until_ms, end_ms)
        self._call_until_ms = -CALL_MS

    def spoke(self, heard: Transcript, *, to_companion: bool) -> None:
        """Know what the wearer said, and whether it was for the companion."""
        if to_companion:
            self._turned_until_ms = self._talked_until_ms = -CALL_MS
            self._call_until_ms = self._apart_until_ms = -CALL_MS
            return
        last = (sentences(heard.text) or [""])[-1]
        turns_away = bool(wishes.SHIFT.match(last) or wishes.STUCK.match(last))
        self._turned_until_ms = heard.end_ms + TALK_MS if turns_away else -CALL_MS
        is_machine = company.ANOTHER_MACHINE.match(heard.text)
        if is_machine or company.READS.match(phrases.FILLER.sub("", heard.text)):
            self._apart_until_ms = heard.end_ms + (TALK_MS if is_machine else READING_MS)
        talked = self.talks(heard.start_ms, heard.speaker)
        self._heard_until_ms = heard.end_ms
        if talked or company.ADDRESSES.search(heard.text):
            self._talked_until_ms = heard.end_ms
        in_call = heard.start_ms <= self._call_until_ms
        if company.CALL_ENDS.search(heard.text):
            self._call_until_ms = -CALL_MS
        elif in_call or company.CALL_BEGINS.match(heard.text):
            self._call_until_ms = heard.end_ms + CALL_MS

    def talks(self, start_ms: int, speaker: Speaker) -> Talk:
        """Say whether words that begin now are likely for somebody else."""
        if start_ms <= self._turned_until_ms:
            return Talk.NO
        if speaker is Speaker.UNKNOWN and start_ms - self._heard_until_ms <= TURN_MS:
            return Talk.SURELY  # it may well be another who answers
        in_call = start_ms <= max(self._call_until_ms, self._apart_until_ms)
        if in_call or start_ms - self._other_until_ms <= TURN_MS:
            return Talk.SURELY
        return Talk.PERHAPS if start_ms - self._talked_until_ms <= TALK_MS else Talk.NO

    def spoke_since(self, when_ms: int) -> bool:
        """Say whether somebody else was heard after a moment."""
        return self._other_until_ms > when_ms
