"""Which words go back to the wearable in whose sound they were found?

Its wearer named it in the command that started the run, so all that is noted goes back: not what
only passes, not the companion's own voice. That they leave the device is entered before they do.
"""

from typing import Final, NamedTuple

from edge.ledger import Leaving
from edge.messages import Control, ReturnWords, Speaker, Transcript, WordsWanted
from edge.runtime.border import Enter
from edge.runtime.present import Show

WHY: Final = "the words in the sound that it sent"


class _Newest(NamedTuple):
    """An utterance, without what was said in it."""

    start_ms: int
    end_ms: int
    words: int


NONE: Final = _Newest(-1, -1, 0)


class WordsBack:
    """The runtime's side of a wearable that wants words."""

    def __init__(self, enter: Enter, tell: Show) -> None:
        """Enter with one, and tell the launcher, who hands it to the link, with the other."""
        self._enter, self._tell = enter, tell
        self._wanted: WordsWanted | None = None
        self._newest = NONE
        """Of which words went back."""

    def told(self, message: Control) -> None:
        """Know who wants words."""
        if isinstance(message, WordsWanted):
            self._wanted, self._newest = (message if message.to else None), NONE

    def heard(self, heard: Transcript) -> None:
        """Send back what is new in an utterance, if it was said in that wearable's sound."""
        wanted, before = self._wanted, self._newest
        if not wanted or heard.start_ms < wanted.since_ms:
            return
        words, start_ms = heard.text.split(), heard.start_ms
        self._newest = _Newest(start_ms, heard.end_ms, len(words))
        if heard.goes_on and before.start_ms == start_ms:  # it has the beginning already
            words, start_ms = words[before.words :], before.end_ms
        if not words:
            return
        text = " ".join(words)
        self._enter(Leaving("ReturnWords", len(text.encode()), WHY, to=wanted.to))
        is_other = heard.speaker is Speaker.OTHER
        self._tell(ReturnWords(text, start_ms, heard.end_ms, is_other))
