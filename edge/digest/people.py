"""Who was there, and of whom was spoken? Names, by who spoke and by how they are spoken of. Pure.

A word is a name where it is used as one: "call Anna", "my sister Anna", "Anna said". A capital
letter alone makes none: towns and brands have them too.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from edge.evidence import Note
from edge.recall.words import listed
from edge.search.when import DAYS, MONTHS

NOBODY: Final = frozenset({"", "wearer", "other", "companion"})
"""Whose name is not known."""
_NAME: Final = r"(?P<name>[A-Z][a-z]{2,20})\b"
_VERBS: Final = (
    "call|called|tell|told|ask|asked|meet|met|email|emailed|text|texted|visit|visited|thank|"
    "thanked|remind|reminded|invite|invited|marry|married|phone|phoned|join|joined|pay|paid"
)
_KIN: Final = (
    "sister|brother|mother|father|mum|mom|dad|son|daughter|wife|husband|partner|aunt|uncle|cousin|"
    "niece|nephew|friend|neighbour|neighbor|boss|colleague|teacher|doctor|girlfriend|boyfriend|"
    "flatmate|roommate"
)
_SAYS: Final = (
    "said|says|told|asked|asks|called|wants|wanted|promised|thinks|thought|mentioned|lives|works|"
    "moved|likes|loves|hates|knows|wrote|emailed|texted|suggested|agreed|arrives|arrived"
)
_USES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:{_VERBS}) {_NAME}",
        rf"\b(?:my|your|his|her|our|their) (?:\w+ )?(?:{_KIN}),? {_NAME}",
        rf"\b(?:[Tt]his is|[Nn]ame is|[Nn]ame's|named|[Mm]eet|[Ww]ith my friend) {_NAME}",
        rf"\b{_NAME} (?:{_SAYS})\b",
        rf"\b{_NAME}'s (?:{_KIN}|birthday|number|address|house|flat|place|email|phone|wedding)\b",
        rf"\b{_NAME},? (?:is |was )?(?:my|your|his|her|our|their) (?:\w+ )?(?:{_KIN})\b",
    )
)
_NO_NAMES: Final = frozenset(
    word.title()
    for word in (
        *DAYS,
        *MONTHS,
        *listed(
            "the this that they she her his him you your and but who what when where why how then "
            "there here everyone everybody somebody someone anyone nobody people mum mom dad god "
            "doctor professor mister miss missus let just all our its"
        ),
    )
)


def named(text: str) -> Iterator[str]:
    """Yield the people that a text names, each as often as it does."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for pattern in _USES:
        for found in pattern.finditer(plain):
            if found["name"] not in _NO_NAMES:
                yield found["name"]


def known(notes: Iterable[Note]) -> list[str]:
    """Return the people who spoke or of whom was spoken, in the order in which they came up."""
    found: dict[str, None] = {}
    for note in notes:
        if note.who not in NOBODY:
            found.setdefault(note.who)
        for name in named(note.text):
            found.setdefault(name)
    return list(found)
