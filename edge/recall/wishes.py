"""What else is wished of a companion: in other words, politely wrapped, or in half a sentence?

Patterns, no decisions, as in `phrases`. `LEAD` and `PHRASED` are taken off before a sentence is
looked at: what is left is the wish or the question itself. English.
"""

import re
from typing import Final

_FLAGS: Final = re.IGNORECASE | re.VERBOSE
_WH: Final = r"(?:what|who|whom|whose|where|when|which|why|how|if|whether)(?:'s|'re|'d)?"

LEAD: Final = re.compile(
    r"""^(?:(?:hang\ on|hold\ on|one\ (?:sec|second|moment|minute)|just\ a\ (?:sec|second|moment|
    minute)|wait|let\ me\ (?:check|see|ask|look|think)|thanks|thank\ you|great|perfect|sorry|
      no\ wait|
    quick|like|you\ know|i\ mean|(?:can|could)\ you|i\ (?:need|want)(?=,)|no|oh\ (?:yes|no|yeah)|
      quickly|listen)
    (?:\ a\ (?:sec|second|moment|minute|bit))?[,.]\ )+""",
    _FLAGS,
)
"""What one says while turning to somebody else, or to the next thing."""

SHIFT: Final = re.compile(
    r"""^.{0,40}\b(?:hang\ on|hold\ on|(?:one|just\ a|give\ me\ a|a)\ (?:sec|second|moment|minute)|
    (?:let\ me|i'll|i\ will)\ (?:just\ |quickly\ )?(?:check|ask|look(?:\ it\ up|\ that\ up)?|
    see|find\ out|note\ that|make\ a\ note|write\ that\ down))\b.{0,25}$""",
    _FLAGS,
)
"""The wearer turns away from whom they talk to: what follows may well be for the companion."""

PHRASED: Final = re.compile(
    r"""^(?:
    (?:if\ (?:it'?s\ not\ too\ much\ trouble|you\ (?:can|could|don't\ mind)|possible),?\ )?
    (?:
      (?:(?:would|do)\ you\ )?mind\ |(?:would|will)\ you\ be\ able\ to\ |
      (?:is|would)\ it\ (?:be\ )?possible\ (?:for\ you\ )?to\ |
      (?:can|could|may|might)\ i\ (?:please\ )?(?:ask|get|trouble)\ you\ to\ |
      (?:it\ would|it'd)\ be\ (?:nice|great|good|lovely|helpful|kind)\ if\ you\ (?:could|would)\ |
      i\ was\ hoping\ (?:that\ )?you\ (?:could|would|might)\ |
      (?:(?:would|could)\ you\ )?be\ so\ (?:kind|good|nice)\ (?:as\ to|and)\ |
      do\ me\ a\ favou?r(?:\ and|,)\ |(?:can|could|would|will)\ you\ do\ me\ a\ favou?r\ and\ |
      if\ you\ (?:could|would)\ |
      (?:perhaps|maybe)\ you\ (?:could|can)\ |do\ you\ think\ you\ (?:could|can)\ |
      are\ you\ able\ to\ |
      (?:(?:can|could|would|will|might)\ you|you\ (?:can|could))(?:[ ,]+(?:please|possibly|just|
        quickly|maybe|kindly|also|perhaps|like|then))*[ ,]+|
      please\ (?:can|could|would|will)\ you\ |
      i(?:'d|\ would)\ (?:be\ grateful|appreciate\ it)\ if\ you\ (?:could|would)\ |
      i(?:'d|\ would)\ (?:like|want|love)\ you\ to\ |i\ (?:want|need)\ you\ to\ |
      go\ ahead\ and\ |please\ |kindly\ |just\ |also\ |
      let's\ (?=(?:set|start|note|remember)\b)
    )+
    )""",
    _FLAGS,
)
ASKED_TO_TELL: Final = re.compile(
    rf"""^(?:(?:tell|telling|remind|reminding|show|showing)\ me\ (?:again\ |quickly\ )?|
    (?:check|checking|find\ out|look\ up|work\ out|figure\ out|see)\ |
    (?:may|can|could|might)\ i\ ask\ (?:you\ )?|help\ me\ remember\ |
    (?:do|would|did|can|could)\ you\ (?:(?:happen\ to|still)\ )?(?:know|remember|recall)\ |
    i(?:'d|\ would)\ (?:love|like)\ to\ (?:know|find\ out|hear)\ |
    i(?:'m|\ am)\ (?:wondering|curious|trying\ to\ (?:remember|find\ out|think))\ |
    i\ was\ (?:wondering|(?:going|about)\ to\ ask)\ |i\ (?:wanted|meant)\ to\ ask\ |i\ wonder\ |
    i\ (?:want|need|have|wish)\ (?:to\ know|i\ knew|to\ find\ out)\ |i\ wish\ i\ knew\ |
    (?:it\ would\ be|it'd\ be)\ (?:good|nice|great|useful|helpful)\ to\ know\ )(?={_WH}\b)""",
    _FLAGS,
)
"""What follows is the question."""
NOT_KNOWN: Final = re.compile(
    rf"""^(?:i\ (?:can't|cannot|can\ not|don't|do\ not)\ (?:remember|recall|know|think\ of)\ |
    i(?:'ve|\ have)?\ (?:forgot|forgotten|no\ idea|no\ clue|clean\ forgotten)\ |
    i\ keep\ forgetting\ |i(?:'m|\ am)\ (?:not\ sure|no\ longer\ sure)\ |
    (?:i\ have\ |i've\ )?(?:got\ )?no\ (?:idea|clue)\ |any\ idea\ )(?={_WH}\b)""",
    _FLAGS,
)
"""The wearer says not to know; alone, that asks."""

TAG: Final = re.compile(
    r",? (?:(?:would|will|could|can) you|(?:that|it) would be (?:great|nice|lovely|good|helpful)|"
    r"if you (?:could|can|would|don't mind)|if (?:possible|that's okay)|please)(?:,? please)?$",
    re.IGNORECASE,
)
"""What makes a wish polite behind it."""
_LOST_AN_E: Final = re.compile(r"(?:[aeiou](?:t|v|s|z|c|g|d|k)|ib|ar|dl|in)$")
"""Noting, saving, describing, comparing, defining; not reading, looking, checking."""
_KEEPS_NO_E: Final = ("read", "look", "repeat", "remind", "find", "explain")


def plainly(sentence: str) -> tuple[str, bool]:
    """Return a wish without its polite phrases, and whether there were any."""
    rest = PHRASED.sub("", sentence)
    was_phrased = rest != sentence
    untagged = TAG.sub("", rest)
    was_phrased = was_phrased or untagged != rest
    first, space, more = untagged.partition(" ")
    if was_phrased and first.endswith("ing"):
        untagged = f"{_infinitive(first.lower())}{space}{more}"
    return untagged, was_phrased


def _infinitive(gerund: str) -> str:
    """Return the verb of a gerund: setting, noting, telling, reading."""
    stem = gerund.removesuffix("ing")
    if stem[-1:] == stem[-2:-1] and stem[-1:] not in "ls":
        return stem[:-1]
    return f"{stem}e" if stem not in _KEEPS_NO_E and _LOST_AN_E.search(stem) else stem


_MINUTES: Final = r"(?:\w+[\s-]){0,4}(?:seconds?|secs?|minutes?|mins?|hours?)"
_KEPT: Final = r"(?:reminders?|timers?|alarms?|appointments?|meetings?|events?|notes?|countdowns?)"
_VERB: Final = (
    r"(?:add|append|begin|book|bring|cancel|change|check|clear|close|copy|count|create|cross|cut|"
    r"delay|delete|disable|double|drop|edit|enable|enter|erase|extend|file|find|flag|get|give|halve|"
    r"increase|insert|keep|lengthen|list|log|make|mark|move|name|new|note|open|pause|pencil|plan|"
    r"postpone|prolong|push|put|read|record|reduce|remind|remove|rename|repeat|reschedule|reset|"
    r"restart|restore|resume|run|save|schedule|set|shift|shorten|show|silence|skip|snooze|sort|start|"
    r"stick|stop|store|strike|swap|switch|take|tell|tick|track|turn|undo|update|wipe|write)"
)
WISH: Final = re.compile(
    rf"""^(?:
    {_VERB}\b(?!.*\b(?:your|his|her|their|our)\b).*\b(?:{_KEPT}|calendar|diary|stopwatch|
      my\ (?:[\w-]+\ ){{0,2}}lists?|(?:shopping|to[\s-]?do)\ list|my\ notes)\b.*|
    (?:in|at|on|by|before|after|when|once|if|as\ soon\ as|every|each|tomorrow|tonight|next|later|
      around)\b.{{2,40}}?,?\ (?:please\ )?(?:remind|wake|alert|ping|nudge|notify|prompt)\ me\b.*|
    (?:in|at|on|by|before|after|when|once|every|tomorrow|tonight)\b.{{2,40}}?,\ (?:please\ )?
      (?:tell|ask|let)\ me\b.*|
    get\ me\ up\b.*|put\ me\ down\ for\b.*|book\ in\b.*|cancel\ everything\b.*|tick\ off\b.*|
    (?:stop|pause|resume)\ timing\b.*|tell\ me\ (?:to|when)\b.*|
    (?:add|write)\ (?:to|in|into|on)\ (?:my|the)\ (?:notes?|diary|calendar|list)\b.*|
    let\ me\ know\ .*\b(?:before|minutes|o'clock|half|quarter)\b.*|
    save\ (?!(?:me|us|some|your|the\ (?:last|rest)|it\ for)\b).*\b(?:number|address|recipe|contact|
      name|place|spot|date|quote|idea)\b.*|
    compare\ (?:these|those|this|the|them)\b.*|look\ for\ (?:my|the|a)\b.*|count\ (?!to\b|me\b|
      on\b).+|
    repeat\ (?:what|the)\b.*|(?:look|watch)\ out\ for\ (?:the|a|an|my)\ .+|
      keep\ an\ eye\ out\ for\ .+|
    (?:keep|bear)\ (?:it\ |this\ |that\ )?in\ mind\b.*|make\ a\ mental\ note\b.*|
    (?:note|record|log|register|memori[sz]e|store|mark\ down|track)\ (?:for\ later|to\ self|that|
      down|the|this|my|another|an?|how|what|where|today's|it)\b.*|
    remember,?\ (?:that|this|it's|my|the|i|for)\b.*|remember,\ .+|
    (?:pencil|put|slot|write)\ (?:.+\ )?in\ (?!the\ (?:bin|fridge|oven|bag|car|box|sink|boot)\b).+
      \ (?:on|for|at)\ .+|pencil\ in\ .+|schedule\ .+|
    (?:put|add|write|stick)\ .+\ (?:to|on|in|into|onto)\ (?:my|the)\ (?:[\w-]+\ ){{0,2}}(?:lists?|
      calendar|diary|notes?|schedule|agenda|reminders?|to[\s-]?dos?)\b.*|
    (?:take|strike|cross|scratch|remove|drop|delete|get\ rid\ of)\ .+\ (?:off|from)\ (?:my|the)[ ]
      (?:[\w-]+\ ){{0,2}}(?:lists?|calendar|diary|notes?|schedule|agenda)\b.*|
    (?:push|move|shift|postpone|delay|bump|bring|change|put)\ (?:back\ |forward\ |off\ )?(?:my|the|
      that)\ (?:[\w':-]+\ ){{0,4}}{_KEPT}\b.*|
    (?:cancel|stop|pause|clear|delete|drop|turn\ off|switch\ off|resume|restart|undo|silence)[ ]
      (?:(?:the|my|that|all|this|last)\ ){{1,2}}(?:[\w'-]+\ ){{0,4}}{_KEPT}\b.*|
    (?:add|give\ (?:it|me)|take)\ (?:another\ )?{_MINUTES}(?:\ (?:more|longer|to|off|from)\b.*)?|
    (?:start|begin|keep)\ (?:counting|timing|a\ count|the\ clock|the\ timer)\b.*|
    count\ (?:down|up|the|how)\b.*|
    {_MINUTES}(?:\ (?:timer|from\ now|on\ the\ clock)|\ for\ (?:the|my|an?)\ \w+.*|,?\ please)|
    (?:a|an|another)\ (?:\w+[\s-]){{0,4}}(?:timer|alarm|reminder)\b.*|
    scratch\ the\ .+|(?:start|stop|reset|pause)\ the\ (?:clock|watch|stopwatch|timer)\b.*|
    (?:don't|do\ not|never)\ forget(?:,|\ that)\ .+|another\ {_MINUTES}(?:,?\ please)?|
    (?:turn|switch)\ (?:the|my|that)\ (?:\w+\ )?{_KEPT}\ (?:off|on)\b.*|time\ (?:my|this|the|
      how)\ .+|
    give\ me\ (?:a|an|another|the)\ (?:\w+\ )?\w+\ (?:for|of|about|that\ (?:means|rhymes))\b.*|
      tell\ me\ a\ joke\b.*|
    (?:have|take)\ a\ look\ (?:at|in|through)\ my\ (?:\w+\ )?(?:calendar|diary|notes?|lists?|
      schedule|messages)\b.*|
    (?:write|jot|take|note)\ (?:this|that|these|those|my)\ (?:\w+\ ){{0,3}}down\b.*|
    (?:scratch|strike|erase|delete|forget|discard|drop|wipe|remove)\ (?:what|that|everything|
      all\ of|the\ (?:last|past|previous))\b.*|
    (?:don'?t|do\ not)\ (?:keep|save|store|note|record|remember|write)\ (?:this|that|any|what|
      the\ (?:last|next))\b.*|
    (?:don'?t|do\ not|never)\ let\ me\ (?:forget|leave|miss|oversleep|be\ late|go|sleep|walk|drink|
      eat|buy|sit)\b.*|
    (?:ask|warn|alert|ping|nudge|poke|buzz|wake|notify|prompt|prod)\ me\ (?:again\ )?(?:in|at|
      on|about|when|before|after|if|once|tomorrow|tonight|later|up|every|as\ soon|that|to)\b.*|
    let\ me\ know\ (?:when|once|as\ soon\ as|in|at|before)\b.*|
    see\ to\ it\ that\ i\ .+|make\ sure\ (?:that\ )?i\ .+|
    (?:play|read|say|repeat|go\ over)\ (?:it\ |that\ |this\ )?(?:back|again)\b.*|
    (?:play|read)\ back\ .+|rewind\b.*|
    (?:give|tell)\ me\ (?:the\ )?(?:gist|highlights|short\ version|essence|main\ points?|rundown|
      an\ overview|the\ news|the\ time|the\ date)\b.*|
    (?:run|walk|talk|take)\ me\ through\ (?:my|today|tomorrow|this|the)\b.*|catch\ me\ up\b.*|
    (?:sum|summari[sz]e)\ (?:that\ |this\ |it\ )?up\b.*|(?:summari[sz]e|recap)\b.*|
    read\ out\ .+|read\ (?:me\ )?(?:the|this|that|these|those)\ (?:[\w'-]+\ ){{0,3}}(?:ingredients|
      instructions|headline|caption|subtitles?|small\ print|warning|address|date|price|number|
      sticker|recipe|email|message|directions|timetable|plaque|article|paragraph|sentence|thing|
      board|notice|screen|letter|page)\b.*|
    (?:identify|recogni[sz]e)\ (?:this|that|the)\b.*|
    (?:check|look\ up|find|get|pull\ up|bring\ up|open|show)\ (?:me\ )?(?:the|my|today's|
      tomorrow's)[ ]
      (?:[\w-]+\ ){{0,2}}(?:weather|forecast|time|date|calendar|diary|schedule|agenda|list|notes?|
      reminders?|timers?|alarms?|news|timetable|exchange\ rate|definition|meaning|next\ (?:bus|
      train|
      tram|flight))\b.*|
    (?:look\ (?:it|that|this)\ up|find\ out\ .+|google\ (?!me\b).+|work\ out\ .+|add\ up\ .+|
      multiply\ .+|divide\ .+|subtract\ .+)|
    (?:a\ )?(?:definition|synonyms?|translation|antonyms?)\ (?:of|for)\ .+|
    (?:spell|say|read|repeat|explain|define)\ (?:it|that|this)\ (?:again|slowly|for\ me|out|
      once\ more)
      \b.*|
    (?:i\ need|i\ want|i'd\ like|i\ would\ like|i'd\ be\ grateful\ for|i\ could\ (?:use|do\ with)|
      (?:can|could|may)\ i\ (?:have|get))\ (?:a|an|another|the|my)\ (?:[\w-]+\ ){{0,3}}(?:{_KEPT}|
      summary|recap)\b.*|
    .+,\ (?:so\ |and\ )?(?:please\ )?(?:remember|record|save|log|note|store|keep)
      (?:\ (?:this|that|it|me))?(?:\ down)?(?:,?\ please)?|
    .+,\ so\ (?:please\ )?(?:tell|wake|remind|alert|nudge)\ me\b.*|
    .+,\ (?:so\ )?(?:please\ )?(?:remind\ me|note\ that|write\ that\ down|remember\ that|
      take\ a\ note|
      make\ a\ note)(?:,?\ please)?
    )$""",
    _FLAGS,
)

TO_SELF: Final = re.compile(
    r"""^(?:i(?:'ve|\ have)\ (?:got\ )?to|i\ (?:need|have|want|should|must|had\ better)(?:\ to)?|
    i'd\ better|i\ should\ probably|i\ really\ (?:should|must|need\ to))\ (?:
    remember\b.*|not\ forget\b.*|write\ (?:that|this|it)\ down\b.*|note\ (?:that|this|it|down)\b.*|
    make\ a\ note\b.*|be\ (?:told|reminded|woken)\b.*|know\ (?:when|what|where|how)\b.*|
    find\ my\b.*)$|
    ^i(?:\ can't|\ cannot|\ don't|'ve|\ have)?(?:\ for\ the\ life\ of\ me)?\ (?:remember|recall|
      think\ of|
      forgot|forgotten)\ (?:the|his|her|my|that|their)\ (?:[\w-]+\ )?(?:name|number|word|title|
      address|code|
      password|street|date|time|place|brand|price)\b.*|
    ^i\ (?:didn't|did\ not)\ (?:catch|get|hear)\ (?:the|his|her|what)\b.*|
    ^(?:it's|it\ is)\ on\ the\ tip\ of\ my\ tongue\b.*|
    ^i(?:'d|\ would)\ like\ (?:this|that|it)\ (?:to\ be\ )?(?:noted|remembered|saved|written|
      kept)\b.*|
    ^i\ need\ (?:some\ help\ with\ (?:this|that)|directions|the\ (?:number|address|name|way))\b.*|
    ^i\ need\ to\ find\ (?:the|my)\b.*|
    ^(?:i|my)\b.*,\ (?:but\ |so\ |now\ )?(?:what|where|when|who|which|how)(?:'s|\ was|\ is|\ are|
      \ were|
      \ did)\b.*|
    ^i\ (?:keep\ forgetting(?=\ (?:the|my|his|her|this|what|where))|can't\ read|can't\ make\ out|
      don't\ know\ how\ to\ (?:say|
    spell|pronounce))\ (?!you\b|him\b|her\b|them\b).+""",
    _FLAGS,
)
"""Said alone it is a wish; said to somebody, talk."""

_FRAGMENT: Final = r"[\w:',%-]+(?:\ [\w:',%-]+)"
AFTER_REPLY: Final = re.compile(
    rf"""^(?:
    (?:and|or|but|then|so)?[, ]?\ ?(?:at|on|in|for|by|to|from|until|till|with|since|about|of|as|per|
      near|before|after)\ {_FRAGMENT}{{0,5}}[.?]?|
    (?:since|until|till|from|at|in|by|on|for|to|with|of|about)[ ]
      (?:when|what|which|where|whom?|how)\b[^.!]*\??|
    (?:now|then)\ (?:in|into|to|for|with|from)\ .{{1,25}}|use\ (?:it|that)\ in\ .+|
    (?:take\ off|add|remove|cross\ off|cross\ out|put\ back)\ (?!your\b).{{1,30}}|
    [\w-]+,\ not\ [\w-]+[.!]?|that's\ (?:wrong|not\ right|not\ it|not\ what\ i\ (?:asked|meant|
      said))[.!]?|
    (?:every|each|only)\ [\w' -]{{2,25}}[.?]?|
    (?:and|plus|also)\ (?!(?:so|then|you|that's|it's|i|he|she|they|we|the\ \w+\ (?:is|was|are|
      were))\b)
      {_FRAGMENT}{{0,3}}[.?]?|
    (?:anything|anyone|anybody|someone|something|nothing|who|what|where|how|which)\ else\b[^.!]*\??|
    (?:slower|faster|louder|quieter|again|once\ more|one\ more\ time|go\ on|carry\ on|continue|next|
      next\ one|previous|back|more|shorter|longer|more\ slowly|cancel|enough)
      (?:,?\ (?:please|slowly|again))?[.!?]?|
    (?:no|sorry|actually|wait|not\ quite|wrong|that's\ (?:wrong|not\ right|not\ it|not\ what\ i[ ]
      (?:asked|meant|said)))[,.]?\ (?:i\ (?:mean|meant|said|wanted|asked)\b.*|not\ .+|make\ (?:it|
      that)
      \ .+|cancel\b.*|(?:the|my)\ (?!.*\b(?:is|was|are|were)\b)[\w'-]+(?:\ [\w'-]+){{0,3}}|(?:at|
      on|in|for|it'?s|it\ was)\ .{{1,30}}|
      change\ (?:it|that)\b.*|{_FRAGMENT}{{0,2}})[.!?]?|
    (?:sorry,?\ )?i\ (?:meant|said|asked\ for)\ .{{1,40}}|
    (?:make|change|set)\ (?:it|that|them)\ .+|not\ th(?:at|e|is)\b(?!\ (?:much|bad|many|
      again)).{{0,30}}|
    not\ .{{1,20}},\ .{{1,20}}|
    (?:cancel|delete|undo|stop|scratch|forget|repeat|save|keep|remove|skip|spell|say|read|translate|
      add)\ (?:that|it|this|them|one)\b.{{0,20}}|
    (?:never\ mind|forget\ it)(?:,?\ (?:then|thanks))?[.!]?|
    (?:are|is)\ (?:you|that|it)\ (?:sure|right|correct|certain|all|true)\b.{{0,15}}\?|
    (?:really|seriously)\?|
    (?:which|what|who|where|when|why|how)(?:'s|'re|\b)(?!\ (?:about\ you|do\ you\ think))
      (?:(?!\b(?:you|your|we|us|our|shall|let's)\b)[^.!?]){{0,45}}\??|
    (?:is|are|was|were|does|did|do|has|have|will|can)\ (?!you\b|we\b|i\b)
      (?:(?!\b(?:you|your|we|us|our|let's)\b)[^.!?]){{1,35}}\??|
    (?:(?!\b(?:you|your|we|us|our|let's|really|right|okay|ok|yes|no|what)\b)[\w'-]+\ ?){{1,4}}\?
    )$""",
    _FLAGS,
)
"""Half a sentence that goes on from the companion's reply; after anything else it is no wish."""

STUCK: Final = re.compile(
    r"""^(?:(?:hm+|well|honestly|sorry|really)[,.]?\ )*(?:good\ question|
    (?:i\ )?(?:honestly\ |really\ )?(?:don't\ know|can't\ (?:remember|say|recall)|
    have\ no\ idea|forgot|forget)|no\ idea|not\ (?:sure|offhand|that\ i\ know)|let\ me\ think|
      i'm\ not\ sure)\b.{0,12}$""",
    _FLAGS,
)
"""Somebody asked, and the wearer does not know: the companion may."""
