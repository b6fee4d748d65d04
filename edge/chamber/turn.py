"""Has the speaker finished? Two votes: how long it has been silent, and how the words so far read.

No model, no audio, no clock in here. A reading that comes late counts from then on; without one the
silence decides alone.
"""

from dataclasses import dataclass

from edge import config


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
    if finished >= turn.finished_probability:
        return min(turn.finished_ms, gate.hangover_ms)
    if finished < turn.unfinished_probability:
        return max(turn.unfinished_ms, gate.hangover_ms)
    return gate.hangover_ms
