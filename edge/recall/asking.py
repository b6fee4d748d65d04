"""How much does one sentence ask of a companion, and what kind of asking is it?

Pure rules over the words: English as a recogniser spells it, with punctuation or without.
"""

from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from edge.recall import company, manners, phrases, wishes
from edge.recall.misheard import mended

MOST_ASKED_WORDS: Final = 16
"""Longer questions of no known kind are rather talk."""


class Strength(IntEnum):
    """How much of its being for the companion is in a sentence itself."""

    NONE = 0
    ALONE = 1
    """Asked by somebody who talks to nobody else."""
    FIRM = 2
    """In a conversation too."""
    BY_NAME = 3
    """Whatever else is said around it. No sentence has this by its form."""


class Kind(StrEnum):
    """What people call it."""

    TOOL = "timers, reminders, notes and lists"
    WISH = "other things to do"
    LIFE = "questions about your own life"
    SAID = "questions about what was said"
    SEEN = "questions about what is to be seen or heard"
    WORLD = "questions about the world"
    OPEN = "other questions"
    THOUGHT = "half-asked questions, as in 'I wonder' or 'I forgot'"
    GONE_ON = "short words after a reply"
    OTHER = "everything else"


class Asked(NamedTuple):
    """A sentence's strength and kind."""

    strength: Strength
    kind: Kind = Kind.OTHER


NOTHING: Final = Asked(Strength.NONE)


def look(sentence: str) -> Asked:
    """Say how much one sentence asks for something that a companion gives, and of which kind."""
    if is_closed(sentence):
        return NOTHING
    said = mended(fluent(sentence))
    asked = wishes.LEAD.sub("", phrases.FILLER.sub("", said)).strip()
    asked = mended(phrases.FILLER.sub("", asked))
    bare = asked.rstrip(" .?!")
    greeted = phrases.TO_SOMEBODY.match(asked)
    if greeted and not (phrases.IMPERATIVE.match(asked) or wishes.NOT_KNOWN.match(asked)):
        wished, was_phrased = wishes.plainly(bare[greeted.end() :].lstrip(" ,.!"))
        wish = _wish(wished, was_phrased=was_phrased)
        return wish if wish.strength is Strength.FIRM else NOTHING
    if manners.TOOL_WANTED.match(bare):
        return Asked(Strength.FIRM, Kind.TOOL)
    wished, was_phrased = wishes.plainly(bare)
    is_doubt = asked.endswith("?") and not was_phrased and bare.lower().startswith("remember")
    return max(
        NOTHING if is_doubt else _wish(wished, was_phrased=was_phrased),
        _indirect(wished),
        _indirect(wishes.plainly(said.rstrip(" .?!"))[0]),
        _question(bare, asked),
        _question(wished, asked) if manners.ASKS.match(wished) else NOTHING,
        key=lambda found: found.strength,
    )


def is_request(sentence: str) -> bool:
    """Say whether one sentence, said alone, asks for something that a companion gives."""
    return look(sentence).strength > Strength.NONE


def is_closed(sentence: str) -> bool:
    """Say whether a sentence is not the wearer's own, or calls somebody else."""
    is_read = company.READS.match(sentence) or company.QUOTES.search(sentence)
    return bool(is_read) or calls_somebody(sentence)


def goes_on(sentence: str) -> bool:
    """Say whether a sentence goes on from a reply that was just given."""
    return bool(phrases.FOLLOW_UP.match(sentence) or wishes.AFTER_REPLY.match(sentence))


def calls_somebody(sentence: str) -> bool:
    """Say whether somebody's name or role is called."""
    if phrases.ROLE_CALLED.search(sentence):
        return True
    called = phrases.NAME_LAST.search(sentence) or phrases.NAME_FIRST.match(
        phrases.FILLER.sub("", sentence)
    )
    return called is not None and not phrases.NOT_A_NAME.fullmatch(called[1])


def fluent(sentence: str) -> str:
    """Return a sentence without the sounds of thinking and without words begun twice."""
    thought = manners.HESITATION.sub("", sentence).lstrip(" ,.")
    return manners.BEGUN_AGAIN.sub("", manners.REPETITION.sub(r"\1", thought))


def _wish(wished: str, *, was_phrased: bool) -> Asked:
    """Look for something that is to be done, in a sentence without its polite phrases."""
    if manners.NO_WISH.match(wished):
        return NOTHING
    if not phrases.IMPERATIVE.match(wished) and not wishes.WISH.match(wished):
        return Asked(Strength.ALONE, Kind.THOUGHT) if wishes.TO_SELF.match(wished) else NOTHING
    if phrases.YOUR_BUSINESS.search(wished) and not phrases.ABOUT_YOUR_SENSES.search(wished):
        return NOTHING
    if manners.OF_TOOLS.search(wished):
        return Asked(Strength.FIRM, Kind.TOOL)
    is_common = was_phrased or manners.SAID_TO_PEOPLE_TOO.match(wished)
    return Asked(Strength.ALONE if is_common else Strength.FIRM, Kind.WISH)


def _indirect(wished: str) -> Asked:
    """Look for a question inside a sentence: "tell me when", "I wonder how", "I forgot where"."""
    opening = wishes.ASKED_TO_TELL.match(wished) or wishes.NOT_KNOWN.match(wished)
    if not opening:
        return NOTHING
    matter = wished[opening.end() :]
    is_others = manners.OF_OTHERS.search(matter) and not manners.TOLD.search(matter)
    if is_others or phrases.YOUR_BUSINESS.search(matter):
        return NOTHING
    return Asked(Strength.ALONE, Kind.THOUGHT)


def _question(bare: str, asked: str) -> Asked:
    """Look for a question that the wearer's memory, sight or general knowledge answers."""
    if manners.FOR_MYSELF.match(bare) or manners.ANYBODY.match(bare):
        return Asked(_solid(bare), Kind.WORLD)
    if asked.endswith("!") or _is_no_question(bare) or manners.SELF_TALK.match(asked):
        return NOTHING
    if phrases.ABOUT_THE_COMPANION.match(bare):
        return Asked(_sure(manners.SEEN_BY_ME.search(bare)), Kind.LIFE)
    if phrases.ABOUT_SIGHT.match(bare) and not manners.TOLD_BY.match(bare):
        return Asked(_sure(manners.SEEN_BY_ME.search(bare)), Kind.SEEN)
    return NOTHING if phrases.YOUR_BUSINESS.search(bare) else _impersonal(bare, asked)


def _impersonal(bare: str, asked: str) -> Asked:
    """Look at a question without a "you"."""
    if phrases.ABOUT_MY_LIFE.match(bare):
        return Asked(_sure(not manners.FROM_HERE.match(bare)), Kind.LIFE)
    if phrases.ABOUT_WHAT_WAS_SAID.match(bare):
        return Asked(_sure(manners.OF_ME.search(bare)), Kind.SAID)
    if phrases.OUR_BUSINESS.search(bare):
        return NOTHING
    if phrases.ABOUT_THE_WORLD.match(bare):
        return Asked(_solid(bare), Kind.WORLD)
    is_open = manners.OPEN_QUESTION.match(bare) and len(bare.split()) <= MOST_ASKED_WORDS
    return Asked(Strength.ALONE, Kind.OPEN) if is_open and not asked.endswith(".") else NOTHING


def _is_no_question(bare: str) -> bool:
    """Say whether it is one by its form only, or one that only a person answers."""
    return bool(
        manners.OF_THE_OTHERS.search(bare)
        or phrases.MAY_I.match(bare)
        or manners.TO_YOU.search(bare)
        or phrases.IDIOM.match(bare)
        or company.RHETORIC.match(bare)
    )


def _solid(bare: str) -> Strength:
    return _sure(company.SOLID.search(bare))


def _sure(found: object) -> Strength:
    return Strength.FIRM if found else Strength.ALONE
