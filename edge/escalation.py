"""Who is to answer: the notes, nobody, or a bigger model? Was a small one's answer enough? Pure.

`decided` weighs how likely the built-in answer is right. `enough` holds a model's answer against
the lines that it was given: numbers, names and words that stand neither there nor in the question
are made up, and what is made up is not said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Final, NamedTuple

from edge.recall.asked import MISSING, understand
from edge.recall.confidence import WEIGHTS
from edge.recall.numerals import mentions, numbers
from edge.recall.stance import GOES_ON, NAME, denies, is_question
from edge.recall.succession import is_same_matter
from edge.recall.wanted import has_wanted
from edge.recall.words import PUTTING, best_match, content, coverage, sentences, stems, tokens
from edge.search.when import DAYS, MONTHS

LEAST_SUPPORTED: Final = 0.7
"""Of the words that an answer adds to the question so many must stand in what was given."""

_IGNORANT: Final = re.compile(
    r"\b(?:i|we)(?: am|'m| do| would| have|'ve)?(?: really| simply| just)? ?"
    r"(?:not|n't|cannot|can't|can not|don't|couldn't|could not|unable)\b.{0,24}\b"
    r"(?:know|sure|tell|say|find|answer|determine|see|remember|able|certain|have|provide|help)\b|"
    r"\b(?:no|not enough|insufficient|lack(?:s|ing)?|without) (?:\w+ )?"
    r"(?:information|context|details?|mention|evidence|record|notes?|data|idea|answer)\b|"
    r"\b(?:not|n't|never)(?: \w+)? (?:mentioned|stated|specified|provided|given|known|clear|"
    r"recorded|noted|indicated|said|contained?|available|included?)\b|"
    r"\b(?:do|does|did)(?: not|n't) (?:say|mention|state|specify|contain|include|indicate|tell)\b|"
    r"\b(?:unknown|unclear|as an ai|i'm sorry|i am sorry|i apologi[sz]e|no one knows)\b",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(r"^[A-Z][^:\"]{0,40}:\s+")
"""What stands before the words of a line: who said it, and how long ago."""
_AGO: Final = re.compile(
    r"\b\w+ (?:s|sec|seconds?|min|minutes?|h|hours?|days?|weeks?) ago\b", re.IGNORECASE
)
"""How long ago a line was said stands before it, and is no number of its own."""
_CAPITAL: Final = re.compile(r"\b[A-Z][a-z]+\b")
_OF_ANSWERING: Final = stems(
    """note notes hear heard say said mention tell accord according answer ask question based base
    information context conversation remember recall record know think believe likely seem appear
    mean sure certain course yes indeed wearer user speaker companion sentence line text currently
    earlier previously recently mentioned stated"""
)
"""Words with which one answers, whatever is asked."""
_FREE: Final = re.compile(
    r"^(?:please\s+)?(?:write|draft|compose|translate|summari[sz]e|sum|recap|explain|describe|"
    r"suggest|recommend|plan|rewrite|rephrase|compare|calculate|convert|brainstorm|invent)\b|"
    r"\b(?:summary|summari[sz]e|recap|advice|advise|recommend(?:ation)?s?|suggest(?:ion)?s?)\b|"
    r"\b(?:good|bad|better) idea\b|^(?:should|may|must|can) (?:i|we)\b|"
    r"\b(?:what|which|how|whom?) (?:should|could|can) (?:i|we)\b|"
    r"\bwhat do you think\b|\b(?:best|better|worst|safest|cheapest|fastest) (?:way|for|to|time)\b",
    re.IGNORECASE,
)
_SUMS: Final = re.compile(
    r"\b(?:altogether|in total|total|together|in all|sum of|average|on average|difference|"
    r"how many times|how many more|how much more|how much less|(?:more|less|fewer)\b.*\bthan|"
    r"how (?:many|much|long|far)\b.*\bbetween|per person|by how much|"
    r"percent of|how many (?:days|weeks|hours|months|years|minutes) (?:are left|until|till|since|"
    r"between|ago))\b",
    re.IGNORECASE,
)


A_SUM: Final = "it asks for a sum over notes"
A_TEXT: Final = "it asks for advice or for a text, not for a fact"
OF_THE_WORLD: Final = "nothing in the notes is about it, and it is no private matter"
NOT_SURE: Final = "the notes may hold the answer, but it is not sure which of them does"


class Outcome(Enum):
    """Who answers."""

    NOTES = auto()
    UNKNOWN = auto()
    """Nobody: it is not in the notes, and that is the answer."""
    MODEL = auto()
    """A language model, if there is one."""


class Decision(NamedTuple):
    """Who answers, and why the notes alone do not."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer may be said, and why not."""

    is_enough: bool
    reason: str = ""
    """One clause for the ledger and a person, without a word of the notes or the answer."""


ENOUGH: Final = Verdict(is_enough=True)


def is_beyond(question: str) -> bool:
    """Say whether a question asks for more than a note can tell, however well one fits."""
    return _SUMS.search(question) is not None or _FREE.search(question) is not None


def decided(question: str, chance: float, *, is_found: bool, is_private: bool) -> Decision:
    """Say who answers a question whose best answer from the notes is right with such a chance.

    A sum is no single note's matter, however well one fits. Advice is, where one is sure.
    """
    if _SUMS.search(question):
        return Decision(Outcome.MODEL, A_SUM)
    if chance >= WEIGHTS.sure:
        return Decision(Outcome.NOTES)
    if _FREE.search(question):
        return Decision(Outcome.MODEL, A_TEXT)
    if chance >= WEIGHTS.hopeless:
        return Decision(Outcome.MODEL, NOT_SURE)
    if is_private:
        return Decision(Outcome.UNKNOWN)
    return Decision(Outcome.MODEL, NOT_SURE if is_found else OF_THE_WORLD)


def enough(question: str, answer: str, given: Sequence[str]) -> Verdict:
    """Say whether a model's answer to a question rests on the lines that it was given."""
    text = answer.strip()
    if not text:
        return Verdict(is_enough=False, reason="it said nothing")
    if _IGNORANT.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        return Verdict(is_enough=False, reason="it said that it does not know")
    text = _AGO.sub("", text)
    told = [_LEAD.sub("", line) for line in given]
    sources = "\n".join((question, *given))
    if why := (
        _made_up_number(text, "\n".join((question, *told)))
        or _made_up_name(question, text, sources)
        or _made_up_words(question, text, sources)
        or (not _FREE.search(question) and _torn(question, text, given))
        or _beside_the_question(question, text)
        or _contradiction(question, text, given)
    ):
        return Verdict(is_enough=False, reason=why)
    return ENOUGH


def _made_up_number(answer: str, sources: str) -> str:
    known = numbers(sources)
    for mention in mentions(answer):
        if mention & known:
            continue
        return "it named a number or a time that it was not given"
    return ""


def _made_up_name(question: str, answer: str, sources: str) -> str:
    words = content(sources)
    names = {name.lower() for name in NAME.findall(answer)} - {*DAYS, *MONTHS}
    if understand(question).wants == "person":
        names |= {sentence.split()[0].lower().strip(".,") for sentence in sentences(answer)}
    dates = {word for word in tokens(answer) if word in {*DAYS, *MONTHS} and word != "may"}
    if any(not best_match(stem, words) for name in names for stem in _own(name)):
        return "it named somebody or something that it was not given"
    if dates - set(tokens(sources)):
        return "it named a day that it was not given"
    return ""


def _made_up_words(question: str, answer: str, sources: str) -> str:
    """Look for words without a source; a text or advice that was asked for has words of its own."""
    if _FREE.search(question):
        return ""
    words, asked = content(sources), content(question)
    told = [word for word in _own(answer) if not best_match(word, asked)]
    supported = sum(best_match(word, words) > 0 for word in told)
    if told and supported / len(told) < LEAST_SUPPORTED:
        return "it said more than it was given"
    return ""


def _own(answer: str) -> list[str]:
    """Return the words of an answer that say something: no number, and no mere way of saying it."""
    return [
        word
        for word in content(answer)
        if word not in _OF_ANSWERING | PUTTING and not word.isdigit() and not mentions(word)
    ]


def _torn(question: str, answer: str, given: Sequence[str]) -> str:
    """Look for a name that no line ties to what is said of it.

    A line that begins with a pronoun goes on with the one before it.
    """
    names = {word.lower() for word in _CAPITAL.findall(answer) if content(word)} - {*DAYS, *MONTHS}
    said = [word for word in (*_own(answer), *_own(question)) if word not in names]
    lines = [(_LEAD.sub("", line), line) for line in given if not is_question(line)]
    whole = [
        content(f"{before}\n{line}" if GOES_ON.match(told) else line)
        for (_, before), (told, line) in pairwise([("", ""), *lines])
    ]
    for name in names & set(tokens("\n".join(line for _, line in lines))):
        if said and not any(
            best_match(name, words) and any(best_match(word, words) for word in said)
            for words in whole
        ):
            return "it tied together what it was given apart"
    return ""


def _beside_the_question(question: str, answer: str) -> str:
    asked = understand(question)
    if _FREE.search(question) or not asked.wants:
        return ""
    if has_wanted(asked.wants, question, answer) or mentions(answer):
        return ""
    short = len(tokens(answer)) <= 4  # noqa: PLR2004 (a bare answer: "the blue bowl", "Martin")
    return "" if short else f"it did not say {MISSING[asked.wants]}"


def _contradiction(question: str, answer: str, given: Sequence[str]) -> str:
    """Hold an answer against the line that it is nearest to, and that against later ones."""
    lines = [told for line in given for told in sentences(_LEAD.sub("", line))]
    lines = [line for line in lines if not is_question(line)]
    asked = set(content(question))
    said = [word for word in content(answer) if word not in _OF_ANSWERING | PUTTING]
    weights = dict.fromkeys(said, 1.0)
    shares = [coverage(weights, content(line)) for line in lines]
    if not said or not any(shares):
        return ""
    best = max(shares)
    nearest = [place for place, share in enumerate(shares) if share >= best - 0.1]
    denied = denies(answer, said)
    if all(denies(lines[place], said) != denied for place in nearest):
        return "it says the opposite of what it was given"
    own = {word for word in said if word not in asked}
    last = nearest[-1]
    for later in lines[last + 1 :]:
        is_other = not any(best_match(word, content(later)) for word in own)
        if own and is_other and is_same_matter(lines[last], later, tuple(asked)):
            return "a later line says otherwise"
    return ""
