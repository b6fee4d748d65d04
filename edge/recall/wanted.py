"""Is the kind of thing that a question wants in a text: a place, a time, a price, a name? Pure."""

import re
from collections.abc import Iterable
from typing import Final

from edge.messages import Colour
from edge.recall.asked import Wants
from edge.recall.numerals import mentions
from edge.recall.stance import NAME
from edge.recall.words import best_match, content, tokens
from edge.search.when import DAYS, MONTHS

_NUMBER: Final = (
    r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty)"
)
_DAY_NAMES: Final = "|".join((*DAYS, *(month for month in MONTHS if month != "may")))
_TIME: Final = (
    rf"\b(?:{_DAY_NAMES})|\b(?:in|of|since|until|next|last|by|early|late|this) may\b|"
    rf"\b(?:at|by|around|about|until|till|from|since|before|after|past|to) {_NUMBER}\b"
    rf"(?!\s+(?:euro|pound|dollar|franc|percent|people))|"
    rf"\b{_NUMBER}\s?(?:o'clock|am|pm|a\.m|p\.m|thirty|fifteen|forty|forty-five)\b|"
    r"\d{1,2}\s?[-:.\N{EN DASH}]\s?\d{1,2}\b|\b\d{4}\b|"
    r"\b\d+(?:st|nd|rd|th)\b|\b(?:first|second|third|\w+(?:[^aeiou\W]|ix|ur|en|ev)th|twentieth|"
    r"thirtieth|fifth|ninth|eighth)\b(?!\s+(?:time|floor|tooth|street|avenue))|"
    r"\b(?:today|tomorrow|yesterday|tonight|morning|afternoon|evening|noon|midnight|lunchtime|"
    r"weeks?|weekends?|weekdays?|months?|years?|hours?|minutes?|days?|nights?|half past|"
    r"quarter (?:past|to)|spring|summer|autumn|winter|soon|later|breakfast|lunch|dinner|supper|"
    r"christmas|easter|birthday)\b|\bnext\b"
)
_UNIT: Final = (
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|cm|mm|km|kg|"
    r"centimet(?:re|er)s?|millimet(?:re|er)s?|kilomet(?:re|er)s?|met(?:re|er)s?|inch(?:es)?|"
    r"foot|feet|yards?|miles?|grams?|kilos?|pounds?|stone|lit(?:re|er)s?|degrees?|percent|blocks?)"
)
_MONEY: Final = (
    r"\b(?:euros?|pounds?|dollars?|francs?|cents?|pence|quid|bucks?|crowns?|krona|kroner|yen|"
    r"rupees?|zloty|lira|chf|eur|usd|gbp)\b|[€$£¥]"
)
_PAID: Final = (
    r"\b(?:cost|costs|pay|pays|paid|price|charge[sd]?|spen[dt]|owe[sd]?|worth|rent|fee|fare|bill|"
    r"invoice|budget|salary|deposit|raised|lowered|hundred|thousand|million|free)\b"
)
_PLACE: Final = (
    r"\b(?:(?:in|on|at|by|near|inside|outside)(?!\s+(?:(?:the|a|an|this|that|my)\s+)?"
    rf"(?:{_NUMBER}\b|{_DAY_NAMES}|may\b|morning|afternoon|evening|night|noon|week|weekend|month|"
    r"year|time|moment|end|hurry|case|fact|spring|summer|autumn|winter|cash|person|general|"
    r"breakfast|lunch|dinner|supper|first|foot|all|least|most|once|ash|oak))|"
    r"under|underneath|beneath|behind|beside|besides|next to|above|below|between|over|opposite|"
    r"across|against|around|into|onto|upstairs|downstairs|here|there|home|level|floor|shelf|"
    r"to|with)\b"
)
_ROLE: Final = (
    r"\b(?:mother|father|mum|mom|dad|parents|sister|brother|siblings?|aunt|uncle|cousin|"
    r"grand\w+|son|daughter|child|wife|husband|girlfriend|boyfriend|partner|friend|niece|nephew|"
    r"neighbou?r|colleague|boss|chief|nurse|guest|nobody|everybody|everyone|somebody)\b|"
    r"\b(?:my|our|the|a|his|her|their)\s+(?:\w+\s+)?\w{2,}(?:er|or|ist|man|woman|ian|ant)\b"
)
_COLOURS: Final = (
    "|".join(sorted({str(colour.name).lower() for colour in Colour}))
    + "|grey|gray|beige|golden?|silver|turquoise|violet|navy|dark|light"
)
_EXPECTED: Final[dict[Wants, re.Pattern[str]]] = {
    "time": re.compile(_TIME, re.IGNORECASE),
    "place": re.compile(_PLACE, re.IGNORECASE),
    "measure": re.compile(
        rf"{_NUMBER}[\s-]+(?:and a half\s+)?(?:\w+[\s-]+)?{_UNIT}\b|\b(?:half an?|an?|a couple of|"
        rf"a few|several)\s+{_UNIT}\b|\b(?:since|until|till)\b|\d\s?(?:cm|mm|km|kg|m|°)\b",
        re.IGNORECASE,
    ),
    "reason": re.compile(
        r"\b(?:because|due to|since|so|in order to|as (?:he|she|it|they|i|we)|that's why)\b",
        re.IGNORECASE,
    ),
    "often": re.compile(
        r"\b(?:every|each|once|twice|times|daily|weekly|monthly|yearly|hourly|always|never|per|"
        r"(?:day|night|week|month|year)s?)\b",
        re.IGNORECASE,
    ),
    "colour": re.compile(rf"\b(?:{_COLOURS})\b", re.IGNORECASE),
}
_NONE_OR_SOME: Final = re.compile(
    r"\b(?:half|dozen|couple|few|several|many|none|no|twice|once|both|one|free|"
    r"a\b.*\b(?:day|week|hour|month|year))\b",
    re.IGNORECASE,
)
_LACKS: Final = re.compile(r"\b(?:needs?|wants?|orders?|ordered|buy)\b", re.IGNORECASE)
"""How many one would have is not how many there are."""
_CALLED: Final = re.compile(r"\b(?:called|named|names?|title)\b", re.IGNORECASE)
_BESIDE_NAME: Final = re.compile(r"\b([a-z]+),? (?=[A-Z])")
_IS_NAME: Final = re.compile(r"(?:\b(?:is|was|are|were)|'s) (?:the |a )?[A-Z]")
_INITIAL: Final = re.compile(r"(?:^|[.?!]\s+)([A-Z][a-z]+)")


def has_wanted(wants: Wants, question: str, told: str, counted: Iterable[str] = ()) -> bool:
    """Say whether a text has the kind of thing that a question wants."""
    if wants in _EXPECTED:
        return _EXPECTED[wants].search(told) is not None
    if wants in {"person", "name"}:
        return _has_name(wants, question, told)
    if wants == "money":
        return bool(mentions(told)) and bool(
            re.search(_MONEY, told, re.IGNORECASE) or re.search(_PAID, told, re.IGNORECASE)
        )
    if wants == "count" and (
        not _counts(told, counted) or (_LACKS.search(told) and not _LACKS.search(question))
    ):
        return False
    return wants == "" or bool(mentions(told)) or bool(_NONE_OR_SOME.search(told))


def _has_name(wants: Wants, question: str, told: str) -> bool:
    """Say whether a name stands in a text that does not stand in the question."""
    if wants == "name":
        about = set(content(question))
        named = any(set(content(each[1])) & about for each in _BESIDE_NAME.finditer(told))
        return named or bool(_CALLED.search(told) or _IS_NAME.search(told))
    asked = set(tokens(question))
    first = {word for word in _INITIAL.findall(told) if content(word)}
    names = {name.lower() for name in (*NAME.findall(told), *first)}
    if names - asked - {*DAYS, *MONTHS}:
        return True
    return re.search(_ROLE, told, re.IGNORECASE) is not None


def _counts(told: str, counted: Iterable[str]) -> bool:
    """Say whether a number stands just before what is counted, or after "how many there are"."""
    wanted = list(counted)
    words = tokens(told)
    for place, word in enumerate(words):
        if mentions(word) or _NONE_OR_SOME.fullmatch(word):
            near = content(" ".join(words[place + 1 : place + 4]))
            if not wanted or any(best_match(thing, near) for thing in wanted):
                return True
    return False
