"""Which of the words so far will stay? Those on which two looks in a row agree.

LocalAgreement-2 of Liu, Spanakis and Niehues (2020, "Low-Latency Sequence-to-Sequence Speech
Recognition and Translation by Partial Hypothesis Selection"). A word that was given stays given,
whatever a later look makes of it. Pure.
"""

from itertools import takewhile


class Agreement:
    """The looks at one utterance."""

    def __init__(self, start: int) -> None:
        self.start = start
        """Where the utterance begins: another beginning is another utterance."""
        self._given = 0
        self._before: list[str] = []

    def look(self, text: str) -> str:
        """Take the next look's text; return the words that have become sure, if any have."""
        words = text.split()
        sure = len([*takewhile(_same, zip(self._before, words, strict=False))])
        # The last word of a look may be half a word, or end with a stop that is none.
        sure = min(sure, len(words) - 1)
        given, self._given, self._before = self._given, max(self._given, sure), words
        return " ".join(words[given : self._given])


def _same(pair: tuple[str, str]) -> bool:
    before, now = (bare(word) for word in pair)
    return before == now


def bare(word: str) -> str:
    """Return a word without its capitals and the marks around it."""
    return "".join(c for c in word.casefold() if c.isalnum()) or word
