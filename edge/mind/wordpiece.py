"""Which numbers stand for a text's pieces, as the embedding model learnt them? Pure.

BERT's uncased WordPiece: lower case without accents, punctuation apart, the longest known piece
first. One sentence of speech needs no more; Chinese characters are not set apart.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

MOST_PIECES: Final = 64
"""A sentence is short; what follows is cut, as the model would cut it at 256."""
_UNKNOWN, _BEGIN, _END = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD: Final = 100
_WORD: Final = re.compile(r"[^\W_]+|\S")


class WordPiece:
    """A vocabulary: one piece a line, its number is the line's."""

    def __init__(self, vocabulary: str) -> None:
        self._numbers = {piece: n for n, piece in enumerate(vocabulary.splitlines())}
        self._ends = self._numbers[_BEGIN], self._numbers[_END]

    def spelled(self, text: str) -> list[tuple[str, int]]:
        """Return the numbers of a text's pieces, each with the word that it is of."""
        pieces = [(word, piece) for word in _words(text) for piece in self._pieces(word)]
        return [(word, self._numbers[piece]) for word, piece in pieces[: MOST_PIECES - 2]]

    def framed(self, numbers: Sequence[int]) -> list[int]:
        """Return numbers between the marks of the text's beginning and end."""
        return [self._ends[0], *numbers, self._ends[1]]

    def _pieces(self, word: str) -> Sequence[str]:
        """Cut a word, longest known piece first; a word that cannot be cut is one unknown."""
        if len(word) > _LONGEST_WORD:
            return [_UNKNOWN]
        found: list[str] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._numbers), 0)
            if not end:
                return [_UNKNOWN]
            found.append(prefix + word[start:end])
            start = end
        return found


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFD", text.lower())
    bare = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return (found[0] for found in _WORD.finditer(bare))
