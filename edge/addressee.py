"""Was that for me? Rules and the weight of its words, over one utterance; pure.

Silence when unsure is right: a wrong interruption is worse than a miss. A sentence is for the
companion when it asks for something that only the companion does (remember, note, time, read,
forget, hear nothing), or when it is a question that the wearer's own memory, sight or general
knowledge answers and nothing in it speaks to somebody else: no name called, no "you" but the
companion's, no opening of a conversation. The rules say how strongly it asks (`Strength`); what its
words weigh (`meant.score`) decides, against a threshold that is higher the weaker the rules' word
is and the more surely the wearer talks with somebody (`NEEDED`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from edge.recall import company, manners, meant, phrases, silence, wishes
from edge.recall.asking import (
    Kind,
    Strength,
    calls_somebody,
    goes_on,
    is_closed,
    is_request,
    look,
)
from edge.recall.learnt import Learnt
from edge.recall.telling import tells
from edge.recall.words import sentences

LEAST_CONFIDENCE: Final = 35
"""Percent; below it the words themselves are doubtful."""
MOST_WORDS: Final = 40
FOLLOW_UP_S: Final = 10.0
"""This long after a reply, "and the wallet?" is for the companion."""
FEW_SENTENCES: Final = 2
"""Whoever says more at once tells somebody something."""
NOTHING_LEARNT: Final = Learnt()


class Talk(IntEnum):
    """Is the wearer in conversation?"""

    NO = 0
    PERHAPS = 1
    """They said something to somebody a moment ago."""
    SURELY = 2
    """Somebody else was heard just now, or half of a telephone call."""


NEEDED: Final = {
    Talk.NO: {Strength.NONE: 1.5, Strength.ALONE: 0.0, Strength.FIRM: -1.0},
    Talk.PERHAPS: {Strength.NONE: 2.0, Strength.ALONE: 0.6, Strength.FIRM: 0.0},
    Talk.SURELY: {Strength.NONE: 5.0, Strength.ALONE: 4.5, Strength.FIRM: 0.5},
}
"""Log-odds from which a sentence is taken, by how strongly the rules take it."""
STATED_NEEDS: Final = 1.5
"""Log-odds more for what only says how things are: "The dentist appointment is on Tuesday"."""

TOLD_NEEDS: Final = 4.0
"""Log-odds more for a report: "I put my badge in the backpack". It has a command's words, and not
noting it is worse than not answering; only corrections make a request of it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What of an utterance is for the companion."""

    request: str = ""
    """Empty when nothing is."""
    rest: str = ""
    """What was said beside it, to somebody else or to nobody."""


def decide(
    text: str,
    confidence: int = 100,
    since_reply_s: float | None = None,
    *,
    talks: Talk = Talk.NO,
    learnt: Learnt = NOTHING_LEARNT,
) -> Decision:
    """Return what of an utterance is for the companion.

    `confidence` is the recogniser's, percent; `since_reply_s` how long ago the companion last
    replied, None if it never did; `talks` says that the wearer is in conversation; `learnt` is
    what corrections have taught.
    """
    spoken = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()
    named = phrases.NAME.match(spoken)
    hushed = _hushed(spoken, since_reply_s)
    if hushed:
        return hushed
    if named and spoken[named.end() :]:
        return _asked_by_name(spoken[named.end() :])
    if confidence < LEAST_CONFIDENCE or len(spoken.split()) > MOST_WORDS:
        return Decision("", text)
    parts = sentences(spoken)
    if parts and _opens_conversation(parts[0]):
        return Decision("", text)
    situation = _Situation(
        follows=since_reply_s is not None and since_reply_s <= FOLLOW_UP_S,
        talks=Talk.SURELY if len(parts) > FEW_SENTENCES else talks,
        learnt=learnt,
    )
    return _first_request(parts, situation) or Decision("", text)


@dataclass(frozen=True, slots=True)
class _Situation:
    """In which a sentence is said."""

    follows: bool
    """The companion has just replied."""
    talks: Talk
    learnt: Learnt

    def takes(self, sentence: str) -> bool:
        """Say whether a sentence's words are enough here, for this wearer."""
        asked = look(sentence)
        kind = Kind.GONE_ON if self.follows and goes_on(sentence) else asked.kind
        needed = NEEDED[self.talks][asked.strength] + self.learnt.needs(kind)
        if asked.strength is Strength.NONE and kind is not Kind.GONE_ON and tells(sentence):
            needed += TOLD_NEEDS
        elif asked.strength is Strength.NONE and phrases.STATES.match(sentence):
            needed += STATED_NEEDS
        score = meant.score(sentence, follows_reply=self.follows)
        return score + self.learnt.moves(sentence, follows_reply=self.follows) >= needed


def asking(text: str, *, follows_reply: bool = False) -> tuple[str, Kind]:
    """Return the sentence of a text that asks most, and its kind."""
    parts = sentences(text) or [text]
    for part in parts if follows_reply else ():
        if goes_on(part):
            return part, Kind.GONE_ON
    most = max(parts, key=lambda part: look(part).strength)
    return most, look(most).kind


def correction(text: str) -> bool | None:
    """Say what the wearer makes of what was said before: meant for the companion, not meant.

    None when the text is no such word.
    """
    plain = phrases.FILLER.sub("", text).strip().rstrip(" .!")
    if manners.WAS_NOT_FOR_YOU.match(plain):
        return False
    return True if manners.WAS_FOR_YOU.match(plain) else None


def _hushed(spoken: str, since_reply_s: float | None) -> Decision | None:
    """Take a wish to be heard no longer, and what was said before it. None if there is none.

    However doubtful the words: exactly these are not heard by chance, and stopping must be easy.
    What follows it in the same breath is not kept.
    """
    parts = silence.together(sentences(spoken))
    patterns = (silence.OVERHEARD, *([silence.ALONE] if len(parts) == 1 else []))
    for position, sentence in enumerate(parts):
        wish = phrases.FILLER.sub("", sentence)
        if silence.is_wanted(wish, *patterns):
            before = decide(" ".join(parts[:position]), since_reply_s=since_reply_s)
            return Decision(f"{before.request} {wish}".strip(), before.rest)
        social = phrases.YOUR_BUSINESS.search(sentence) or phrases.TO_SOMEBODY.match(wish)
        if social or calls_somebody(sentence):
            return None
    return None


def _asked_by_name(spoken: str) -> Decision:
    """Take all that was said after the companion's name; after a wish to hear nothing, no more."""
    parts = silence.together(sentences(spoken))
    for position, sentence in enumerate(parts, 1):
        if silence.is_wanted(phrases.FILLER.sub("", sentence), silence.COMMANDED):
            return Decision(" ".join(parts[:position]))
    return Decision(spoken)


def _first_request(parts: list[str], situation: _Situation) -> Decision | None:
    for position, sentence in enumerate(parts):
        if _asks(sentence, parts[position + 1 :], situation):
            return _split(parts, position, situation)
        if wishes.SHIFT.match(sentence):
            situation = replace(situation, talks=Talk.NO)
        elif _is_social(sentence):
            break
    return None


def _split(parts: list[str], first: int, situation: _Situation) -> Decision:
    """Take the first request, what belongs to it, and the requests after it."""
    if phrases.TAKES_ALL.match(phrases.FILLER.sub("", parts[first])):
        return Decision(" ".join(parts[first:]), " ".join(parts[:first]))
    later = parts[first + 1 :]
    if any(calls_somebody(part) for part in later):
        return Decision("", " ".join(parts))
    wanted = [p for p in later if _asks(p, (), situation)]
    rest = [p for p in (*parts[:first], *later) if p not in wanted]
    return Decision(" ".join((parts[first], *wanted)), " ".join(rest))


def _asks(sentence: str, later: Sequence[str], situation: _Situation) -> bool:
    if later and company.QUOTED.match(later[0]):
        return False
    if is_closed(sentence) or _is_answered(sentence, later):
        return False
    if silence.is_wanted(phrases.FILLER.sub("", sentence).rstrip(" ?"), silence.COMMANDED):
        return False  # such a wish was taken before anything else, or is none
    return situation.takes(sentence)


def _is_answered(sentence: str, later: Sequence[str]) -> bool:
    """Say whether a question about the world is one of a story: its teller goes on to answer it."""
    if not later or not sentence.endswith("?"):
        return False
    bare = phrases.FILLER.sub("", sentence).rstrip(" .?!")
    is_told = not later[0].endswith("?") and not phrases.PERSONAL.search(later[0])
    asks_me = phrases.PERSONAL.search(bare) or phrases.ABOUT_SIGHT.match(bare)
    return is_told and not asks_me and not is_request(later[0])


def _opens_conversation(sentence: str) -> bool:
    """Say whether an utterance begins like talk to a person; thanks may be for the companion."""
    asked = phrases.FILLER.sub("", sentence)
    if company.ANOTHER_MACHINE.match(asked) or company.READS.match(asked):
        return True
    greets = phrases.TO_SOMEBODY.match(asked)
    turns = wishes.SHIFT.match(sentence) or wishes.LEAD.match(asked)
    if not greets or turns or look(sentence).strength is Strength.FIRM:
        return False
    return greets[0].lower() not in {"thanks", "thank you", "yes", "no", "sure", "wait"}


def _is_social(sentence: str) -> bool:
    """Say whether a sentence is a remark to a person, so that what follows it is too."""
    return (
        sentence.endswith("!")
        or bool(phrases.YOUR_BUSINESS.search(sentence))
        or calls_somebody(sentence)
        or bool(phrases.REMARK.match(sentence))
    )
