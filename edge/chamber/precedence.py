"""May sight work now? Hearing goes first, for somebody waits for an answer.

Things are looked at while somebody speaks, so that "what is this?" finds them named; but nothing
begins from the moment at which they fall silent until what they said is understood. What has begun
stops between two runs of a network. It does not wait for ever.
"""

import threading
import time
from typing import Final

LOOK_WAITS_S: Final = 2.0
"""In all, one look. No pause within speech is longer than one second, and the words of most are
understood within another on the smallest board."""


class Precedence:
    """Told by the threads that hear and understand, asked by the one that sees."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_pausing = False
        self._not_understood = 0
        self._patience_s = 0.0

    def hears(self, *, is_pausing: bool) -> None:
        """Know whether somebody who spoke has just fallen silent."""
        if is_pausing == self._is_pausing:
            return
        with self._changed:
            self._is_pausing = is_pausing
            self._changed.notify_all()

    def ended(self) -> None:
        """Know that an utterance has ended, and is still to be understood."""
        with self._changed:
            self._not_understood += 1

    def understood(self) -> None:
        """Know that one was."""
        with self._changed:
            self._not_understood -= 1
            self._changed.notify_all()

    def begin_look(self) -> None:
        """Be as patient as with any look."""
        self._patience_s = LOOK_WAITS_S

    def give_way(self) -> None:
        """Wait until nobody waits to be understood, if this look has patience left for that."""
        began_s = time.monotonic()
        with self._changed:
            self._changed.wait_for(
                lambda: not (self._is_pausing or self._not_understood), self._patience_s
            )
        self._patience_s = max(0.0, self._patience_s - (time.monotonic() - began_s))
