"""Which text in view is worth an offer, and what does it tell that one does not just see?

What one looks at one can read. So of a closing time the time that is left is offered, of a price
what the same cost elsewhere, of a warning only one beside what is looked at; the words themselves
are read only to who asks for that often.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from edge.evidence import Note, Now, ago, lasting, lines_of
from edge.proactive import Candidate, Kind, glance
from edge.proactive.around import Text
from edge.recall.words import tokens

STEADY_MS: Final = 4_000
"""Text in view for so long is not just passed by."""
WANTED_MS: Final = 20_000
CLOSES_WITHIN_S: Final = 3600.0
DEARER: Final = 1.05
"""A price so much above an earlier one is told."""
OFTEN: Final = 2
"""Who has asked so often to have something read, in the last days, has more of it read."""
LIKELY: Final = {Kind.CLOSING: 0.8, Kind.WARNING: 0.8, Kind.PRICE: 0.7, Kind.READING: 0.75}
"""How likely it is wanted."""
_CLOSES: Final = re.compile(
    r"\b(?:clos(?:e|es|ed|ing)|shuts?|until|till|last (?:entry|admission|orders?)|open(?:ing)?"
    r"(?: hours?| daily| today)?|hours)\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d)(?: ?(?P<half>[ap])\.?m\b)?"
    r"| ?(?P<only_half>[ap])\.?m\b)",
    re.IGNORECASE,
)
_WARNS: Final = re.compile(
    r"\b(?:caution|warning|danger|dangerous|beware|attention|wet (?:paint|floor)|slippery|"
    r"no entry|keep (?:out|off|clear)|do not|hot surface|high voltage|mind the|out of order|"
    r"not drinking water|poison|toxic|hazard|emergency|evacuate|falling)\b",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(
    r"[€$£] ?(?P<a>\d{1,4}(?:[.,]\d{2})?)"
    r"|\b(?P<b>\d{1,4}[.,]\d{2})\b(?! ?(?:am|pm|[-\u2013] ?\d|%))"
)
_NO_PRODUCT: Final = frozenset(
    {"only", "price", "now", "from", "each", "per", "kg", "eur", "offer"}
)


def looked_at(
    texts: Sequence[Text], earlier: Sequence[Note], now: Now, *, asks_often: bool
) -> list[Candidate]:
    """Return what is worth telling of texts that stay in view; `earlier` is what was seen before.

    The newest of those holds what is in view now.
    """
    found = []
    for text in texts:
        ground = next((note for note in earlier if _shows(note, text)), None)
        if ground and ground.id:
            told = _told(text, ground, earlier, now, asks_often=asks_often)
            found += [told] if told else []
    return found


def stays(text: Text) -> bool:
    """Say whether a text has been in view for longer than one passes it by."""
    return text.until_ms - text.since_ms >= STEADY_MS


def price_of(text: str) -> float | None:
    """Return the price that a text names; None where there is none, or several."""
    prices = [float((each["a"] or each["b"]).replace(",", ".")) for each in _PRICE.finditer(text)]
    return prices[0] if len(prices) == 1 and not _CLOSES.search(text) else None


def product_of(text: str) -> tuple[str, ...]:
    """Return the words beside a price."""
    words = tokens(_PRICE.sub(" ", text))
    return tuple(word for word in words if word.isalpha() and word not in _NO_PRODUCT)


def closes_s(text: str, now_s: float) -> float | None:
    """Return the moment today, ahead, at which a text says that something closes."""
    times = [_moment(found, now_s) for found in _TIME.finditer(text)]
    if not times or not _CLOSES.search(text):
        return None
    ahead = [moment for moment in times if moment > now_s]
    return ahead[-1] if ahead and times[-1] == ahead[-1] else None


def _told(
    text: Text, ground: Note, earlier: Sequence[Note], now: Now, *, asks_often: bool
) -> Candidate | None:
    closing_s = closes_s(text.words, now.wall_s)
    if closing_s is not None and closing_s - now.wall_s <= CLOSES_WITHIN_S:
        moment = datetime.fromtimestamp(closing_s, UTC).astimezone().strftime("%H:%M")
        left = lasting(60 * max(1, (closing_s - now.wall_s) // 60))
        return _of(text, f"Closes at {moment}, in {left}: ", Kind.CLOSING, (ground,), now)
    if _WARNS.search(text.words) and not text.is_looked_at:
        return _of(text, "Beside you: ", Kind.WARNING, (ground,), now)
    if (price := price_of(text.words)) is not None:
        return _cheaper(text, price, ground, earlier, now)
    if asks_often:
        return _of(text, "It says: ", Kind.READING, (ground,), now)
    return None


def _cheaper(
    text: Text, price: float, ground: Note, earlier: Sequence[Note], now: Now
) -> Candidate | None:
    """Return what the same cost when it was seen for less."""
    product = product_of(text.words)
    for note in earlier:
        words = " / ".join(lines_of(note))
        before = price_of(words)
        if before and product and product_of(words) == product and price >= DEARER * before:
            lead = f"It was {before:.2f}, {ago(now.age_s(note))}: "
            return _of(text, lead, Kind.PRICE, (ground, note), now)
    return None


def _of(text: Text, lead: str, kind: Kind, grounds: tuple[Note, ...], now: Now) -> Candidate:
    numbers = tuple(note.id for note in grounds)
    until_ms = text.until_ms + WANTED_MS
    told = glance(lead, text.words)
    return Candidate(kind, told, LIKELY[kind], numbers, now.ms, until_ms, is_beyond_sight=True)


def _shows(note: Note, text: Text) -> bool:
    """Say whether a note was made of a view with this text."""
    return note.kind == "seen" and set(tokens(text.words)) <= set(tokens(" ".join(lines_of(note))))


def _moment(found: re.Match[str], now_s: float) -> float:
    midnight = datetime.fromtimestamp(now_s, UTC).astimezone()
    midnight = midnight.replace(hour=0, minute=0, second=0, microsecond=0)
    hour, half = int(found["hour"]), found["half"] or found["only_half"]
    if half:
        hour = hour % 12 + 12 * (half.lower() == "p")
    return (midnight + timedelta(hours=hour, minutes=int(found["minute"] or 0))).timestamp()
