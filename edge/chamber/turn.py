"""Has the speaker finished? Two votes: how long it has been silent, and how the words so far read.

No model, no audio, no clock in here. A reading that comes late counts from then on; without one the
silence decides alone.
"""

from dataclasses import dataclass
from typing import Final

from edge import config

FINISHED: Final = 0.7
"""From this probability that a sentence ends with the last word, little silence is enough."""
UNFINISHED: Final = 0.3
"""Below this the speaker is waited for. `offrecord bench turn` shows what other bounds would do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the words up to a pause read."""

    speech_end: int
    """The pause that it is about: where the last speech before it ended."""
    finished: float | None
    """Probability that a sentence ends there; None if there were no words."""


def ends(silence_ms: int, finished: float | None, gate: config.Gate, turn: config.Turn) -> bool:
    """Decide whether so much silence after such words is the end of the utterance."""
    return silence_ms >= patience_ms(finished, gate, turn)


def patience_ms(finished: float | None, gate: config.Gate, turn: config.Turn) -> int:
    """Return the silence that ends an utterance."""
    if finished is None:
        return gate.hangover_ms
    if finished >= FINISHED:
        return min(turn.finished_ms, gate.hangover_ms)
    return max(turn.unfinished_ms, gate.hangover_ms) if finished < UNFINISHED else gate.hangover_ms
