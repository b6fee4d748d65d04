"""How do people speak, whatever they want: politely, hesitating, to themselves, correcting?

Patterns, no decisions, as in `phrases`. English.
"""

import re
from typing import Final

TOOL_WANTED: Final = re.compile(
    r"""^(?:
    (?:i(?:'d|\ would)\ like|i\ (?:need|want|could\ use)|(?:can|could|may)\ i\ (?:have|get)|
      let's\ (?:set|start|have)|
      (?:can|could|would|will)\ you\ (?:please\ )?(?:set|start|make|give\ me)|set|start|make)[ ]
      (?:me\ )?(?:a|an|another)\ (?:[\w-]+\ ){0,3}
      (?:timer|reminder|alarm|countdown|stopwatch)\b.*|
    (?:can|could|may)\ i\ (?:have|get)\ (?:a|the)\ (?:quick\ |short\ )?(?:summary|recap)\b.*|
    (?:would|do)\ you\ mind\ (?:noting|reminding\ me|setting|reading|writing)\b.*|
    (?:can|could|would)\ you\ (?:please\ )?(?:check|see|look\ up|find\ out)\ (?:if|whether|when|
      where|what|how)\ (?:i|my)\b.*|
    .+,\ (?:please\ )?remind\ me(?:\ please)?|
    .+,\ (?:please\ )?(?:write|note)\ (?:that|it)\ down(?:\ please)?|
    i(?:'d|\ would)\ like\ you\ to\ (?:note|remember|remind)\b.*|
    (?:could|can)\ you\ time\ .+
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""However politely it is wished for: a timer, a reminder, a look at one's own matters."""

HESITATION: Final = re.compile(r"(?:,\s*)?\b(?:u+m+|u+h+|e+r+m?|h+m+)\b(?:\s*,)?", re.IGNORECASE)
REPETITION: Final = re.compile(r"\b((?:[\w']+ ){0,2}[\w']+)(?:,|\.\.\.)?\s+\1\b", re.IGNORECASE)
"""Words begun again after a comma: "where did I, where did I put it"."""
TO_YOU: Final = re.compile(
    r"\b(?:to|with|for|from|of|told|asked|gave|showed) you\b(?! to\b)", re.IGNORECASE
)
SELF_TALK: Final = re.compile(r"^(?:what|where|who) (?:was|am) i\b[^?]*\.$", re.IGNORECASE)
WAS_NOT_FOR_YOU: Final = re.compile(
    r"^(?:no,? |sorry,? |hey,? )*(?:(?:that|this|it) (?:was not|wasn't|is not|isn't) "
    r"(?:meant )?(?:for|to) you|i (?:was not|wasn't|am not) (?:talking|speaking) to you|"
    r"i'm not (?:talking|speaking) to you|not you)$",
    re.IGNORECASE,
)
WAS_FOR_YOU: Final = re.compile(
    r"^(?:hey,? |yes,? )*(?:i was (?:talking|speaking) to you|i was asking you|"
    r"(?:that|this|it) was (?:meant )?for you)$",
    re.IGNORECASE,
)
"""What the wearer says of the sentence before."""
