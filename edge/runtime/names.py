"""Which names and terms should the recogniser expect? Those of the configuration, and those spelt.

"It is spelt A O I F E" is noted like everything that is said; the notes are where such names are
kept, and whoever forgets the note forgets the name. Names that merely stand in notes are not
taken: the recogniser itself wrote them, and would be taught its own mistakes.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from edge.evidence import Kind
from edge.messages import Expect

_SPELT: Final = re.compile(
    r"\b(?:spell(?:ed|t)?|spelt|spelling is)(?: (?:it|that|like this|as))?[,:]? "
    r"((?:[A-Za-z](?:[\s.,-]+|$)){3,24})"
)
WORDS_TO_FIND: Final = ("spelled", "spelt", "spell", "spelling")
KINDS: Final[tuple[Kind, ...]] = ("said", "asked", "remembered")
MOST_SPELT: Final = 50
MOST_BYTES: Final = 1_800
"""Of names in one message to the chamber; the last ones are left out."""


def spelt(text: str) -> str:
    """Return the name that is spelt letter by letter in a text; empty if none is."""
    found = _SPELT.search(text)
    letters = re.findall(r"[A-Za-z]", found[1]) if found else []
    return "".join(letters).capitalize()


class Names:
    """What the chamber is told to expect."""

    def __init__(
        self, configured: Iterable[str], noted: Iterable[str], show: Callable[[Expect], None]
    ) -> None:
        """Take the configured names, and the notes in which something may be spelt."""
        self._show = show
        self._is_told = False
        """Whether the chamber expects something, which may have been forgotten since."""
        self._configured = tuple(configured)
        self._words = _names(self._configured, noted)

    def say(self) -> None:
        """Tell the chamber, by way of the launcher."""
        fitting: list[str] = []
        room = MOST_BYTES
        for word in self._words:
            room -= len(word.encode()) + 3
            if room >= 0:
                fitting.append(word)
        if fitting or self._is_told:
            self._show(Expect(tuple(fitting)))
            self._is_told = True

    def begin_again(self, noted: Iterable[str]) -> None:
        """Forget names that no note spells any more."""
        self._words = _names(self._configured, noted)
        self.say()

    def heard(self, text: str) -> None:
        """Take the name that was just spelt, if one was, before those that were there."""
        name = spelt(text)
        if name and name not in self._words:
            self._words.insert(0, name)
            self.say()


def _names(configured: Iterable[str], noted: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*configured, *filter(None, map(spelt, noted)))))
