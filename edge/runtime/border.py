"""May this packet come in? The runtime's side of the airlock: checks, then the ledger, then trust.

Every packet is entered in the ledger before anything is done with it. One that breaks the airlock's
rules (not on the list, over a cap, faster than the budget, about what cannot be) makes the chamber
a stranger: its packets are counted and thrown away until the launcher says that it was replaced,
and until the new one has introduced itself. Once the day's budget is spent, what was said passes
only if it is a request; the rest is thrown away unread.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Final

from edge import airlock, config
from edge.budget import ALWAYS, Budget
from edge.ledger import Leaving, readable
from edge.messages import (
    Dying,
    Enrolling,
    Hello,
    HomeHeard,
    HomeVoice,
    Leaves,
    Lending,
    Overheard,
    Saying,
    SourceKind,
    Transcript,
    Unclear,
    VoiceProfile,
)
from edge.runtime.claims import Claims
from edge.runtime.clocks import Moment

BURSTS_FORGIVEN: Final = 1
"""Two clocks judge the same bytes, a status line apart, and a chamber learns of the day's end a
moment late: a second burst is no violation."""
IN_PASSING: Final = "another's words, for a while in mind: content not kept"
OF_THE_HOUSE: Final = "what the house wanted as text: content not kept"
OVER_THE_DAY: Final = "over the day's budget: thrown away, content not kept"


class Trust(Enum):
    """What is believed of the chamber."""

    EXPECTED = auto()
    """It has not introduced itself: only its `Hello` counts."""
    KNOWN = auto()
    REFUSED = auto()
    """It broke the rules and is to be replaced."""
    REPLACED = auto()
    """What the last one left in the pipe may still come, before the next one's `Hello`."""


Enter = Callable[[Leaving], None]
"""Enters in the ledger what left the chamber."""


class Border:
    """Judge of every packet of one chamber after the other."""

    def __init__(
        self,
        limits: config.Airlock,
        enter: Enter,
        is_request: Callable[[Transcript], bool] = lambda _: False,
        is_passing: Callable[[Transcript], bool] = lambda _: False,
    ) -> None:
        self.budget = Budget.full(limits.rate_bytes_s, limits.burst_bytes, limits.day_bytes)
        self.claims = Claims()
        self.trust = Trust.EXPECTED
        self._enter = enter
        self._is_request = is_request
        self._is_passing = is_passing
        self._is_replaced = False
        self._over_the_day_bytes = 0
        """Of this chamber, past the day's budget, and not speech."""

    def know(self, models: int) -> None:
        """Believe a chamber that introduced itself, and so many models, to a runtime that died."""
        self.trust = Trust.KNOWN
        self.claims = Claims(models)

    def expect_another(self) -> None:
        """Believe the next chamber, from its `Hello` on: the launcher has ended the last one.

        What an honest one left in the pipe is still taken.
        """
        self._is_replaced = True
        if self.trust is Trust.REFUSED:
            self.trust = Trust.REPLACED

    def enrolment_asked(self) -> None:
        """Expect the wearer's voice, once."""
        self.claims.enrolment_asked()

    def source_started(self, kind: SourceKind, budget_s: float) -> None:
        """Know that a source began (again); a file's clock may stand where it stood before."""
        self.claims.source_started(kind)
        self.budget = replace(self.budget, at_s=min(self.budget.at_s, budget_s))

    def begin_day(self, spent_bytes: int) -> None:
        """Count against a new day, of which so much is spent already."""
        self.budget = self.budget.of_day(spent_bytes)
        self._over_the_day_bytes = 0

    def admit(self, packet: bytes, now: Moment) -> Leaves | None:
        """Enter a packet and return its message; None where nothing is to be done with it.

        Raises airlock.Violation once a chamber.
        """
        self.budget = self.budget.spend(len(packet), now.budget_s)
        message, complaint = _decoded(packet)
        if isinstance(message, Hello) and self._is_replaced:
            self._welcome_another(now.budget_s)
        is_over = False
        if message is not None and self.trust is Trust.KNOWN:
            is_over = self._is_over_the_day(message, len(packet))
            complaint = self.claims.judge(message, now.windows)
        complaint = complaint or self._excess()
        why = f"refused: {complaint}" if complaint else self._why(message, is_over=is_over)
        if isinstance(message, Transcript) and self._is_passing(message):
            self._enter(_leaving(message, len(packet), f"{why}; {IN_PASSING}", is_kept=False))
        elif isinstance(message, HomeHeard):
            self._enter(_leaving(message, len(packet), f"{why}; {OF_THE_HOUSE}", is_kept=False))
        else:
            self._enter(_leaving(message, len(packet), why, is_kept=why != OVER_THE_DAY))
        if self.trust in {Trust.REFUSED, Trust.REPLACED}:
            return None
        if complaint:
            self.trust = Trust.REFUSED
            raise airlock.Violation(complaint)
        if isinstance(message, Hello):
            self.trust = Trust.KNOWN
            self.claims.begin(message)
        return message if self.trust is Trust.KNOWN and not is_over else None

    def _welcome_another(self, budget_s: float) -> None:
        self._is_replaced, self.trust = False, Trust.EXPECTED
        full = float(self.budget.burst_bytes)
        self.budget = replace(self.budget, tokens=full, at_s=min(self.budget.at_s, budget_s))
        self._over_the_day_bytes = 0

    def _is_over_the_day(self, message: Leaves, packet_bytes: int) -> bool:
        """Say whether a message is speech that came too late in the day; count what is none."""
        if self.budget.day_share <= 1 or isinstance(message, ALWAYS):
            return False
        if isinstance(message, Transcript):
            return not self._is_request(message)
        self._over_the_day_bytes += packet_bytes
        return False

    def _why(self, message: Leaves | None, *, is_over: bool) -> str:
        if self.trust in {Trust.REFUSED, Trust.REPLACED}:
            return "thrown away: of a chamber that broke the rules"
        if self.trust is Trust.EXPECTED and not isinstance(message, Hello):
            return "thrown away: of a chamber that has not introduced itself"
        return OVER_THE_DAY if is_over else "observation"

    def _excess(self) -> str:
        forgiven_bytes = self.budget.burst_bytes * BURSTS_FORGIVEN
        if self.budget.tokens < -forgiven_bytes:
            return "more bytes than the airlock's rate allows"
        if self._over_the_day_bytes > forgiven_bytes:
            return "more bytes than the airlock's day allows"
        return ""


def _leaving(message: Leaves | None, size_bytes: int, why: str, *, is_kept: bool) -> Leaving:
    """Return the row of a packet. A liar's words are kept: they are evidence. A voice never is."""
    if message is None:
        return Leaving("Violation", size_bytes, f"{why}; its content is not kept")
    is_kept = is_kept and not isinstance(message, Saying)  # its words come again, all together
    text = readable(_without_voice(message)) if is_kept else ""
    return Leaving(type(message).__name__, size_bytes, why, text, at_ms=_moment_ms(message))


def _without_voice(message: Leaves) -> Leaves:
    return VoiceProfile("", message.model) if isinstance(message, VoiceProfile) else message


def _moment_ms(message: Leaves) -> int:
    match message:
        case Transcript() | Unclear() | Overheard():
            return message.end_ms
        case Hello() | Dying() | Enrolling() | VoiceProfile() | Lending():
            return 0
        case HomeVoice() | HomeHeard():  # its sound has a clock of its own
            return 0
        case _:
            return message.at_ms


def _decoded(packet: bytes) -> tuple[Leaves | None, str]:
    try:
        return airlock.decode_leaving(packet), ""
    except airlock.Violation as error:
        return None, str(error)
