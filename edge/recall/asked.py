"""What does a question want to know, and of what? Pure rules over its words."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from edge.recall.stance import NAME
from edge.recall.words import ATTRIBUTES, PUTTING, content, stem, subject, tokens
from edge.search.when import DAYS, MONTHS

Wants = Literal[
    "",
    "place",
    "time",
    "person",
    "money",
    "measure",
    "often",
    "count",
    "amount",
    "name",
    "colour",
    "reason",
]
"""The kind of thing that answers; empty where anything may."""
MISSING: Final[dict[Wants, str]] = {
    "place": "where", "time": "when", "person": "who", "money": "how much", "measure": "how much",
    "often": "how often", "count": "how many", "amount": "how much", "name": "what it is called",
    "colour": "which colour", "reason": "why",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants to know, and of what."""

    wants: Wants
    about: tuple[str, ...]
    """Stems of all that it names."""
    needed: tuple[str, ...]
    """Stems of which a sentence must have at least one: the thing itself."""
    names: tuple[str, ...]
    """Stems of names that a sentence must not lack."""
    counted: tuple[str, ...] = ()
    """Stems of what "how many" counts."""


_WANTED: Final[dict[Wants, str]] = {
    "reason": r"\bwhy\b",
    "place": r"\bwhere\b",
    "time": r"\bwhen\b|\bwhat (?:time|day|date)\b",
    "money": (
        r"\bhow much\b.*\b(?:cost|costs|pa(?:y|id)|price|charged?|spen[dt]|owed?s?|worth|rent|"
        r"fee|fare|bill|invoice|budget|money)\b|"
        r"\bwhat\b.*\b(?:price|cost|fee|fare|rent|salary|wage)\b"
    ),
    "often": r"\bhow often\b",
    "measure": r"\bhow (?:long|far|old|big|tall|high|deep|wide|heavy|late|early)\b",
    "count": r"\bhow many\b",
    "amount": r"\bhow much\b|\bnumber\b",
    "person": r"\bwho(?:m|se)?\b",
    "colour": r"\b(?:what|which)\s+colou?r\b|\bcolou?r\s+(?:is|was|are|of)\b",
    "name": r"\bcalled\b|\bnamed?\b|\btitle\b",
}
_WANTS: Final = {wants: re.compile(pattern, re.IGNORECASE) for wants, pattern in _WANTED.items()}
"""The first that a question has is what it wants."""
_CLAUSE: Final = re.compile(
    r"\b(?:to|for|of|from|with|when|that|which|who|i|she|he|they|we|you|in|on|at|this|last|"
    r"yesterday|today|tonight|earlier|before|after|again|now|about|again)\b",
    re.IGNORECASE,
)
_WHERE_OF: Final = re.compile(
    r"\bwhere(?:'s|'re|\s+\w+)?\s+(?:(?:i|you|we|he|she|they|it|is|are|was|were|did|do|have|has)\s+)*"
    r"(?P<thing>.*)",
    re.IGNORECASE,
)
_DOES: Final = re.compile(
    r"^(?:when|what time|how \w+)\b.*?\b(?:does|do|did|will)\s+(?!(?:i|we|you|he|she|it|they)\b)"
    r"(?P<thing>.+)",
    re.IGNORECASE,
)
"""What does something, and the verb last: the verb alone is not enough."""
_ABOUT: Final = re.compile(r"\babout\s+(?P<thing>.+)", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\bhow many\s+(?P<thing>\w+(?:\s+\w+)?)", re.IGNORECASE)
_SAID_BY: Final = re.compile(
    r"\b(?:did|has|had|have)\s+(?P<who>(?:the |my |his |her |that )?[\w']+(?: [A-Z]\w+)?)\s+"
    r"(?:just |ever |already )?(?:say|said|tell|told|mention|mentioned|talk|ask|asked|recommend|"
    r"suggest|want|promise|call)",
    re.IGNORECASE,
)
_BESIDE: Final = frozenset(
    stem(word) for word in ("mind", "list", "note", "today", "tomorrow", "yesterday", "tonight")
)
"""What says where to look, or which day: `edge/recall/other_day.py` knows those."""
_WHEN: Final = re.compile(
    r"\b(?:this|yesterday|tomorrow|last|in the) "
    r"(?:morning|afternoon|evening|night|week|month|year)\b|"
    r"\b\w+ (?:second|minute|hour|day|week|month|year)s? (?:ago|earlier)\b",
    re.IGNORECASE,
)
_HOW: Final = re.compile(
    r"\bhow (?:far|long|old|often|tall|big|high|deep|wide|heavy|late|early)\b", re.IGNORECASE
)
_NO_NAME: Final = frozenset(stem(word) for word in (*DAYS, *MONTHS))


def understand(question: str) -> Asked:
    """Return what a question is about."""
    wants: Wants = next((kind for kind, each in _WANTS.items() if each.search(question)), "")
    speaker = _SAID_BY.search(question)
    spoken_by = set(content(speaker["who"])) if speaker else set()
    named = without_time(question)
    about = tuple(word for word in subject(named) if word not in _BESIDE) or (
        tuple(subject(question))
    )
    counted = _COUNTED.search(question)
    names = {stem(name.lower()) for name in NAME.findall(question)}
    return Asked(
        wants,
        about,
        _needed(question, about, spoken_by),
        tuple(names & set(about) - spoken_by - _NO_NAME),
        tuple(content(counted["thing"])[:1]) if counted else (),
    )


def without_time(question: str) -> str:
    """Return a question without the stretch of time that it names, and without how much of it."""
    return _HOW.sub("how", _WHEN.sub("", question))


def _needed(question: str, about: tuple[str, ...], spoken_by: set[str]) -> tuple[str, ...]:
    """Return the words of which one must be there: the topic after `about`, the thing sought."""
    topic = _ABOUT.search(question)
    if topic and (words := subject(topic["thing"])):
        return tuple(words)
    sought = _WHERE_OF.search(question)
    if sought:
        thing = " ".join(w for w in sought["thing"].split() if stem(_bare(w)) not in PUTTING)
        words = [w for part in _CLAUSE.split(thing) for w in subject(part)[-1:]]
        if words:
            return (words[0],)
    actor = _DOES.search(question)
    if actor and len(words := subject(actor["thing"])) > 1:
        return tuple(words[:-1])
    beside = tuple(word for word in about if word not in spoken_by)
    rare = tuple(word for word in beside if word not in ATTRIBUTES)
    return rare or beside or about


def _bare(word: str) -> str:
    return (tokens(word) or [""])[0]
