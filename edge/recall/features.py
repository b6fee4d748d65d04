"""What of a sentence is looked at, to say who it is for? Pure: names of features.

The rules (`asking`) are one voice among many: groups of words (`groups`) and forms (`forms`) stand
beside what they make of it.
"""

from collections.abc import Iterator
from zlib import crc32

from edge.recall import company, phrases
from edge.recall.asking import Strength, calls_somebody, goes_on, look
from edge.recall.forms import NAMES, forms
from edge.recall.groups import WORDS, groups
from edge.recall.words import sentences


def features(text: str, *, follows_reply: bool = False) -> Iterator[str]:
    """Name all that the layer looks at."""
    yield from groups(text)
    yield from _votes(text)
    yield from (f"F{name}" for name, has in zip(NAMES, forms(text), strict=True) if has)
    if follows_reply:
        yield "after a reply"
        yield from (f"after a reply, {name}" for name in groups(text) if name[0] in "ne")
        if any(map(goes_on, sentences(text))):
            yield "after a reply, goes on"


def frame(text: str, *, follows_reply: bool = False) -> Iterator[str]:
    """Name what of it says how the sentence is built, and holds no word of what it is about."""
    return (name for name in features(text, follows_reply=follows_reply) if name[0] != WORDS)


def place(name: str, places: int) -> int:
    """Return where a feature's weight stands: names that nobody listed have one too."""
    return crc32(name.encode()) % places


def _votes(text: str) -> Iterator[str]:
    """Say what the rules make of a text."""
    parts = sentences(text) or [text]
    asked = max(map(look, parts), key=lambda found: found.strength)
    yield f"strength {asked.strength:d}"
    yield f"strength {asked.strength:d}, {asked.kind}"
    opening = phrases.FILLER.sub("", parts[0])
    if asked.strength is not Strength.FIRM and phrases.TO_SOMEBODY.match(opening):
        yield "greets"
    if any(map(calls_somebody, parts)):
        yield "calls somebody"
    if company.READS.match(opening):
        yield "reads aloud"
    if company.QUOTES.search(parts[0]):
        yield "quotes"
    if company.ANOTHER_MACHINE.match(opening):
        yield "another machine"
    if company.CALL_BEGINS.match(text):
        yield "a call begins"
