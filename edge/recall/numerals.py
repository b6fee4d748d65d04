"""Which numbers and times of day does a text name, however they are spelt? Pure.

"Ninety-four", "94" and "the ninety-fourth" are one number; "half past three", "3:30" and "15:30"
one time; "four seven one two" is 4712 as well as its digits.
"""

import re
from collections.abc import Iterator
from typing import Final

_ONES: Final = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen
"""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS: Final = (
    "first:1 second:2 third:3 fifth:5 eighth:8 ninth:9 twelfth:12 "
    "twentieth:20 thirtieth:30 dozen:12"
)
_VALUES: Final = (
    {word: value for value, word in enumerate(_ONES.split())}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
    | {f"{word}th": value for value, word in enumerate(_ONES.split()) if value > 3}  # noqa: PLR2004 (fourth …)
    | {word: int(value) for word, value in (pair.split(":") for pair in _ORDINALS.split())}
)
_SCALES: Final = {"hundred": 100, "hundredth": 100, "thousand": 1000, "million": 1_000_000}
_TOKEN: Final = re.compile(
    r"\d{1,3}(?:,\d{3})+(?!\d)|\d{1,2}[:.]\d\d(?!\d)|\d+(?:\.\d+)?|[a-z]+", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"(\d+(?:\.\d+)?)(?:st|nd|rd|th)?")
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d\d)")
_BESIDE: Final = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
_NOON: Final = 12
_MOST_HOURS: Final = 24
_ONE: Final = re.compile(r"\bone\b(?! (?:hundred|thousand|million))", re.IGNORECASE)
_HOUR: Final = 60
_TEN: Final = 10


def numbers(text: str) -> frozenset[str]:
    """Return every number that a text names, in each of its forms."""
    found = {"1"} if _ONE.search(text) else set[str]()
    for mention in mentions(text):
        found |= mention
    return frozenset(found)


def mentions(text: str) -> list[frozenset[str]]:
    """Return for each place where a text names numbers the forms of what stands there.

    Numbers side by side are one place: their digits together, a time of day, and each of them.
    """
    return [frozenset(_forms(run)) for run in _runs(text)]


def _runs(text: str) -> Iterator[list[str]]:
    """Yield numbers and clock times that stand side by side."""
    words = [word.lower() for word in _TOKEN.findall(text)]
    run: list[str] = []
    place = 0
    while place < len(words):
        value, taken = _read(words, place)
        if words[place] == "one" and taken == 1 and not run and not _follows(words, place):
            value = ""
        if value:
            run.append(value)
            place += taken
            continue
        if run:
            yield run
            run = []
        place += 1
    if run:
        yield run


def _follows(words: list[str], place: int) -> bool:
    """Say whether a number follows: "one" alone is rather a pronoun."""
    return place + 1 < len(words) and (words[place + 1] in _VALUES or words[place + 1].isdigit())


def _read(words: list[str], place: int) -> tuple[str, int]:
    """Return the number that begins at a word, and how many words it takes; "" for none."""
    beside = _BESIDE.get(words[place])
    if beside and len(words) > place + 2 and words[place + 1] in {"past", "to"}:
        hour = _VALUES.get(words[place + 2]) or _plain(words[place + 2])
        if hour and hour <= _MOST_HOURS:
            minute = beside if words[place + 1] == "past" else _HOUR - beside
            return f"{(hour - (words[place + 1] == 'to')) or _NOON}:{minute:02}", 3
    if words[place][0].isdigit():
        return words[place].replace(",", ""), 1
    return _spelt(words, place)


def _spelt(words: list[str], place: int) -> tuple[str, int]:
    """Read "two hundred and forty-five"."""
    total, part, at = 0, None, place
    while at < len(words):
        word = words[at]
        value = _VALUES.get(word)
        if value is not None and (part is None or (_is_open(part) and 0 < value < _room(part))):
            part = value if part is None else part + value
        elif word in _SCALES and part is not None:
            part *= _SCALES[word]
            if _SCALES[word] > 100:  # noqa: PLR2004 (hundreds are multiplied further)
                total, part = total + part, 0
        elif not (word == "and" and part is not None and at > place and words[at - 1] in _SCALES):
            break
        at += 1
    if part is None:
        return "", 1
    return str(total + part), at - place


def _is_open(part: int) -> bool:
    return part == 0 or part % _TEN == 0


def _room(part: int) -> int:
    """Return below what a number must be to go on with another: forty takes five, not fifty."""
    if part == 0:
        return 1000
    return 100 if part % 100 == 0 else (_TEN if part >= 20 else 0)  # noqa: PLR2004 (tens)


def _plain(word: str) -> int:
    return int(word) if word.isdigit() else 0


def _forms(run: list[str]) -> Iterator[str]:
    for number in run:
        yield from _times(number)
    if len(run) > 1:
        if all(number.isdigit() for number in run):
            yield "".join(run)
        if len(run) == 2 and all(number.isdigit() for number in run):  # noqa: PLR2004 (a clock)
            hour, minute = map(int, run)
            if hour <= _MOST_HOURS and minute < _HOUR:
                yield from _times(f"{hour}:{minute:02}")


def _times(number: str) -> Iterator[str]:
    """Yield a number; of a time also the one on a clock's face, and a full hour's number."""
    clock = _CLOCK.fullmatch(number)
    if clock and int(clock[1]) <= _MOST_HOURS:
        hour, minute = int(clock[1]) % _NOON or _NOON, clock[2]
        yield f"{hour}:{minute}"
        if minute == "00":
            yield str(hour)
            yield clock[1].lstrip("0") or "0"
        return
    plain = _DIGITS.fullmatch(number)
    yield plain[1].lstrip("0") or "0" if plain else number
