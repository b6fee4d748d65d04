"""May this be offered now, or is silence better? A rule a line; the first that holds is why not.

An offer waits while the gate is shut, until nobody wants it any more. What the wearer sees or has
just been told is offered at no time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from edge.proactive import Candidate
from edge.proactive.around import Around
from edge.recall.words import best_match, content

Level = Literal["off", "quiet", "helpful"]
OTHERS_MS: Final = 30_000
"""So long after another's last word they may go on."""
BETWEEN_MS: Final = 5 * 60_000
"""Between two offers."""
HOUR_MS: Final = 3_600_000
LOOK_S: Final = 1.0
"""To notice an offer and to turn back from it."""
WORDS_A_SECOND: Final = 4.0
"""At which most people read."""
SAME: Final = 0.6
"""So large a share of an offer's words in what was told, or is seen, makes it no news."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a level allows."""

    an_hour: int
    least_probability: float


LIMITS: Final[dict[Level, Limits]] = {
    "off": Limits(0, 1.0),
    "quiet": Limits(2, 0.6),
    "helpful": Limits(4, 0.45),
}


class Silence(StrEnum):
    """Why something is not offered now."""

    OFF = "help is off"
    OVER = "nobody wants it any more"
    SEEN = "the wearer sees it"
    TOLD = "the wearer was just told"
    UNLIKELY = "it is not likely enough to be wanted"
    OTHERS = "somebody else speaks, or did a moment ago"
    PEOPLE = "somebody is there"
    SPEAKING = "the wearer speaks"
    CALL = "the wearer is on the telephone"
    ANSWERING = "a question is being answered"
    OFTEN = "enough was offered in the last hour"
    SPENT = "the day's attention is spent"


FOR_GOOD: Final = frozenset({Silence.OVER, Silence.SEEN, Silence.TOLD})
"""What is held back for one of these is not looked at again."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was offered and told before."""

    offered_ms: tuple[int, ...] = ()
    """When, in the last hour of this run."""
    attention_left_s: float = 0.0
    """Of the day's."""
    told: tuple[str, ...] = ()
    """What the companion said of late."""
    is_answering: bool = False


def shut(
    candidate: Candidate, probability: float, around: Around, past: Past, level: Level
) -> Silence | None:
    """Return why a candidate is not to be offered now; None where it may be."""
    rules = (
        (level == "off", Silence.OFF),
        (around.now_ms > candidate.wanted_until_ms, Silence.OVER),
        (not candidate.is_beyond_sight and _is_seen(candidate, around), Silence.SEEN),
        (any(_is_same(candidate.told, text) for text in past.told), Silence.TOLD),
        (probability < LIMITS[level].least_probability, Silence.UNLIKELY),
        (around.is_spoken(), Silence.SPEAKING),
        (around.now_ms - around.others_until_ms < OTHERS_MS, Silence.OTHERS),
        (around.has_people(), Silence.PEOPLE),
        (around.now_ms <= around.call_until_ms, Silence.CALL),
        (past.is_answering, Silence.ANSWERING),
        (_is_often(around.now_ms, past.offered_ms, level), Silence.OFTEN),
        (attention_s(candidate.text) > past.attention_left_s, Silence.SPENT),
    )
    return next((reason for holds, reason in rules if holds), None)


def attention_s(text: str) -> float:
    """Return how long an offer keeps its reader from what they do."""
    return LOOK_S + len(text.split()) / WORDS_A_SECOND


def _is_often(now_ms: int, offered_ms: Sequence[int], level: Level) -> bool:
    lately = [at_ms for at_ms in offered_ms if now_ms - at_ms < HOUR_MS]
    is_close = bool(lately) and now_ms - lately[-1] < BETWEEN_MS
    return is_close or len(lately) >= LIMITS[level].an_hour


def _is_seen(candidate: Candidate, around: Around) -> bool:
    """Say whether what is in view tells the same: the text itself, or the thing that is sought."""
    if around.view is None:
        return False
    if any(_is_same(candidate.told, text.words) for text in around.in_view()):
        return True
    thing = content(candidate.thing)[-1:]
    labels = [word for seen in around.view.things for word in content(seen.label)]
    return any(best_match(word, labels) for word in thing)


def _is_same(told: str, text: str) -> bool:
    words, others = content(told), content(text)
    hits = sum(best_match(word, others) > 0 for word in words)
    return bool(words) and hits >= SAME * len(words)
