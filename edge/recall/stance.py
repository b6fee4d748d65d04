"""Does a sentence tell what is so, or does it ask, doubt, plan or deny? And whose is it? Pure.

A fact is quoted as an answer; the others share its words and are none. English, by the closed
classes of the language: auxiliaries, negations, pronouns.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from edge.evidence import Note
from edge.recall.words import best_match, content, tokens

_DOUBT: Final = re.compile(
    r"\b(?:don't know|do not know|can't find|cannot find|can't remember|don't remember|lost|forgot|"
    r"forgotten|looking for|wonder|no idea|not sure|where(?:ver)? (?:is|are|did|do|have|i|my))\b",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(
    r"^(?:so |and |but |hey |okay |well )*(?:who|what|where|when|why|how|which|whose|is|are|was|"
    r"were|do|does|did|have|has|had|can|could|will|would|should|shall|am)\b(?!.*[.!]$)",
    re.IGNORECASE,
)
_INTENDS: Final = re.compile(
    r"\b(?:going to (?!the\b|a\b|my\b|our\b|[A-Z])|gonna|wan(?:t|ts|ted) to|wanna|"
    r"plan(?:s|ning|ned)? (?:to|on)|(?:would|'d) (?:like|love|rather)|hop(?:e|es|ing) to|ought to|"
    r"thinking (?:of|about)|consider(?:s|ing)?|intend(?:s|ing)?|let's|don't forget|remember to|"
    r"remind|should|promised? to)\b"
)
"""What somebody means to do."""
_WILL: Final = re.compile(
    r"\b(?:need(?:s)? to|ha(?:ve|s) to|must|will|'ll|shall|can|could|tomorrow)\b"
)
"""What is still to be; of an arrangement it is a fact."""
_PERHAPS: Final = re.compile(
    r"\b(?:might|may(?= \w+ )(?!\s+\d)|maybe|perhaps|possibly|probably|if|unless|suppose|supposed|"
    r"wish(?:es|ed)?|hop(?:e|es|ed|ing)|could|would|guess|rumou?r|thinking (?:of|about)|"
    r"consider(?:s|ing)?|dream(?:s|t|ed)?)\b",
    re.IGNORECASE,
)
"""What may never be."""
_DENIES: Final = re.compile(
    r"\b(?:not|never|no longer|no|none|nobody|nothing|neither|nor|without|cannot|"
    r"(?:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should|ai)n't)\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[,;:]\s+|\s+(?:but|because|so that|although|though)\s+|\s+-\s+")
_POLAR: Final = re.compile(
    r"^(?:so |and |but |hey |okay |well )*(?:is|are|was|were|do|does|did|have|has|had|can|could|"
    r"will|would|am)\b",
    re.IGNORECASE,
)
_TELL: Final = re.compile(
    r"^(?:do you (?:know|remember|recall)|(?:can|could|will|would) you (?:tell|remind) me|"
    r"tell me)\s+",
    re.IGNORECASE,
)
_DONE: Final = re.compile(
    r"\b(?:did|have|has|had|was|were)\b|\bwho(?:m)? (?:\w+ed|\w+t|made|found|came|gave|took)\b",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(r"\b(?:i|me|my|mine|myself|i'm|i've|i'll|i'd)\b", re.IGNORECASE)
_OURS: Final = re.compile(
    r"\b(?:i|me|my|mine|myself|we|us|our|ours|i'm|i've|i'll|i'd)\b", re.IGNORECASE
)
_OWNED: Final = re.compile(
    r"\b(?P<whose>my|our|your|his|her|their|[A-Z][\w]*'s|[A-Z]\w+s')\s+(?P<what>(?:[\w-]+\s*){1,4})"
)
_SAID: Final = re.compile(
    r"\b(?:say|said|tell|told|mention(?:ed)?|talk(?:ed)?|discuss(?:ed)?|agreed?|promised?|ask(?:ed)?|"
    r"suggest(?:ed)?|recommend(?:ed)?|decided?|plan(?:ned)?)\b",
    re.IGNORECASE,
)
"""What was said may be a plan."""
_PERSON: Final = re.compile(
    r"(?<!\b[Ii]n )(?<!\b[Tt]o )(?<!\b[Aa]t )(?<!rom )(?<!ear )(?<!\bof )(?<!\b[Tt]he )"
    r"\b([A-Z][a-z]+)\b"
)
"""A name that does not stand where places do."""
GOES_ON: Final = re.compile(
    r"^(?:and )?(?:it|they|he|she|that|this|there|those|these)\b", re.IGNORECASE
)
"""A sentence that goes on with the one before it."""
_I_DO: Final = re.compile(
    r"^(?!who).*\b(?:did|do|have|had|am|was|can|will|should) (?:i|we)\b", re.IGNORECASE
)
_THEY_DO: Final = re.compile(
    r"(?:(?!The|There|This|That|These|Those|Today|Yesterday|Tomorrow|It|You)[A-Z][a-z]+|"
    r"[Hh]e|[Ss]he|[Tt]hey) (?!is\b|are\b|was\b|were\b)[a-z]+"
)
"""Somebody else is who does it."""
_YOURS: Final = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
NAME: Final = re.compile(r"(?<!^)(?<![.?!]\s)(?<![.?!]\s\")\b[A-Z][a-z]+\b")
_ANEW: Final = re.compile(
    r"\b(?:moved|changed|postponed|rescheduled|cancel(?:l?ed)|pushed|delayed|brought forward|"
    r"instead|no longer|any ?more)\b",
    re.IGNORECASE,
)
_CHANGES: Final = re.compile(
    r"\b(?:moved|changed|postponed|rescheduled|cancel\w*|pushed|put back|brought forward|instead|"
    r"no longer|any ?more|actually|now|back|delayed|sold|returned|gave|given|swapped|replaced|"
    r"broke|broken|fixed|repaired|found|paid|finished|over|closed|raised|lowered|new)\b",
    re.IGNORECASE,
)
UNKNOWN: Final = frozenset({"", "wearer", "companion"})
"""Whose own words are taken for the wearer's: nobody can tell, or it is so."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How a sentence stands to what it speaks of."""

    asks: bool
    doubts: bool
    supposes: bool
    denies: bool
    """In the clause that speaks of the matter."""


def stance(sentence: str, matter: Sequence[str] = ()) -> Stance:
    """Return how a sentence stands to the stems of a matter."""
    return Stance(
        asks=is_question(sentence),
        doubts=_DOUBT.search(sentence) is not None,
        supposes=_throughout(_PERHAPS, sentence, matter),
        denies=denies(sentence, matter),
    )


def is_question(sentence: str) -> bool:
    """Say whether a heard sentence asks rather than tells."""
    return sentence.rstrip().endswith("?") or bool(_QUESTION.match(sentence))


def is_done(question: str) -> bool:
    """Say whether a question asks about what has been, and not about what is to be."""
    return _DONE.search(question) is not None and not _intends(question)


def is_polar(question: str) -> bool:
    """Say whether a question asks for yes or no."""
    return _POLAR.match(_TELL.sub("", question)) is not None


def is_only_planned(question: str, sentence: str, matter: Sequence[str] = ()) -> bool:
    """Say whether a sentence tells what was to be, and the question does not ask for that."""
    if _intends(question) or _WILL.search(question) or _SAID.search(question):
        return False
    return _throughout(_INTENDS, sentence, matter) or (
        is_done(question) and _throughout(_WILL, sentence, matter)
    )


def _intends(text: str) -> bool:
    return _INTENDS.search(text) is not None


def denies(sentence: str, matter: Sequence[str] = ()) -> bool:
    """Say whether every clause of a sentence that speaks of a matter denies it."""
    return _throughout(_DENIES, sentence, matter)


def _throughout(pattern: re.Pattern[str], sentence: str, matter: Sequence[str]) -> bool:
    """Say whether a pattern is in every clause that speaks of a matter."""
    about = [
        clause
        for clause in _CLAUSE.split(sentence)
        if not matter or any(best_match(word, content(clause)) for word in matter)
    ]
    return bool(about) and all(pattern.search(clause) for clause in about)


def changes(sentence: str) -> bool:
    """Say whether a sentence tells that something is not as it was."""
    return _CHANGES.search(sentence) is not None


def is_anew(sentence: str) -> bool:
    """Say whether a sentence puts something else in the place of what was arranged."""
    return _ANEW.search(sentence) is not None


def is_mine(text: str) -> bool:
    """Say whether a text speaks of who says it."""
    return _OURS.search(text) is not None


def is_of_another(sentence: str, note: Note, asked: str, things: Iterable[str]) -> bool:
    """Say whether a sentence speaks of another person's than the wearer's question does.

    `my keys` are the speaker's; `Anna's keys` are Anna's, also when she says `my`; `the keys` that
    the wearer asks for are nobody else's.
    """
    names = {name.lower() for name in NAME.findall(asked)} | _possessors(asked)
    owners = _owners(sentence, things)
    is_others = note.who.lower() not in UNKNOWN
    if not names:
        speaks = _FIRST.search(sentence) is not None and not _YOURS.search(sentence)
        if is_others:
            return speaks and (is_mine(asked) or "my" in owners)
        if _I_DO.search(asked) and _THEY_DO.match(sentence) and not is_mine(sentence):
            return True
        others = owners - {"my", "our", "the"}
        return bool(others) and not owners & {"my", "our"} and (
            is_mine(asked) or bool(others - {"his", "her", "their", "your"})
        )  # fmt: skip
    spoken_by = bool(set(tokens(note.who)) & names)
    if is_others and not spoken_by:
        return _FIRST.search(sentence) is not None and not names & set(tokens(sentence))
    wanted = _possessors(asked)
    if wanted and owners and not spoken_by:
        return not owners & (wanted | {"his", "her", "their"})
    return False


def people(notes: Iterable[Note]) -> set[str]:
    """Return who speaks in notes and whom they name, in lower case; not where it is a place."""
    found = {word for note in notes if note.who not in UNKNOWN for word in tokens(note.who)}
    for note in notes:
        if note.kind != "seen":
            found |= {name.lower() for name in _PERSON.findall(note.text)}
    return found


def _possessors(text: str) -> set[str]:
    """Return whose things a text names: `anna` of "Anna's keys"."""
    found = (each["whose"] for each in _OWNED.finditer(text))
    return {whose.split("'")[0].lower() for whose in found if "'" in whose}


def _owners(sentence: str, things: Iterable[str]) -> set[str]:
    """Return whose each of the things is that a sentence names."""
    wanted = list(things)
    return {
        each["whose"].split("'")[0].lower()
        for each in _OWNED.finditer(sentence)
        if any(best_match(thing, content(each["what"])) for thing in wanted)
    }
