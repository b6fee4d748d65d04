"""How does one speak among people: on the telephone, to another machine, reading, in rhetoric?

Patterns, no decisions, as in `phrases`. English.
"""

import re
from typing import Final

_FLAGS: Final = re.IGNORECASE | re.VERBOSE

ANOTHER_MACHINE: Final = re.compile(
    r"""^(?:(?:hey|hi|ok|okay|hello|yo)[,\ ]+)?(?:alexa|siri|google|cortana|gemini|bixby|echo|
    computer|jarvis|chat\ ?gpt|copilot|claude|home\ assistant|tomtom)\b""",
    _FLAGS,
)
CALL_BEGINS: Final = re.compile(
    r"""^(?:hello\?|hello,?\ (?:yes|is\ (?:that|this)|this\ is|it's|who's|who\ is|i'm\ calling)\b|
    (?:hi|hey|hello)[, ]+(?:love|mum|mom|dad|darling|honey|dear|\w+)?[, ]*(?:it's|it\ is|this\ is|
      can[ ]
      you\ hear|how's|yes|i'm|sorry|just|you\ there)\b|
    this\ is\ \w+(?:\ \w+)?\ (?:from|speaking|calling|at)\b|(?:[\w' ]+\ )?speaking[.!]?$|
    (?:i'm|i\ am)\ (?:just\ )?(?:calling|ringing|phoning)\b|
    (?:good\ (?:morning|afternoon|evening)),?\ (?:i'd\ like|i\ would\ like|i'm\ calling|this\ is|
      my\ name|i\ have\ a|can\ i\ (?:speak|talk)|could\ i\ (?:speak|talk))\b|(?:dad|mum|mom|
      darling|love),\ it's\ me\b|
    (?:hi|hello|yes|hey),?\ (?:yes,?\ )?(?:it's\ about|about\ the|what's\ up)\b|
    (?:[\w', ]+\ )?(?:can|do)\ you\ hear\ me\b|who's\ (?:calling|speaking)\b|
    (?:yeah|yes),?\ (?:i'm|we're)\ (?:on\ the|in\ the|at\ the|just|still|almost|nearly)\b)""",
    _FLAGS,
)
"""One's half of a telephone call begins like this. Its other end is not heard."""
CALL_ENDS: Final = re.compile(
    r"\b(?:bye|goodbye|talk (?:to you )?(?:later|soon)|see you|speak (?:soon|later)|call me back|"
    r"call me later|take care)\b",
    re.IGNORECASE,
)
ADDRESSES: Final = re.compile(
    r"\b(?:you|your|yours|you're|you've|let's|we|shall|please|thanks|thank|sorry|hi|hello|hey|yes|"
    r"yeah|no|okay|ok|come|look|here|well done)\b|\?$",
    re.IGNORECASE,
)
"""Words of somebody who is in conversation, rather than of one who talks to nobody."""
READS: Final = re.compile(
    r"""^(?:(?:step|question|chapter|page|part|paragraph|verse|section|article|exercise|number|rule|
    scene|act)\ (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b[.,:]?|
    (?:dear|attention|once\ upon\ a\ time|ingredients|breaking\ news)\b|
    (?:true\ or\ false|multiple\ choice)\b)""",
    _FLAGS,
)
"""Read aloud."""
QUOTED: Final = re.compile(
    r"""^(?:(?:he|she|they|i|the\ \w+|[A-Z]\w+)\ )?(?:said|asked|whispered|cried|shouted|thought|
    replied|wondered|answered|exclaimed|called|murmured|muttered)\b(?:\ \w+){0,3}[.,!]?$""",
    _FLAGS,
)
"""What stands behind a quotation."""
QUOTES: Final = re.compile(
    r"""^(?:and\ |so\ |then\ |but\ |And\ |So\ |Then\ |But\ )*(?:i|I|he|He|she|She|they|They|we|We|
    you|You|[A-Z]\w+|(?:the|my|his|her|our|a|The|My|His|Her|Our|A)\ \w+)[ ]
    (?:says?|said|goes|go|asks?|asked|wrote|shouted|was\ like|were\ like),|
    ,\ (?:asked|said|whispered|cried|wondered|shouted|thought)[ ]
      (?:the|my|his|her|he|she|they|[A-Z])""",
    re.VERBOSE,
)
"""Somebody's words are told, or read."""
RHETORIC: Final = re.compile(
    r"""^(?:
    (?:what|where|how|why|who|when)\ (?:on\ earth|the\ (?:hell|heck|devil)|in\ the\ world)\b.*|
    what\ (?:was|were|am|is|are)\ (?:i|we|he|she|they|people)\ (?:thinking|on\ about|up\ to|like|
      doing\ (?:here|wrong))\b.*|
    what\ (?:could|can|might)\ (?:possibly|ever)?\ ?(?:go|be|have)\b.*|
    how\ (?:hard|difficult|bad|long|stupid|complicated|wrong)\ (?:can|could|must)\b.*|
    how\ (?:could|can|should|would|dare)\ (?:i|he|she|they|anybody|anyone|one|that|this)\b.*|
    how\ (?:nice|lovely|sweet|strange|odd|funny|sad|rude|embarrassing|annoying|typical)\b.*|
    how\ (?:long\ is\ a\ piece\ of\ string|time\ flies)\b.*|
    who\ (?:does|do)\ (?:he|she|they|it)\ think\b.*|who\ (?:would|could|needs|cares|wants|
      asked)\b.*|
    who(?:'s|\ is)\ (?:a|the|my)\ (?:good|clever|best|sweet|big|little|pretty|silly)\b.*|
    where\ (?:does|did|do)\ (?:the|all\ the)?\ ?(?:time|money|day|days|years?)\ go\b.*|
    where\ were\ (?:i|we)\b.*|
    what(?:'s|\ is)\ (?:not\ to|the\ (?:point|use(?!\ by)|harm|big|fuss|matter|difference\ if|
      worst|status)|
      wrong\b|going\ on|happening|up\ with|it\ to|a\ \w+\ to\ do|keeping|taking|blocking|holding|
      that\ supposed|this\ supposed|(?:new|next)$)\b.*|
    what\ do\ we\ have\ here\b.*|what\ have\ we\ (?:here|got\ here)\b.*|
    what(?:'s|\ is)\ in\ a\ name\b.*|what\ (?:a|an)\b.*|what\ does\ it\ matter\b.*|
    what\ (?:does|do|did)\ the\ (?:cow|dog|duck|sheep|cat|lion|pig|horse|frog|bird|fox|
      owl)\ (?:say|do)
      \b.*|
    when\ (?:will|did|do|does)\ (?:he|she|they|it|people|this|i|we)\ (?:ever|finally|stop|
      learn)\b.*|
    since\ when\b.*|why\ (?:is|does|do|did|are|am|can't|won't|always|me|not|don't|must|would|should|
      has|have)\ (?:it|this|that|he|she|they|i|everything|everybody|everyone|nobody|nothing|people|
      things?)\b(?!\ (?:called|\w+\ (?:in|on|at)\ )).*|why\ (?:me|not|bother|oh\ why)\b.*|
    why\ did\ the\ chicken\b.*|
    (?:is|was|isn't|wasn't|aren't|doesn't|don't|didn't|hasn't|haven't|won't|wouldn't|can't|couldn't|
      shouldn't|weren't)n?'?t?\ (?:that|this|it|he|she|they)\ (?:so|something|typical|right|lovely|
      nice|
      great|funny|amazing|the\ (?:truth|point)|a\ (?:joke|pity|shame))\b.*|
    (?:isn't|wasn't|aren't|doesn't|don't|didn't|hasn't|haven't|won't|wouldn't|can't|couldn't|
      shouldn't|weren't)\b.*|
    is\ it\ (?:just\ )?me\b.*|is\ (?:this|that)\ (?:seat|chair|place|table|one|yours?)\b.*|
    is\ anybody\ serving\b.*|is\ (?:it|that)\ (?:so|true|right|okay|ok|alright|possible|really)$|
    (?:is|are|was)\ (?:nothing|nobody|no\ one|everything|everyone|everybody)\b.*|
      what\ difference\b.*|
    when\ was\ the\ last\ time\ (?:anybody|anyone|somebody|you|he|she|they|we)\b.*|who\ even\b.*|
      am\ i\ the\ only\b.*|
    where\ would\ (?:i|we)\b.*|(?:does|has|have|is|can|could|would|will)\ (?:anybody|anyone|
      somebody|someone|everybody|everyone)
      \b.*|
    who\ (?:wants|else|has|is|can|left|took|ate|broke|did|started|started\ it|designed|made|put|let|
      taught)(?:\ (?:to|some|this|that|the|my|it|a|first|next|hungry|ready|coming|here)\b.*|$)
    )$""",
    _FLAGS,
)
"""Questions that want no answer, or none from a machine."""
SOLID: Final = re.compile(
    r"""(?<!^)\b(?:[A-Z][a-z]+|[A-Z]{2,}|\d+)\b|(?i:\b(?:
    what\ time\ is\ it|the\ time|weather|temperature|
    sunset|sunrise|capital|currency|population|percent|square\ root|divided|plus|minus|times|
    word\ for|(?:do|does)\ (?:you|i|one)\ (?:say|spell|pronounce|convert)|(?:is|are)\ (?:in|
      there\ in)\ an?|
    minutes?\ (?:until|till)|miles?|kilomet\w+|met(?:re|er)s?|grams?|ounces?|pounds|inches|feet|
      lit(?:re|er)s?|
    millilit\w+|cups?|degrees|euros?|dollars?|kilos?|gallons?|pints?|calories|next\ (?:bus|train|
      tram|flight)|my)\b)""",
    re.VERBOSE,
)
"""A question about the world that needs no conversation to be understood."""
