"""What does a small recogniser write for the words that requests begin with? A table, no decisions.

Only where the rest of the sentence leaves little doubt: "right that down", "wears my bag".
"""

import re
from typing import Final

_TABLE: Final = (
    (r"^(?:and|at|had|ad)(?= .+ to (?:my|the) (?:\w+ )?(?:list|calendar|notes|diary)\b)", "add"),
    (r"^(?:right|ride)(?= (?:this|that|it|these|my|the)\b.*\bdown\b)", "write"),
    (r"^(?:not|known|no)(?= (?:that|this|down|for later|to self)\b)", "note"),
    (r"^(?:remain|rewind|reminds|mind)(?= me (?:to|of|about|at|in|on|when)\b)", "remind"),
    (r"^(?:wait|week|wade)(?= me (?:up|at|in)\b)", "wake"),
    (r"^(?:sat|sit|sets|sent)(?= (?:an?|the) (?:\w+ )?(?:timer|time|alarm|reminder)\b)", "set"),
    (r"^red(?= (?:this|that|it|out|me|the)\b)", "read"),
    (r"^(?:till|tale)(?= me (?:what|when|where|who|how|if|the|a)\b)", "tell"),
    (r"^(?:wears|whereas|were is|wheres)\b", "where's"),
    (r"^were(?= (?:did|have|do|is|are|was|can|does)\b)", "where"),
    (r"^(?:once|what)(?= (?:the|on my|this|that)\b)(?=.{8,})(?!.*\bit\b)", "what's"),
    (r"^now(?= (?:many|much|long|far|old|tall|late|often)\b)", "how"),
    (r"\bthe (?:time|timers?) for (?=.*\b(?:minutes?|hours?|seconds?)\b)", "the timer for "),
    (r"\ba time(?= (?:for|of) .*\b(?:minutes?|hours?|seconds?)\b)", "a timer"),
    (r"^time(?= for (?:\w+[ -]){1,4}(?:minutes?|hours?|seconds?)\W*$)", "timer"),
    (r"\b(?:were|wear) (?=i (?:put|left|parked|hid|laid|was)\b)", "where "),
)  # fmt: skip
_COMPILED: Final = tuple((re.compile(heard, re.IGNORECASE), meant) for heard, meant in _TABLE)


def mended(sentence: str) -> str:
    """Return a sentence as it was most likely said, its first letter as it was."""
    for heard, meant in _COMPILED:
        sentence = heard.sub(meant, sentence)
    return sentence
