"""How long is "an hour and a half"? Pure."""

import re
from typing import Final

_UNITS_S: Final = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86_400}
_SMALL: Final = """zero one two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen"""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_HALF: Final = 0.5
_VALUES: Final = (
    {word: float(value) for value, word in enumerate(_SMALL.split())}
    | {word: 10.0 * value for value, word in enumerate(_TENS.split(), 2)}
    | {"half": _HALF, "quarter": 0.25, "couple": 2.0, "few": 3.0}
)
_GLUE: Final = frozenset({"of", "and", "a", "an"})
_WORD: Final = re.compile(r"\d+(?:\.\d+)?|[a-z]+")


def seconds_in(text: str) -> float | None:
    """Return the duration that a text names, or None: `25 minutes`, `two and a half hours`."""
    total = 0.0
    numbers: list[float] = []
    last_unit_s = 0
    for word in _WORD.findall(text.lower()):
        value = float(word) if word[0].isdigit() else _VALUES.get(word)
        unit_s = _UNITS_S.get(word.removesuffix("s"))
        if unit_s:
            total += (sum(numbers) if numbers else 1.0) * unit_s
            numbers, last_unit_s = [], unit_s
        elif value is not None:
            numbers.append(value)
        elif word == "hundred" and numbers:
            numbers.append(numbers.pop() * 100)
        elif word not in _GLUE:
            numbers = []
    if numbers == [_HALF]:  # "an hour and a half": the half is of the unit before it
        total += last_unit_s * _HALF
    return total or None
