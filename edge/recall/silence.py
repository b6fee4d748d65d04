"""Is the companion told to hear and see nothing, and for how long? Patterns over one sentence.

`OVERHEARD` counts without the companion's name: "off the record" with a duration, and commands that
nobody gives a person; `ALONE` does when it is all that was said; `COMMANDED` when it is known to be
for the companion. "Off the record, he told me ..." and "stop listening to him" are talk: a false
mute costs minutes of hearing, though it is shown and one command ends it.
"""

import re
from collections.abc import Sequence
from math import ceil
from typing import Final

from edge.recall.duration import seconds_in

MOST_MINUTES: Final = 7 * 24 * 60
MINUTE_S: Final = 60

_NUMBER: Final = r"""(?:\d+(?:\.\d+)?|half|an?|one|two|three|four|five|six|seven|eight|nine|ten|
    eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|
    eighty|ninety|hundred|quarter|couple|few|and|of|the|next)[\s-]+"""
_TIME: Final = rf"""(?:,?\ (?:for|during)\ (?:about\ |around\ |just\ )?
    (?:{_NUMBER}){{1,6}}(?:seconds?|secs?|minutes?|mins?|hours?|days?)(?:\ and\ a\ half)?)"""
_WHILE: Final = r"""(?:,?\ (?:for\ (?:now|good|a\ (?:while|bit|moment|sec)|the\ moment|
    the\ rest\ of\ (?:the|this)\ \w+)|(?:until|till)\ (?:tomorrow|tonight|later|further\ notice|
    i\ (?:say|tell\ you)(?:\ \w+)?|i(?:'m|\ am)\ (?:back|done|finished)|
    i\ (?:come\ back|return|get\ back))|(?:right\ )?now|from\ now\ on))"""
_KINDLY: Final = r"(?:[,.]?\ (?:please|thanks|thank\ you|okay|ok))"
_TAIL: Final = rf"(?:{_TIME}|{_WHILE}){{0,2}}{_KINDLY}?$"
_RECORD: Final = r"off?[\s-](?:the[\s-])?records?"
"""A recogniser may lose a letter of "off", and the "the"."""
_ASKING: Final = r"""(?:please\ |(?:can|could|would|will)\ you\ (?:please\ |just\ )?|
    let'?s\ |let\ us\ )?"""
_HEARING: Final = r"(?:listening|recording)(?:\ to\ (?:me|us|this|everything)|\ (?:me|us|this))?"
OVERHEARD: Final = rf"""^(?:
    {_ASKING}go(?:ing)?\ {_RECORD}{_TAIL}|
    {_ASKING}(?:stop|pause|quit)\ {_HEARING}{_TAIL}|
    {_ASKING}mute\ yourself{_TAIL}|
    {_RECORD}{_TIME}{_KINDLY}?$)"""
ALONE: Final = rf"^off?[\s-]the[\s-]records?{_WHILE}?{_KINDLY}?$"
COMMANDED: Final = rf"""^{_ASKING}(?:
    (?:(?:go|going|be|stay|we(?:'re|\ are)|i'?m|this\ is)\ (?:now\ )?)?{_RECORD}{_TAIL}|
    (?:stop|pause|quit)\ (?:{_HEARING}|hearing|watching|looking)(?:\ at\ (?:me|us|this))?{_TAIL}|
    (?:don'?t|do\ not)\ (?:listen|record|watch)(?:\ to)?(?:\ (?:me|us|this|that|now))?{_TAIL}|
    mute(?:\ (?:yourself|(?:your|the|my)\ (?:mic|microphone)s?))?{_TAIL}|
    (?:turn|switch)\ (?:off\ (?:your|the|my)\ (?:mic|microphone|camera|ears)|
      (?:your|the|my)\ (?:mic|microphone|camera|ears)\ off|yourself\ off){_TAIL}|
    (?:go\ to\ sleep|be\ deaf|close\ your\ (?:ears|eyes)){_TAIL})"""
_FLAGS: Final = re.IGNORECASE | re.VERBOSE
_COMPILED: Final = {
    pattern: re.compile(pattern, _FLAGS) for pattern in (OVERHEARD, ALONE, COMMANDED)
}
_SET_APART: Final = re.compile(rf"^\ ?{_TIME}{_KINDLY}?$", _FLAGS)
_ASKS: Final = re.compile(r"(?:can|could|would|will) you\b", re.IGNORECASE)
_IDIOM: Final = re.compile(r"\bfor (?:just )?a (?:second|sec|minute)\b", re.IGNORECASE)


def is_wanted(sentence: str, *patterns: str) -> bool:
    """Say whether a sentence without its filler is one of these; "stop listening?" is a doubt."""
    plain = sentence.rstrip(" .?!,")
    if sentence.rstrip().endswith("?") and not _ASKS.match(plain):
        return False
    return any(_COMPILED[pattern].match(plain) for pattern in patterns)


def together(sentences: Sequence[str]) -> list[str]:
    """Put a duration that a recogniser set apart back: "Stop listening. For ten minutes."."""
    whole: list[str] = []
    for sentence in sentences:
        if whole and _SET_APART.match(f" {sentence.rstrip(' .!')}"):
            whole[-1] = f"{whole[-1].rstrip(' .!,')} {sentence[0].lower()}{sentence[1:]}"
        else:
            whole.append(sentence)
    return whole


def minutes_in(sentence: str, unsaid: int) -> int:
    """Return the whole minutes that a request names, or `unsaid`, as for "for a minute"."""
    if _IDIOM.search(sentence):
        return unsaid
    duration_s = seconds_in(sentence)
    return min(MOST_MINUTES, ceil(duration_s / MINUTE_S)) if duration_s else unsaid
