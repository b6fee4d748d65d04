"""Which forms of speech does a sentence have, whatever it is about? Pure: names and patterns.

Who a sentence is meant for shows in how it is said. Each form is a feature of the layer that
decides (`meant`), by its name.
"""

import re
from collections.abc import Callable
from typing import Final

from edge.recall import phrases
from edge.recall.asking import fluent

_WH: Final = r"(?:what|who|where|when|which|why|how|whose)"
_TOOL: Final = (
    r"(?:timer|alarm|reminder|reminders|note|notes|list|calendar|schedule|countdown|stopwatch|"
    r"remind|summary|recap|translate)"
)
_VERB: Final = (
    r"(?:set|start|stop|cancel|remind|remember|note|add|put|take|make|write|read|tell|show|give|"
    r"find|play|call|wake|translate|explain|define|list|look|search|repeat|say|describe|"
    r"summari[sz]e|forget|delete|erase|count|time|let me know|don't let me|change|move|keep|save|"
    r"store|log|mark|check|convert|help|turn)"
)
PATTERNS: Final[dict[str, str]] = {
    "question mark": r"\?$",
    "exclamation": r"!$",
    "question word first": rf"^{_WH}\b",
    "what did I": rf"^{_WH}\b.* did (?:i|we)\b",
    "auxiliary first": r"^(?:do|does|did|is|are|was|were|has|have|had|am|will)\b",
    "can you": r"^(?:can|could|would|will) you\b",
    "can I": r"^(?:can|could|may|shall|should) (?:i|we)\b",
    "you": r"\byou\b",
    "your": r"\b(?:your|yours|yourself)\b",
    "you are": r"\byou(?:'re|'ve|'ll)\b",
    "I": r"\bi(?:'m|'d|'ve|'ll)?\b",
    "I first": r"^i(?:'m|'d|'ve|'ll)?\b",
    "my": r"\b(?:my|mine|me)\b",
    "we": r"\b(?:we|us|our|let's)\b",
    "we first": r"^(?:we|let's|shall we)\b",
    "he or she": r"\b(?:he|she|they|him|her|them|his|their)\b",
    "he or it first": r"^(?:he|she|they|it|that|this|there|that's|it's)\b",
    "is he": r"^(?:is|are|did|does|has|was|why|how|where|when|what)"
    r"(?:'s| is| did| does| has| are)? (?:he|she|they)\b",
    "past": r"\b(?:\w+ed|was|were|went|had|did|told|said|got|came|left|found|bought)\b",
    "greeting": r"^(?:hi|hey|hello|good morning|good evening|thanks|thank you|sorry|excuse me|yes|"
    r"yeah|no|sure)\b",
    "please": r"\bplease\b",
    "command": rf"^(?:please )?{_VERB}\b",
    "command with me": r"^(?:please )?\w+ me\b",
    "tool": rf"\b{_TOOL}\b",
    "let me know": r"\b(?:let me know|don't let me|make sure i|wake me|tell me when|tell me what|"
    r"help me)\b",
    "I want": r"^(?:i'd like|i would like|i want|i need|i could use)\b",
    "want you to": r"\b(?:want|like|need) you to\b",
    "know where": r"\b(?:know|tell me|remember|forgot|wondering|remind me) "
    r"(?:if|whether|what|where|when|who|how|which)\b",
    "tag": r",\s*(?:will you|would you|right|isn't it|don't you|okay)\W*$",
    "long": r"^(?:\S+\s+){14}",
    "short": r"^\S+(?:\s+\S+){0,2}$",
    "comma": r",",
    "two sentences": r"[.?!] \S",
    "seen or said": r"\b(?:see|read|say|says|written|called|this|that)\b",
    "this": r"\bthis\b",
    "number": r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|half)\b",
    "duration": r"\b(?:minutes?|hours?|seconds?)\b",
}
_RULES: Final[dict[str, re.Pattern[str]]] = {
    "about my life": phrases.ABOUT_MY_LIFE,
    "about what was said": phrases.ABOUT_WHAT_WAS_SAID,
    "about sight": phrases.ABOUT_SIGHT,
    "about the companion": phrases.ABOUT_THE_COMPANION,
    "about the world": phrases.ABOUT_THE_WORLD,
    "imperative": phrases.IMPERATIVE,
    "may I": phrases.MAY_I,
    "idiom": phrases.IDIOM,
    "remark": phrases.REMARK,
    "to somebody": phrases.TO_SOMEBODY,
    "follow-up": phrases.FOLLOW_UP,
}
_SEARCHED: Final[dict[str, re.Pattern[str]]] = {
    "name last": phrases.NAME_LAST,
    "name first": phrases.NAME_FIRST,
    "role called": phrases.ROLE_CALLED,
}
_Forms = dict[str, bool]
_TOGETHER: Final[dict[str, Callable[[_Forms], bool]]] = {
    "my question": lambda f: f["question mark"] and f["my"] and not f["you"],
    "your question": lambda f: f["question mark"] and f["you"],
    "impersonal question": lambda f: (
        f["question word first"] and not (f["you"] or f["he or she"] or f["we"])
    ),
    "command with tool": lambda f: f["command"] and f["tool"],
    "can you, tool": lambda f: f["can you"] and f["tool"],
    "can you, my": lambda f: f["can you"] and f["my"],
    "know where, my": lambda f: f["know where"] and f["my"],
    "question about him": lambda f: f["question mark"] and f["he or she"] and not f["my"],
    "I tell": lambda f: f["I first"] and not (f["question mark"] or f["I want"] or f["know where"]),
    "command, my": lambda f: f["command"] and f["my"],
    "command, you": lambda f: f["command"] and f["you"],
    "statement": lambda f: not (f["question mark"] or f["command"]),
}
_COMPILED: Final = {name: re.compile(words, re.IGNORECASE) for name, words in PATTERNS.items()}
NAMES: Final = (*PATTERNS, *_RULES, *_SEARCHED, *_TOGETHER)


def forms(text: str) -> list[bool]:
    """Say of each of `NAMES` whether a text has that form."""
    said = phrases.FILLER.sub("", fluent(text)).strip()
    bare = said.rstrip(" .?!")
    found = {name: bool(pattern.search(said)) for name, pattern in _COMPILED.items()}
    found |= {name: bool(pattern.match(bare)) for name, pattern in _RULES.items()}
    found["follow-up"] = bool(phrases.FOLLOW_UP.match(said))
    found |= {name: bool(pattern.search(said)) for name, pattern in _SEARCHED.items()}
    found |= {name: together(found) for name, together in _TOGETHER.items()}
    return [found[name] for name in NAMES]
