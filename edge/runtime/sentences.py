"""Which sentences of a text that still grows are whole? Pure."""

import re
from typing import Final

MOST_CHARACTERS: Final = 300
"""A longer one is spoken in parts: the first part must not wait for the last."""
_END: Final = re.compile("(?:[.!?\u2026]+[\"'\u201d\u2019)\\]]*(?=\\s)|\n)")
_NO_END: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)
_PART: Final = re.compile("(?s:.*[,;:\u2013\u2014]\\s)")


def taken(text: str, *, is_whole: bool) -> tuple[list[str], str]:
    """Return the sentences that are ready to be spoken and the rest, which is nobody's yet.

    Of a text that `is_whole` nothing is left over.
    """
    sentences: list[str] = []
    begin = 0
    for end in _END.finditer(text):
        if not _NO_END.search(text[begin : end.end()]):
            sentences += _parts(text[begin : end.end()])
            begin = end.end()
    rest = text[begin:]
    if is_whole:
        return [*sentences, *_parts(rest)], ""
    return sentences, rest


def _parts(sentence: str) -> list[str]:
    """Cut what is too long at its last comma, else between two words."""
    parts = []
    left = sentence.strip()
    while len(left) > MOST_CHARACTERS:
        head = left[:MOST_CHARACTERS]
        comma = _PART.match(head)
        cut = comma.end() if comma else head.rfind(" ") + 1 or MOST_CHARACTERS
        parts.append(left[:cut].strip())
        left = left[cut:].strip()
    return [*parts, left] if any(map(str.isalnum, left)) else parts
