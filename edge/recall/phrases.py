"""What do people say to a companion, and what only to each other? Patterns, no decisions.

One pattern a family of sentences, matched against one sentence without its full stop. English.
"""

import re
from typing import Final


def _any_of(words: str) -> str:
    return "|".join(words.split())


FILLER: Final = re.compile(
    r"^(?:(?:okay|ok|so|um+|uh+|hm+|er|well|right|now|and|oh|alright|all right|actually|please|"
    r"then|also|by the way|but|let me see|quick question|i wonder|i was wondering)\b[,.…:\s]*)+",
    re.IGNORECASE,
)
NAME: Final = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay)[,\s]+)?off[\s-]?records?\b[,.!:\s]*", re.IGNORECASE
)

ROLE: Final = _any_of(
    """mum mom mummy mommy mama dad daddy papa grandma grandpa granny darling honey dear sweetie
    love babe sir madam ma'am miss mister doctor doc nurse driver waiter officer professor teacher
    coach captain boss buddy mate dude man bro girl boy boys girls kids children guys folks
    everybody everyone team class ladies gentlemen"""
)
NOT_A_NAME: Final = re.compile(
    _any_of(
        """please again today now then right though exactly actually anyway tomorrow too thanks
        thank ok okay yesterday tonight here there first honestly really maybe instead later earlier
        timer alarm memo something companion so well hey hi hello sorry quick listen look excuse
        thanks perhaps maybe meanwhile tomorrow today note remember reminder question yes no yeah
        what what's where where's who who's how how's when when's which why set start add take
        read wait"""
    ),
    re.IGNORECASE,
)
ROLE_CALLED: Final = re.compile(
    rf",\s*(?:my )?(?:{ROLE})\s*(?:[,.?!]|$)|^(?:my )?(?:{ROLE})\s*[,!]", re.IGNORECASE
)
NAME_LAST: Final = re.compile(r",\s*([A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)?\s*[.?!]*$")
NAME_FIRST: Final = re.compile(r"^([A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)?\s*,")

TO_SOMEBODY: Final = re.compile(
    r"^(?:hello|hi|hey|good (?:morning|afternoon|evening|night)|excuse me|pardon|sorry|thanks|"
    r"thank you|cheers|yes|yeah|yep|yup|no|nope|nah|sure|welcome|bye|goodbye|see you|listen|"
    r"look|guys|come on|wait|stop it|speaking|dear)\b",
    re.IGNORECASE,
)
"""How one speaks to a person, on the telephone too."""

IMPERATIVE: Final = re.compile(
    r"""^(?:(?:can|could|would|will)\ (?:you|ya)\ (?:please\ |just\ |quickly\ )?|please\ |
    i(?:'d|\ would)\ (?:like|want)\ you\ to\ |i\ (?:want|need)\ you\ to\ )?(?:
    remember\ (?!(?:when|how|us|him|her|them|the\ time|that\ time|that\ (?:one|day|night)|last|
      your|you|who\ you|what\ you|where\ you|me\ to)\b)[a-z].*|
    remember\ this.*|
    don'?t\ let\ me\ forget\b.*|
    remind\ me\b.*|
    (?:take|make|write|add|keep|save)\ (?:me\ )?(?:a|this|the|that|another)?\ ?(?:quick\ )?
      (?:note|memo|reminder)\b.*|
    (?:note|memo)\ (?:to\ self|down|that|this)\b.*|note[,:]\ .+|
    (?:write|jot)\ (?:this|that|it)?\ ?down\b.*|
    (?:add|put)\ .+\ (?:to|on)\ (?:my|the)\ (?:\w+\ )?(?:list|notes)\b.*|
    (?:set|start|give\ me|begin|make)\ (?:me\ )?(?:a|an|the|another)\ (?:[\w-]+\ ){0,4}
      (?:timer|alarm|countdown)\b.*|
    (?:timer|alarm)\ (?:for|in|at)\ .+|(?:timer|alarm),\ .+|
    (?:start|stop|reset)\ (?:a|the|my)\ stopwatch\b.*|snooze\b.*|time\ me\b.*|count\ down\b.*|
    (?:wake|ping|nudge|notify|alert)\ me\b.*|make\ sure\ (?:that\ )?i\ .+|
    let\ me\ know\ (?:in\ .+|when\ .*\b(?:minutes?|hours?|seconds?|time)\b.*)|
    (?:change|move|extend|reset|reschedule)\ (?:my|the|that)\ (?:[\w-]+\ ){0,2}
      (?:timer|alarm|reminder|appointment)\b.*|
    (?:add|put)\ .+\ (?:to|on|in|into)\ (?:my|the)\ (?:[\w-]+\ )?(?:timer|calendar|diary|schedule)|
    (?:take|remove|cross|strike)\ .+\ (?:off|from)\ (?:my|the)\ (?:[\w-]+\ )?list\b.*|
    (?:save|log|store|bookmark)\ (?:this|that|it|how)\b.*|keep\ (?:a\ note|track)\ of\ .+|
    log\ my\ .+|read\ (?:me\ )?(?:out\ )?my\ (?:[\w-]+\ )?(?:notes?|lists?|reminders?)\b.*|
    read\ (?:me\ )?the\ (?:small|fine)\ print\b.*|
    scan\ (?:this|that|the)\ (?:code|receipt|page|label|ticket|document)\b.*|
    convert\ .+\ (?:to|into)\ .+|sum\ up\ .+|list\ (?:the|all|my)\ .+|
    (?:suggest|recommend)\ (?:a|an|some|me)\ .+|say\ that\ again\b.*|play\ that\ (?:back|again)\b.*|
    (?:draft|write|send)\ (?:a|an)\ (?:message|email|text|mail|reply)\ .+|
    find\ (?:what|the\ note|out)\ .+|tell\ me\ something\ about\ .+|forget\ what\ .+|
    delete\ what\ .+|don'?t\ keep\ (?:this|that|any\ of\ (?:this|that))\b.*|
    (?:cancel|stop|pause|clear|delete)\ (?:the|my|that|all)\ (?:[\w-]+\ ){0,3}
      (?:timers?|alarms?|reminders?|notes?)\b.*|
    forget\ (?:(?:the|these|those)\ (?:last|past)\b.*|(?:that|this)(?:\ again)?[.!]*$|
      everything\b.*|
      (?:all\ of\ (?:that|this|it)|what\ (?:i|we|he|she|they|was)\b).*)|
    (?:delete|erase|wipe)\ (?:the\ (?:last|past)|that|everything|what\ i)\b.*|
    read\ (?:out\ )?(?:me\ )?(?:this|that|these|those|it|what|the\ (?:[\w-]+\ ){0,3}
      (?:sign|label|text|line|lines|menu|poster|screen|board|paper|letter|notice|title|page|
      writing|display|ticket|plate|receipt|card))\b.*|
    read\ .+\ (?:to|for)\ me\b.*|read\ .+\ (?:aloud|out\ loud)\b.*|
    (?:summari[sz]e|recap|translate|define|calculate|describe|explain)\b\ .+|
    (?:spell|look\ up|search\ for|repeat)\ (?!after\b).+|
    give\ me\ (?:a|an|the|some|my)\ (?:[\w-]+\ ){0,2}(?:summary|recap|overview|list|recipe|hint|
      definition|translation|example|directions|time|date|weather|forecast|news|idea|ideas)\b.*|
    (?:tell|show)\ me\ (?!(?:about\ (?:it|that|yourself)|a\ (?:minute|moment|second|hand|
      break|call|hug|kiss|lift)|your|the\ truth|you)\b|what\ happened(?:,|$|\ (?:at\ school|to|here|
      there)\b)|all\ about\b)(?:
      what|where|when|who|how|which|if|whether|about|the|a|an|again|my|everything)\b.*|
    help\ me\ (?:remember|find|recall)\b.*|
    find\ my\ .+
    )$""",
    re.IGNORECASE | re.VERBOSE,
)

BE: Final = r"(?:is|are|was|were)"
AUX: Final = r"(?:is|are|was|were|did|do|does|have|has|had|will|can|could|would|should|am)"
TELLING: Final = (
    r"(?:say|said|mention(?:ed)?|tell|told|talk(?:ed|ing)?|speak|spoke|ask(?:ed)?|"
    r"discuss(?:ed)?|promise[d]?|recommend(?:ed)?|suggest(?:ed)?|explain(?:ed)?|call(?:ed)?|"
    r"agree[d]?|decide[d]?|mean|meant|want(?:ed)?|need(?:ed)?)"
)
ABOUT_MY_LIFE: Final = re.compile(
    rf"""^(?:
    (?:what|where|when|who|whom|why|how|which)\b.*\ (?:did|do|have|had|was|am)\ i\b.+|
    (?:what|where|when|who|why|how|which)\b.*\ did\ we\b.+|
    what\ (?:have\ we|we)\ .*{TELLING}\b.*|
    (?:did|have|had|do|was|am)\ i\ (?!not\b|look\b|mention\ that|tell\b|ever\ tell).+|
    (?:is|are|was|were)\ (?:there|it)\ .*\b(?:on|in)\ my\b.*|
    (?:what|where|when|who|how)(?:'s|'re|\ {BE})\ .*\b(?:my|mine)\b.*|
    (?:what|which|how\ (?:many|much|long|far))\ .+\bmy\ .*|
    when\ (?:does|do|did|will|must|should)\ .*\bmy\b.*|
    (?:what|when|where|who|how)\ (?:was|were)\ i\ \w+.*|
    any\ idea\ (?:where|what|when|who|which)\ .*\b(?:i|my)\b.*|
    i\ (?:can'?t|cannot|don't)\ (?:remember|know)\ where\ i\ (?:put|left|parked|hid|laid)\b.*|
    i\ (?:need|have)\ to\ find\ my\ .+|i\ forgot\ where\ i\ (?:put|left|parked|hid|laid)\b.*|
    (?:on|in|at)\ (?:which|what)\ [\w-]+\ (?:did|was|am|is|are)\ (?:i|my)\b.+|
    which\ [\w-]+\ (?:has|holds)\ (?:the|my)\ .+|(?:is|are)\ .+\ on\ my\ .*list\b.*|
    i(?:'d|\ would)\ like\ to\ know\ (?!why\b).+|
    i\ (?:need|want)\ to\ know\ (?:where|when|what|who)\ (?:i|my)\b.+|
    (?:is|are|was|were)\ my\ .+|
    (?:what|who|whom|where|when|how)\ (?:do|should|must)\ i\ (?:need|have|still).*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
ABOUT_WHAT_WAS_SAID: Final = re.compile(
    rf"""^(?:
    (?:what|where|when|who|how\ (?:much|many|long))\b.*\ (?:did|had|has|have)[ ]
      (?:the|that|this|my|he|she|they|it|his|her|\w+)\b.*\b{TELLING}\b.*|
    who\ (?:just\ )?{TELLING}\b.*|
    what\ (?:did|was)\ .+\bjust\b.*|
    (?:did|has|had)\ (?:he|she|they|it|the\ \w+|my\ \w+|\w+)\ (?:ever\ |already\ |just\ )?
      {TELLING}\b.*|
    (?:what|who|which|where|when)\b.*\b(?:was|were)\ (?:just\ )?(?:said|mentioned|discussed|
      talked|told|agreed|decided|recommended|suggested).*|
    what\ (?:was|were)\ (?:the|that|his|her|their)\ .+|
    what(?:'s|\ is)\ (?:the|that)\ .+\b(?:he|she|they)\ .*{TELLING}.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
ABOUT_SIGHT: Final = re.compile(
    r"""^(?:
    what\ (?:do|can|did)\ you\ (?:see|read|hear|notice)\b.*|
    (?:(?:do|can)\ you\ (?:see|notice)\ (?:my|the|a|an|any)|(?:have|did)\ you\ (?:seen?)\ my)\ .+|
    what(?:'s|\ is|\ was)\ (?:this|in\ front\ of\ me|around\ me|on\ (?:the|this|that)\ [\w\ ]+|
      (?:this|that)\ (?:thing|sign|object|building|word|writing|label|text|plant|animal|bird|tree|
      flower|tool|place|colou?r)\b.*|written\b.*)|
    what(?:'s|\ is)\ (?:that|this)\ called|
    what\ (?:does|do|did)\ (?:it|that|this|these|those|the|my)\b.*\b(?:say|says|read|mean)\b.*|
    what\ (?:kind|sort|type|colou?r|brand|breed|make)\ (?:of\ .+\ )?(?:is|are|was)[ ]
      (?:this|that|the|these|it)\b.*|
    what\ am\ i\ (?:looking|seeing|holding|reading)\b.*|
    (?:what|which)\ (?:number|line|platform|model|size|page|floor|street)\ (?:is\ (?:this|that)|
      does\ (?:it|this|that)\ say)\b.*|
    (?:is|are)\ there\ .+\ (?:on|in)\ (?:this|that|these|those|the\ (?:label|sign|menu|box|letter))
      \b.*|
    does\ (?:this|that|the)\ (?:\w+\ )?(?:label|sign|menu|letter|notice|page|box|packet)\ say\b.*|
    can\ you\ (?:see|read)\ (?:what|how|who|where)\b.+|
    how\ many\ .+\ (?:do|can)\ (?:you|i)\ see\b.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
ABOUT_THE_COMPANION: Final = re.compile(
    r"""^(?:
    (?:do|did|can)\ you\ remember\ (?:where|what|when|who|which|how\ (?:much|many|long)|my|the)\b.+|
    (?:do|did)\ you\ (?:hear|catch|note|write)\ (?!(?:about|from|that|the\ news)\b).+|
    did\ you\ see\ where\ i\b.+|what\ do\ you\ (?:remember|know)\ about\ m[ey]\b.*|
    what\ did\ i\ ask\ you\ to\ (?:remind|remember|note|write)\b.*|
    how\ (?:long\ |hot\ )?do\ you\ (?:boil|cook|bake|roast|fry|steam|grill|poach|toast)\b.+|
    do\ you\ (?:know|have)\ (?:.*\b(?:my|where\ i|what\ i|when\ i)\b|the\ time\b|any\ notes).*|
    (?:how|what)\ do\ you\ (?:say|spell|call|pronounce)\b.+|
    are\ you\ (?:listening|recording|watching|on|awake)\b.*|
    what\ (?:have\ you|did\ you)\ (?:heard|hear|seen|see|noted|note|remember|store|stored|record)
      \b.*|
    what\ can\ you\ do\b.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
ABOUT_THE_WORLD: Final = re.compile(
    rf"""^(?:
    (?:what|who|where|when|which)(?:'s|'re|\ {BE})\ (?!(?:that|this|it|he|she|they|there|here|up|
      wrong|going|happening|new|next|for|so|all|the\ (?:matter|problem|deal|point|plan|rush|big|
      hurry|bill|check|holdup))\b)(?:the|a|an|in|[\w'-]+)\b.+|
    when\ (?:does|do|did|will)\ (?!(?:he|she|they|it|this|that)\b).+|
    where\ (?:does|do|did|can\ i\ (?:buy|find|get|see))[ ]
      (?!(?:he|she|they|it|this|that|i\ sit|i\ put)\b).+|
    who\ (?:invented|wrote|discovered|painted|composed|directed|built|founded|won|made|sang|sings|
      plays|played|was|is|owns|leads|rules|killed|designed)\ (?!(?:that|this|it|you|he|she)\b).+|
    what\ (?:time|day|date|year)\ (?:is|was|does|do|did|will)\b.+|
    what(?:'s|\ is)\ (?:the\ )?(?:time|date|day)\b.*|
    how\ (?:far|long)\ (?:is|was)\ it\ (?:to|from|until|till|since)\b.+|
    how\ many\ (?:days|weeks|months|hours|minutes)\ (?:until|till|to|since|before|in)\b.+|
    how\ (?:cold|warm|hot|windy|humid|late)\ is\ it(?:\ (?:outside|today|now|there|in\ .+))?|
    (?:will|is)\ it\ (?:going\ to\ )?(?:rain|snow|freeze|thunder|raining|snowing)\b.*|
    is\ (?:today|tomorrow|monday|friday)\ an?\ .+|is\ an?\ [\w-]+\ an?\ [\w-]+|
    can\ (?:dogs|cats|babies|birds|humans|horses|fish)\ .+|
    does\ (?!(?:it|this|that|he|she|the|anyone|anybody|someone|any)\b)[\w-]+\ (?:cause|contain|help|
      thin|hurt|cure|expire|freeze|melt|grow|work\ (?:for|against))\b.*|
    which\ (?!one\b)[\w-]+\ (?:has|have|is|was|are)\ the\ .+|
    what\ (?:should|can|could)\ i\ (?:cook|bake|wear|make\ with)\b.+|what\ happened\ (?:at|in)\ .+|
    how\ (?:many|much|far|tall|old|big|long|high|deep|heavy|fast|hot|cold|often)[ ]
      (?!(?:longer|more\ of|of\ this)\b)(?:[\w'-]+\ ){{0,4}}{AUX}\b\ (?!(?:it|this|that|these|
      those|he|she|they|the\ bill)\b).+|
    how\ many\ [\w'-]+\ (?:live|make|fit|exist|belong)\b.+|
    how\ (?:do|does|did|can|to)\ (?!(?:he|she|they|it|that|this)\b)(?:\w+)\ .+|
    what\ (?:does|do)\ .+\ mean\b.*|
    why\ (?:is|are|does|do|was|were|did)\ (?:the|a|an|\w+s)\ .+
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
YOUR_BUSINESS: Final = re.compile(r"\b(?:you|your|yours|yourself|let's|ya|y'all)\b", re.IGNORECASE)
OUR_BUSINESS: Final = re.compile(r"\b(?:we|us|our|ours)\b", re.IGNORECASE)
MAY_I: Final = re.compile(
    r"^(?:can|could|may|shall|should|will|would|must) (?:i|we)\b", re.IGNORECASE
)
IDIOM: Final = re.compile(
    r"""^(?:(?:what|how)\ (?:about|if|else|come|dare|the\ \w+[.?!]*$)|what's\ up|
    how(?:'s|\ is|\ are)[ ]
    (?:it|things|everything|life|work|your|the\ (?:family|kids|wife|weather))|who\ (?:knows|cares)|
    how\ many\ times(?!\ (?:did|have|has|was)\b)|.*\bup\ to$|what\ a\b|
    why\ (?:not|don't|do\ i|am\ i|can't)|what\ do\ i\ (?:care|know(?!\ about))|
    (?:what|how)\ (?:am|do|did)\ i\ (?:supposed|know(?!\ about)|look)\b|
    where\ do\ i\ (?:sign|pay|sit|stand)|
    who\ do\ i\ (?:speak|talk)\ to|how\ (?:can|may)\ i\ help|what\ can\ i\ (?:get|do)|
    am\ i\ (?:right|late|next|in\ your|interrupting)|do\ i\ (?:have\ to|really|look|know)|
    did\ i\ (?:miss|wake|hurt|scare|interrupt)|was\ i\ (?:too|wrong|that)|
    (?:can|could|would)\ you\ (?:repeat|spell)\ (?:yourself|that|it|this)
      (?:,?\ (?:for\ me|again|please))*$|
    (?:explain|describe|repeat|spell)\ (?:yourself|that|it|this)(?:\ for\ me)?[.!,]*(?:\ please)?$|
    what\ am\ i\ (?:even|still|really)?\ ?doing\b.*|
    .*\b(?:he|she|they|i)\ (?:asked|said|cried|wondered|replied)$|
    (?:is|are|has|have|did|does|was|were)\ (?:he|she|they)\ \w+(?:\ (?:yet|too|now|again))?$|
    .*\b(?:is|are|was|were)\ (?:he|she|they)\ \w+ing$|
    what\ did\ (?:he|she|they)\ say\ to\ (?:that|it|this)$|
    how\ (?:did|was|is|are|were)\ (?:the|that|his|her|their)\ (?:\w+\ )?\w+(?:\ (?:go|turn\ out))?$|
    what(?:'s|\ \w+)\ (?:his|her|their|its|it)\b(?!\ say).{0,20}$|
    what(?:'s|\ \w+)\ .*\b(?:best|worst|coolest|favou?rite|most|\w+iest)\b.*|
    what(?:'s|\ \w+)\ (?!.*weather).*\ like$)""",
    re.IGNORECASE | re.VERBOSE,
)
REMARK: Final = re.compile(
    r"^(?:wow|aww*|haha|that's|(?:that|this|it) (?:looks|sounds|seems)|sounds|looks|nice|great|"
    r"cool|awesome)\b",
    re.IGNORECASE,
)
ABOUT_YOUR_SENSES: Final = re.compile(
    r"you (?:see|saw|hear|heard|say|spell|read|noted?|remember|know|call)|thank you|yourself",
    re.IGNORECASE,
)
FOLLOW_UP: Final = re.compile(
    r"^(?:and |what about |how about |and what about )(?!(?:you|your|we|us|i|he|she|they|it|so|"
    r"then|that's|how (?:is|are))\b)[\w' -]+\??$|"
    r"^(?:(?:can|could) you )?(?:repeat|say) that\b.{0,20}$|^what else\?$|"
    r"^tell me more\b.{0,20}$|"
    r"^(?:no,? |sorry,? )*(?:i meant|not th(?:at|e)(?! much\b| bad\b)|the other)\b.{0,60}$|"
    r"^are you sure\?$|"
    r"^make (?:it|that) .{0,30}$|^(?:which|what) (?:one|part) was that\?$|"
    r"^(?:when|where|who|which one|how long|how many|how much)(?: was that| exactly)?\?$",
    re.IGNORECASE,
)
TAKES_ALL: Final = re.compile(
    r"^(?:can you |could you |please )*"
    r"(?:remember|take|make|note|write|jot|memo|remind|don'?t let)",
    re.IGNORECASE,
)
"""Requests whose matter may stand in the sentences that follow."""
POLITE: Final = re.compile(
    r"^(?:(?:can|could|would|will) (?:you|ya) (?:please |just |quickly )?"
    r"(?!(?:see|hear|remember where|remember what)\b)(?:(?:please )?tell me (?=wh|how|if))?|"
    r"(?:please )?tell me (?:again )?(?=wh|how|if)|"
    r"i(?:'d| would) (?:like|want) you to |i (?:want|need) you to |"
    r"do you (?:remember|know) (?=where|what|when|who|how|which))",
    re.IGNORECASE,
)
"""What stands before the request itself."""
_SIGN: Final = (
    "sign label poster board menu screen text page letter plate notice bottle package door display "
    "paper ticket card banner writing book cover box packet"
)
READABLE: Final = frozenset((*_SIGN.split(), "read", "lin", "sign"))
SIGN_SAYS: Final = rf"""
    ^what\ (?:does|do|did)\ (?:it|this|that|these|those|
      (?:the|that|this|my)\ (?:\w+\ )?(?:{_any_of(_SIGN)}))\b.*\b(?:say|says|read)\b|
    ^what(?:'s|\ is|\ was)\ (?:written|it\ say|on\ (?:the|that|this)\ (?:{_any_of(_SIGN)}))"""
"""For a verbose pattern."""
PERSONAL: Final = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|you|he|she|they|his|her|their)\b", re.IGNORECASE
)
"""A question about people's own affairs, which no language model knows either."""
STATES: Final = re.compile(
    r"(?i)(?:the|an?|our|his|her|their|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b[^?]*"
    r"\b(?:is|are|was|were|has|comes|starts|begins|leaves|opens|closes)\b[^?]*$"
)
"""A statement about a thing or a day, and no question."""
