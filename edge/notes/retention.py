"""How long is a note kept? By its class, and never by a clock that nobody else bears out.

A clock that was set a year ahead must not erase a year. So time that seems to have passed while
nobody looked is believed only when the clock still says so a day later.
"""

from collections.abc import Mapping
from typing import Final, Literal

from edge.evidence import Kind

Class = Literal["month", "year", "forever"]
CLASS_OF: Final[Mapping[Kind, Class]] = {
    "said": "month",
    "seen": "month",
    "asked": "month",
    "told": "month",
    "remembered": "forever",
    "derived": "year",
    "errand": "forever",
    "place": "month",
    "motion": "month",
}
DAY_S: Final = 86_400.0
KEPT_S: Final[Mapping[Class, float]] = {
    "month": 30 * DAY_S,
    "year": 365 * DAY_S,
    "forever": float("inf"),
}
LEDGER_TEXT: Final[Class] = "month"
"""The words of the ledger's rows; its facts stay."""
BELIEVED_S: Final = 3 * DAY_S
"""A clock that has moved on by more since it was last looked at is doubted."""
DOUBTED_S: Final = DAY_S
"""So long."""


def believed(now_s: float, last_s: float, doubted_until_s: float) -> tuple[bool, float]:
    """Say whether a clock may expire notes, and until when it is doubted otherwise.

    `last_s` is what the clock said when it was last looked at; 0 where nobody ever did.
    """
    if now_s < last_s:
        return False, 0.0
    if now_s < doubted_until_s:
        return False, doubted_until_s
    if last_s and not doubted_until_s and now_s - last_s > BELIEVED_S:
        return False, now_s + DOUBTED_S
    return True, 0.0


def expires_before(kept: Class, now_s: float) -> float:
    """Return the moment before which what is of a class has expired."""
    return now_s - KEPT_S[kept]
