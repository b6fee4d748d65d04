"""Which answers go to a wearable, to be shown there, and perhaps spoken?

Those to what was asked in its sound, as long as it is connected; and what its wearer wished for
beforehand, a timer that rings, help that is offered. That any of it leaves the device is entered
before it does. Where the wearable speaks it shows each sentence as it is said, else the whole
answer at once.
"""

from collections.abc import Callable
from typing import Final

from edge.ledger import Leaving
from edge.messages import (
    SENTENCE_CHARACTERS,
    ContextPacket,
    Control,
    Reply,
    ReturnAnswer,
    Shown,
    Transcript,
    WordsWanted,
)
from edge.recall.answer import shortened
from edge.runtime.border import Enter
from edge.runtime.present import Show

WHY: Final = "the answer to what was asked in its sound"
WHY_WISHED: Final = "what its wearer wished to be told"
WISHED: Final = frozenset({"timer", "offer"})
"""Sources of a `Reply` that nobody asks for at the moment."""


class AnswersBack:
    """The runtime's side of a wearable that takes answers."""

    def __init__(self, enter: Enter, tell: Show) -> None:
        """Enter with one, and tell the launcher, who hands it to the link, with the other."""
        self._enter, self._tell = enter, tell
        self._wanted: WordsWanted | None = None
        self._is_next_asked = self._is_asked = False
        """Whether what is answered next, and what is answered now, was asked in its sound."""
        self.is_spoken: Callable[[], bool] = lambda: False
        """Says whether the wearable speaks the answer that is given now."""

    def told(self, message: Control) -> None:
        """Know who takes answers; whoever connects anew has asked nothing yet."""
        if isinstance(message, WordsWanted):
            self._wanted = message if message.to and message.takes_answers else None
            self._is_next_asked = self._is_asked = False

    def asked(self, heard: Transcript | None) -> None:
        """Know in which words the next answer was asked for; None: in none that were spoken."""
        wanted = self._wanted
        self._is_next_asked = bool(wanted and heard and heard.start_ms >= wanted.since_ms)

    def shown(self, message: Shown) -> None:
        """Send a whole answer where the wearable does not speak it; one begins with its context."""
        match message:
            case ContextPacket():
                self._is_asked = self._is_next_asked
            case Reply(partial=False) if self.goes_to_it(message) and not self.is_spoken():
                text = shortened(message.text, SENTENCE_CHARACTERS)
                self.enter(text, message)
                self._tell(ReturnAnswer(text, goes_on=False))

    def goes_to_it(self, reply: Reply) -> bool:
        """Say whether it is the wearable's to show and to say."""
        return self._wanted is not None and (self._is_asked or reply.source in WISHED)

    def enter(self, text: str, reply: Reply) -> None:
        """Enter that this much of a reply leaves the device; it does so from now on."""
        assert self._wanted
        why = WHY_WISHED if reply.source in WISHED else WHY
        size_bytes = len(text.encode())
        self._enter(Leaving("ReturnAnswer", size_bytes, why, to=self._wanted.to))

    def begun(self, sentence: str) -> None:
        """Have it show what it begins to say."""
        self._tell(ReturnAnswer(sentence, goes_on=True))

    def over(self, *, was_cut: bool) -> None:
        """Have it know that nothing more is said; cut, at once."""
        self._tell(ReturnAnswer("", goes_on=False, was_cut=was_cut))
