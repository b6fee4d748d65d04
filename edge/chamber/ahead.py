"""How much is done of an utterance before it has ended? As much as the board can bear.

What counts is how long recognition takes, as a share of what it looks at, which is the utterance
and at least `SHORTEST_WINDOW_S`: 0.015 on a desktop, 0.05 to 0.3 on small boards. Pure.

| share        | what is done                                                                   |
|--------------|--------------------------------------------------------------------------------|
| up to 0.1    | the words so far while somebody speaks, if a screen watches; all at each pause |
| up to 0.3    | all at each pause: of two such looks one is in vain, and both keep up          |
| more         | each utterance once, when it has ended; who goes on begins another             |
| more than 1  | the same; it cannot keep up, and says that a smaller model is needed           |

Whatever is slow, the queues are bounded (`edge/chamber/loop.py`): sound is dropped and counted.
"""

from collections import deque
from typing import Final

from edge.chamber.asr import SHORTEST_WINDOW_S
from edge.messages import Ahead

MOST: Final = {Ahead.WORDS: 0.1, Ahead.PAUSES: 0.3}
"""Up to which share each is done."""
BACK: Final = 0.75
"""More is done again from this part of a bound on, so that it does not change to and fro."""
REMEMBERED: Final = 4
"""Recognitions whose share counts."""
LONGEST_LOOK_S: Final = 0.2
"""The words so far are looked for while that takes no longer: a pause may have to wait for it."""
REST: Final = 4
"""And again only after so many times what it took: a fifth of one core's time at the most."""


def allowed(now: Ahead, share: float) -> Ahead:
    """Return what is done from here on, when so much is done now."""
    for more, most in MOST.items():
        if share <= (most if now <= more else BACK * most):
            return more
    return Ahead.NOTHING


class Strain:
    """What recognition has cost of late."""

    def __init__(self) -> None:
        self.ahead = Ahead.WORDS
        self._took = deque[tuple[float, float]](maxlen=REMEMBERED)

    @property
    def share(self) -> float:
        """Seconds of recognition a second looked at."""
        seen_s = sum(seen for _, seen in self._took)
        return sum(took for took, _ in self._took) / seen_s if seen_s else 0.0

    def note(self, took_s: float, spoken_s: float) -> bool:
        """Take one recognition in; say whether it changes what is done."""
        before = self.ahead
        self._took.append((took_s, _window_s(spoken_s)))
        self.ahead = allowed(before, self.share)
        return self.ahead is not before

    def may_look(self, spoken_s: float) -> bool:
        """Say whether the words so far may be looked for in so much speech."""
        takes_s = self.share * _window_s(spoken_s)
        return self.ahead is Ahead.WORDS and takes_s <= LONGEST_LOOK_S


def _window_s(spoken_s: float) -> float:
    return max(spoken_s, SHORTEST_WINDOW_S)
