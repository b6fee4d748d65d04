"""Which of the things that recall can do is a request? Patterns in the order they are tried."""

import re
from enum import Enum, auto
from typing import Final

from edge.recall import phrases, silence


class Intent(Enum):
    """What is wanted, other than to have something looked up."""

    REMIND = auto()
    REMEMBER = auto()
    CANCEL = auto()
    """Timers or reminders."""
    TIME_LEFT = auto()
    TIMER = auto()
    REMINDERS = auto()
    PUT_ON_LIST = auto()
    TAKE_OFF_LIST = auto()
    SHOW_LIST = auto()
    PLANS = auto()
    DROP_PLAN = auto()
    UNDO = auto()
    FORGET_LAST = auto()
    FORGET_THAT = auto()
    FORGET_ALL = auto()
    FORGET_ABOUT = auto()
    HEAR_NOTHING = auto()
    HEAR = auto()
    TIME_OF_DAY = auto()
    NOTES = auto()
    READ = auto()
    LOOK = auto()
    """To be told what it is that one looks at."""
    SEE = auto()
    """To be told all that is in view."""
    COUNT = auto()
    """To be told how many of something are in view."""
    SEEN_WHERE = auto()
    LAST_WORDS = auto()
    WHERE_AM_I = auto()
    KEPT_TODAY = auto()
    """To be told what was kept of the day."""
    SUM_UP = auto()
    BEYOND = auto()
    """Only a language model knows."""


_MATTER: Final = (
    r"[\s,.:;]*(?:(?:that|this|down|of|for\ me)\b)?[\s,.:;]*(?P<text>.*)$"  # what is to be kept
)
_LIST: Final = r"(?:my|the|our|a)\ (?P<list>(?:(?!list\b)[\w'-]+\ ){0,3})list"
_ALARM: Final = r"""alarms?(?=$|[.,;!?]|\ (?:clock|for|on|at|in|to|by|is|are|was|will|do|does|has|
    have|left|set|running|active|please|now|going|goes|rings?|off|and|every|tomorrow|tonight|today))"""
"""One that rings, and no alarm's code, company or bell."""
_PATTERNS: Final = (
    (Intent.HEAR_NOTHING, silence.COMMANDED),
    (Intent.HEAR, r"^(?:(?:start|resume)\ (?:listening|recording|watching)|unmute|wake\ up)\b"),
    (
        Intent.CANCEL,
        r"""^(?:cancel|stop|clear|delete|remove|drop|pause)\b.*\b(?:timers?|alarms?|reminders?)\b|
        ^(?:don'?t|do\ not)\ remind\ me\b""",
    ),
    (
        Intent.REMIND,
        r"""^(?:remind\ me|wake\ me(?:\ up)?|(?:set|make|add|create|give\ me|start)\ (?:me\ )?
        (?:a|an|another|the|one)\ (?:new\ )?reminder|reminder)\b(?P<text>.*)$""",
    ),
    (
        Intent.REMIND,
        r"""^(?P<text>(?:in|at|on|by|after|tomorrow|tonight|this|next|the\ day|every)\b.{2,40}?
        (?:\bremind|\bwake)\ me\b.*)$""",
    ),
    (
        Intent.PUT_ON_LIST,
        rf"^(?:add|put|write|place)\ (?P<items>.+?)\ (?:to|on|onto|in|into)\ {_LIST}$",
    ),
    (
        Intent.TAKE_OFF_LIST,
        rf"""^(?:take|remove|cross|strike|delete|tick|check)\ (?:off\ )?(?P<items>.+?)[ ]
        (?:(?:off|out)\ (?:of\ )?|from\ |on\ ){_LIST}$""",
    ),
    (Intent.TAKE_OFF_LIST, rf"^(?:clear|empty|delete|wipe)(?P<items>\ all)?\ {_LIST}$"),
    (
        Intent.SHOW_LIST,
        rf"""^(?:what(?:'s|\ is|\ do\ i\ have|\ have\ i\ got)?\ (?:still\ )?(?:on|in)|
        (?:read|show|tell|give|list)\b(?:\ me)?(?:\ out)?(?:\ what(?:'s|\ is)\ on)?)\ {_LIST}$""",
    ),
    (
        Intent.REMINDERS,
        r"""^(?:what|which|list|read|show|tell|do\ i\ have|are\ there)\b(?!.*\btimers?\b)
        .*\breminders?\b""",
    ),
    (
        Intent.DROP_PLAN,
        r"""^(?:forget|drop|cancel|delete|stop|abandon|end)\ (?:about\ )?(?:the|that|my|all)\b
        .*\bplans?\b""",
    ),
    (
        Intent.PLANS,
        r"""^(?:what(?:'s|\ is|\ are)|show|list|read|tell\ me)\ (?:me\ )?(?:the|my|our)[ ]
        (?:open\ |next\ )?plans?$""",
    ),
    (
        Intent.UNDO,
        r"^(?:undo|take\ (?:that|it)\ back|reverse)\b(?:\ (?:that|it|this|the\ last\b.*))?$",
    ),
    (
        Intent.REMEMBER,
        rf"""^(?:don'?t\ let\ me\ forget|note\ to\ self|
        (?:note|write|jot)\ (?:th(?:is|at)\ |it\ )?down|
        (?:take|make|write|add|keep|save)\ (?:me\ )?(?:(?:a|this|the|another)\ )?(?:quick\ )?
        (?:note|memo)|memo|note|remember\b(?!\ (?:where|what|when|who|which)\b)){_MATTER}""",
    ),
    (
        Intent.REMEMBER,
        r"^(?:add|put)\ (?P<text>.+\ (?:to|on|in)\ (?:my|the)\ (?:\w+\ )?notes)$",
    ),
    (
        Intent.TIME_LEFT,
        rf"\b(?:how\ (?:long|much)|what)\b(?!.*\b(?:cost|paid|pay)\b).*\b(?:timers?|{_ALARM})",
    ),
    (
        Intent.TIMER,
        rf"^(?!(?:where|who|whose|which|how\ much)\b).*\b(?:timer\b|countdown\b|{_ALARM})",
    ),
    (Intent.FORGET_LAST, r"^(?:forget|delete|erase|wipe)\b.*\b(?:last|past)\b(?P<time>.*)$"),
    (
        Intent.FORGET_THAT,
        r"""^(?:forget|delete|erase|wipe)\ (?:that|this|it|
        what\ (?:i|we|was)(?:\ just)?\ sa(?:id|y))(?:\ again)?$""",
    ),
    (Intent.FORGET_ALL, r"^(?:forget|delete|erase|wipe)\ (?:everything|all|all\ of\ it)\b"),
    (Intent.FORGET_ABOUT, r"^(?:forget|delete|erase|wipe)\b"),
    (
        Intent.TIME_OF_DAY,
        r"^(?:what\ time\ is\ it|what(?:'s|\ is)\ the\ time|do\ you\ (?:know|have)\ the\ time)",
    ),
    (
        Intent.WHERE_AM_I,
        r"""^(?:where\ am\ i|(?:what|which)\ place\ (?:is\ this|am\ i\ (?:at|in)))
        (?:\ (?:just|right))?(?:\ now|\ at\ the\ moment)?$""",
    ),
    (
        Intent.KEPT_TODAY,
        r"""^what\ (?:did|have|do)\ you\ (?:keep|kept|noted?|written\ down|write\ down)
        (?:\ down)?\ (?:about|of|from|for)\ (?:today|my\ day|the\ day)$|
        ^(?:sum\ up|recap|summari[sz]e)\ (?:today|my\ day|the\ day)$|
        ^(?:how\ was|what\ happened)\ (?:my\ day|today)$""",
    ),
    (
        Intent.NOTES,
        r"""\b(?:what|which|list|read|show|tell)\b.*\bnotes\b|
        \bwhat\ (?:did|have)\ (?:i|you)\ (?:ask(?:ed)?\ you\ to\ |to\ )?(?:remember|note)(?:e?d)?\b|
        \bto\ remember$""",
    ),
    (
        Intent.READ,
        rf"""^read\b|^what(?:'s|\ is)\ (?:it|this|that)(?:\ \w+)?\ saying\b|{phrases.SIGN_SAYS}""",
    ),
    (
        Intent.LOOK,
        r"""^(?:what\ am\ i\ (?:looking|seeing|holding|pointing)|
        what(?:'s|\ is)\ (?:this|that|(?:this|that)\ called)$|
        what(?:'s|\ is)\ (?:this|that)\ (?:thing|object)|
        what\ (?:kind|sort)\ of\ (?:thing|object)\ is\ (?:this|that))""",
    ),
    (
        Intent.SEE,
        r"""^(?:what\ (?:do|can)\ you\ see|
        describe\ (?:this|what|the\ (?:scene|view|picture|room))|
        what(?:'s|\ is)\ (?:in\ front\ of\ me|around\ me|here)$)""",
    ),
    (
        Intent.COUNT,
        r"""^how\ many\ (?P<what>[\w\ ]+?)\ (?:(?:do|can)\ (?:you|i)\ see|
        are\ (?:in\ front\ of\ me|here))""",
    ),
    (Intent.SEEN_WHERE, r"^(?:have|did|do|can)\ you\ (?:seen|see|notice)\ (?P<thing>.+)"),
    (
        Intent.LAST_WORDS,
        r"""^(?:repeat\ (?:that|it)|
        what\ (?:did|was|were|have)\ (?:i|he|she|they|we|you|somebody|anyone|that)
        (?:\ just)?(?:\ now)?\ ?(?:say|said|saying|hear|heard|mention|mentioned|talking\ about|
        talk\ about|discuss|discussed)?(?:\ just\ now|\ last|\ just)?$|
        what\ was\ (?:just\ )?(?:said|mentioned|the\ last\ thing))""",
    ),
    (Intent.SUM_UP, r"^(?:sum\ up|recap)\b|\bsummari[sz]e\b"),
    (
        Intent.BEYOND,
        r"""^(?:translate|define|calculate|spell|look\ up|search\ for|explain|why)\b|
        \bhow\ do\ (?:you|i|we|people)\ (?!know)|^how\ (?:to|can|does)\b|
        ^what\ do\ you\ (?:call|think)\b|\bwhat\ does\ .*\ mean$""",
    ),
)
_COMPILED: Final = tuple(
    (intent, re.compile(pattern, re.IGNORECASE | re.DOTALL | re.VERBOSE))
    for intent, pattern in _PATTERNS
)


def recognise(request: str) -> tuple[Intent, re.Match[str]] | None:
    """Return what is wanted and the words that say so; None for a question to be looked up."""
    for intent, pattern in _COMPILED:
        if match := pattern.search(request):
            return intent, match
    return None
