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

HESITATION: Final = re.compile(
    r"(?:,\s*)?\b(?:u+m+|u+h+|e+r+m?|h+m+)\b(?:\s*,)?|"
    r",\s*(?:you know|like|i mean|let's say|sort of|kind of|what do you call it)\s*,",
    re.IGNORECASE,
)
BEGUN_AGAIN: Final = re.compile(
    r"^(what|who|where|when|which|why|how|can|could|is|are|do|did|have|has|was)(?:'\w+)?\b"
    r"(?: [\w']+){0,3}, (?:(?:oh|no|wait|i mean),? )*(?=\1)",
    re.IGNORECASE,
)
"""A question that its speaker began, and begins otherwise: "how do I, how do you spell it"."""
REPETITION: Final = re.compile(r"\b((?:[\w']+ ){0,2}[\w']+)(?:,|\.\.\.)?\s+\1\b", re.IGNORECASE)
"""Words begun again after a comma: "where did I, where did I put it"."""
TO_YOU: Final = re.compile(
    r"\b(?:to|with|for|from|of|told|asked|gave|showed) you\b(?! to\b)", re.IGNORECASE
)
SELF_TALK: Final = re.compile(
    r"^(?:what|where|who) (?:was|am|did) i (?!put|leave|park|say\b)[^?]*\.$", re.IGNORECASE
)
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

SAID_TO_PEOPLE_TOO: Final = re.compile(
    r"^(?:remember to|read (?:this|that|it)\b|repeat (?:that|it)|"
    r"say (?:that|it) again|tell me|show me|explain|describe|help me|find|make sure i|let me know|"
    r"add \w+(?: \w+)?$|compare|count|look for|start|stop|forget (?:that|it)|"
    r"send|suggest|recommend|spell)",
    re.IGNORECASE,
)
"""Wishes that people have of each other as well."""
OF_TOOLS: Final = re.compile(
    r"\b(?:timers?|alarms?|reminders?|notes?|lists?|calendar|countdown|stopwatch|remind me|"
    r"summary|recap|my \w+|weather|translate|wake me)\b",
    re.IGNORECASE,
)
OF_OTHERS: Final = re.compile(
    r"^(?:\w+ )?(?:he|she|they|we)\b|^what happened$|\bto (?:do|say|think|tell|make of)\b",
    re.IGNORECASE,
)
"""What somebody does not know about others is rather a remark."""
TOLD: Final = re.compile(
    r"\b(?:he|she|they|\w+) (?:said|told|mentioned|wanted|asked|recommended|suggested)\b "
    r"(?:me|about|for|on|to|i)\b",
    re.IGNORECASE,
)
NO_WISH: Final = re.compile(
    r"^(?:explain|describe|repeat|spell) (?:yourself|that|it|this)(?: for me)?(?:,? please)?"
    r"(?:,? again.*)?[.!,]*$|"
    r"^(?:set|start|stop) (?:up|off|out|over|here|there|now)\b",
    re.IGNORECASE,
)
OF_ME: Final = re.compile(r"\b(?:i|me|my|mine)\b", re.IGNORECASE)
FOR_MYSELF: Final = re.compile(
    r"^(?:(?:will|should|must) i (?:need|have|be|wear|take|bring my|still)|"
    r"what (?:were|was|are) (?:we|i|they) (?:just )?(?:talking|speaking|discussing|arguing|saying)|"
    r"what (?:was|were) the (?:last|first|second|third|other|two|three) \w+(?: \w+)? "
    r"(?:he|she|they|i|we) (?:said|asked|told|mentioned|wanted|gave)|"
    r"(?:has|did|have) (?:anybody|anyone|somebody|someone) (?:\w+ )?"
    r"(?:say|said|mention|mentioned|tell|told)|"
    r"is (?:anybody|anyone|somebody|someone) (?:behind|near|following|beside) me)\b",
    re.IGNORECASE,
)
FROM_HERE: Final = re.compile(
    r"^(?:how|where|when|what|which \w+) (?:do|should|must) i\b", re.IGNORECASE
)
"""What one asks of whoever knows a place."""
ANYBODY: Final = re.compile(
    r"^(?:can|do|should|how (?:do|can|should|long (?:do|can|should)|often (?:do|should))|"
    r"when (?:do|should)|where (?:do|can)) you (?:freeze|boil|cook|bake|roast|fry|steam|grill|"
    r"poach|toast|reheat|microwave|recycle|wash|clean|store|keep|grow|plant|water|eat|drink|"
    r"pronounce|spell|say|write|play|tie|change|remove|get rid of|make|mix|soak|prune|feed|"
    r"calculate|convert|treat|cure|pay tax)(?! (?:the|this|that|my|it|me|us|him|her|them|some)\b)",
    re.IGNORECASE,
)
"""A "you" that means anybody."""
OF_THE_OTHERS: Final = re.compile(r"\b(?:the others|everybody|everyone)\b", re.IGNORECASE)
TOLD_BY: Final = re.compile(r"^what did (?:the|my|he|she|they)\b", re.IGNORECASE)
SEEN_BY_ME: Final = re.compile(
    r"\b(?:says?|written|read|song|tune|(?:in front of|around) me|am i|do you (?:see|hear|read)|"
    r"can you (?:see|read))\b",
    re.IGNORECASE,
)
ASKS: Final = re.compile(r"(?:what|who|where|when|which|whose|how)\b", re.IGNORECASE)
OPEN_QUESTION: Final = re.compile(
    r"""^(?:(?:at|in|on|for|from|to|with|by)\ )?(?:
    (?:what|who|whom|whose|where|when|which|how)\b(?:'s|'re)?(?!\ (?:about|come|if|else|is\ (?:he|
      she)|
      are\ they|(?:are|is|were|was)\ (?:the\ others|everybody|everyone)|(?:does|did|has|will|would|
      was|can|do)\ (?:he|she|they)\b))\ .+|
    (?:is|are|was|were)\ (?!(?:he|she|they|you|we|everybody|everyone|somebody|anybody|anyone)\b).+|
    (?:does|do|did|has|have|had|will|should|am)\ (?!(?:he|she|they|you|we|anybody|anyone|everybody|
      everyone|somebody|not|the\ same|us)\b).+|
    did\ (?:anybody|anyone|somebody|someone)\ .*\b(?:i|me|my)\b.*|
    can\ (?!(?:he|she|they|you|we|i|anybody|anyone|somebody|someone|everybody)\b).+
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""A question that nothing makes one to somebody."""
