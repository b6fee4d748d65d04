"""Does a sentence tell what somebody did, rather than ask for it? Pure: patterns over the words.

"I put my badge in the backpack" and "Put my badge in the backpack this morning" have the words of a
command; who did it, or when, makes a report of them. A report is noted, and is no request by its
words alone.
"""

import re
from typing import Final

from edge.recall import phrases
from edge.recall.asking import fluent

_SAME_IN_THE_PAST: Final = r"put|set|read|cut|let|shut|hit|hurt|cost|bet|quit|spread|split"
"""Their present and past are the same word."""
_PAST: Final = (
    r"left|found|took|gave|lent|hid|bought|brought|sent|told|met|paid|saw|wrote|heard|made|"
    r"went|came|kept|held|hung|laid|drove|rode|ate|drank|fed|felt|began|broke|built|caught|"
    r"chose|dropped|grew|knew|led|lit|ran|sang|sat|sold|spent|spoke|spilt|stood|stuck|swapped|"
    r"taught|threw|woke|wore|won|slept|said|thought|"
    r"(?!(?:wanted|needed|asked|wondered|tried|hoped|finished|misplaced|used)\b)[a-z]{2,}(?<!e)ed"
)
_AS_COMMANDED: Final = (
    r"call|play|turn|look|find|keep(?!\ [a-z]+ing)|start|stop|take|write|add|tell|save|check|"
    r"mute|move|show"
)
_SOMEBODY: Final = (
    r"(?:i|we|he|she|they|mum|mom|dad|grandma|grandpa|"
    r"(?:my|our|his|her|their|the)\ (?:[a-z'-]+\ ){0,2}?[a-z'-]+)"
)
_NAMED: Final = (
    r"(?!(?:just|let|log|record|note|remember|save|store|keep|track|mark|add|write|find)\b)"
    r"(?-i:[A-Z][a-z]+\ )"
)
_OFTEN: Final = (
    r"(?:(?:just|already|also|then|always|usually|often|never|only|even|still|had|have)\ )"
)
_OWN: Final = rf"(?:{_SOMEBODY}(?:'ve|'d)?\ {_OFTEN}{{0,2}}|(?:{_NAMED}){{1,2}})"
_WHEN: Final = (
    r"(?:(?:yesterday|today|tonight|tomorrow|then|afterwards|(?:this|last|next|every|each)\ [a-z]+|"
    r"(?:on|at|in|after|before|during|since|by)\ (?:[\w'-]+\ ){0,3}?[\w'-]+)\ ?,?\ )"
)
_LONG_AGO: Final = (
    r"(?:yesterday|last\ (?:night|week|month|year|time|\w+day)|this\ (?:morning|afternoon)|"
    r"earlier(?:\ today)?|already|ago|back\ then|on\ the\ way\ here)"
)
_TOLD: Final = re.compile(
    rf"""^{_WHEN}?(?:
    {_OWN}(?:{_SAME_IN_THE_PAST}|{_PAST}|(?<!the\ )(?:{_AS_COMMANDED})s?)\b.*|
    (?:{_PAST})\ .*|
    (?:{_SAME_IN_THE_PAST})\ .*\b{_LONG_AGO}(?:\ and\b.*)?
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_MINE_IS: Final = re.compile(
    r"my (?:[\w'-]+ ){1,4}?(?:is|are|was|were|has|starts|comes|leaves) ", re.IGNORECASE
)
_ASKS_TOO: Final = re.compile(
    r"\b(?:you|please|remind me|remember (?:that|this|it)|note (?:that|this|it)|"
    r"write (?:that|this|it)|forgot|forget|wish|need|want|"
    r", (?:and |so )?(?:add|get|put|set|stick|help|tell|find|note|log|save|keep|hold|make|take)|"
    r"tell me|(?<!i )(?<!he )(?<!we )(?<!she )(?<!they )set (?:an?|the) (?:alarm|reminder|timer)|"
    r"make a note(?: of (?:this|that|it))?$|"
    r"(?:keep|hold|save|log) (?:this|that|it)(?: for me| in mind)?$|put that on my|"
    r"(?:where|when|what|who|how(?: much)?)(?:'s| is| was| did) (?:it|that)"
    r"(?: called| go)?(?: again)?$|(?:what|where|when|who)$|"
    r"^(?:on|in|at|to|from) (?:which|what|whose)|"
    r"(?:^|, )(?:but |so |and )?(?:what|where|when|who|which|how)"
    r"(?:'s| (?:is|was|are|were|did)))\b",
    re.IGNORECASE,
)
"""A report with a wish or a question in it is more than a report."""


def tells(sentence: str) -> bool:
    """Say whether a sentence only reports what somebody did or does."""
    said = _plainly(sentence)
    return bool(_TOLD.match(said)) and not _asks_too(said, sentence)


def states(sentence: str) -> bool:
    """Say whether a sentence only says how things are, or what somebody did."""
    said = _plainly(sentence)
    is_statement = _TOLD.match(said) or phrases.STATES.match(said) or _MINE_IS.match(said)
    return bool(is_statement) and not _asks_too(said, sentence)


def _plainly(sentence: str) -> str:
    return phrases.FILLER.sub("", fluent(sentence)).rstrip(" .!")


def _asks_too(said: str, sentence: str) -> bool:
    return "?" in sentence or _ASKS_TOO.search(said) is not None
