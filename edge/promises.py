"""What was promised, to whom, by when, and was it kept? Read out of what was said. Pure.

A promise is a sentence in which somebody commits to do something for another, or by a time: "I'll
send you the report by Friday". It is kept when later words of the same person say that it is done
("I sent you the report"), or the other's that it has come ("thanks for the report"). Rules, no
model: what they do not see is not reminded of, which is better than a reminder of nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from edge.deadline import deadline
from edge.evidence import Note
from edge.recall.words import content, sentences, stem, stems, tokens
from edge.search.when import DAYS, MONTHS

SOURCE: Final = "promise"
"""What made a `derived` note that holds a promise: its text is the sentence itself."""
KEPT_SOURCE: Final = "promise kept"
"""The same of a sentence that says that one was kept."""
MOST_CHARACTERS: Final = 240
ENOUGH: Final = 0.6
"""Which share of a promise's words later ones must have that say it is done."""
State = Literal["open", "kept", "late"]


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that somebody said they would do."""

    said: Note
    """The note that holds it; a `derived` one once the words themselves are gone."""
    text: str
    """The sentence."""
    who: str
    """Who promised: `wearer`, `other`, a name, or empty where nobody can tell."""
    what: str
    """What is to be done, in the speaker's words: `send you the report`."""
    to: str = ""
    """To whom: a name, `you`, `him`, `her`, `them`; empty where it was not said."""
    due_s: float | None = None
    """By when, by the wall's clock; None where it was not said."""
    kept_by: Note | None = None
    """The note that says it is done."""

    def state(self, now_s: float) -> State:
        """Say whether it is kept, late, or open."""
        if self.kept_by:
            return "kept"
        return "late" if self.due_s is not None and self.due_s < now_s else "open"


_COMMITS: Final = re.compile(
    r"\b(?:i'll|i will|i shall|i'm going to|i am going to|i'm gonna|i promise(?: you)?(?: that)?"
    r"(?: i'll| i will| to)?|we'll|we will|let me)\s+(?:definitely |certainly |surely |just |also |"
    r"then |make sure (?:to |i )|be sure to |try to |try (?=[a-z]+ing)|remember to |go and |be )*"
    r"(?P<what>(?P<verb>[a-z]+)\b.*)$"
)
_PROMISES: Final = re.compile(r"\bi promise\b|\bi swear\b|\byou have my word\b")
_UNSURE: Final = re.compile(
    r"\b(?:if|unless|maybe|perhaps|might|would|probably not|i don't think|i doubt|never|not sure)\b"
    r"|\b(?:i'll|i will|we'll|we will) (?:not|never)\b|\bi won't\b"
)
_TO: Final = re.compile(r"\b(?:to |for )?(?P<to>you|him|her|them|everyone|everybody)\b")
_TO_NAME: Final = re.compile(
    r"\b(?:to|for|tell|call|text|email|ring|write|ask|remind|invite|visit|pay|help|meet|send|bring|"
    rf"give|show|lend) (?!(?:{'|'.join(map(str.title, (*DAYS, *MONTHS)))})\b)(?P<to>[A-Z][a-z]+)\b"
)
_EMPTY: Final = stems(
    """a an the my our your his their see be have think guess say need want love miss like hope
    feel know bet admit assume stay remain wait keep start stop talk continue enjoy die live sleep
    cry suppose end never always
    find look become believe understand wonder regret forget"""
)
"""Verbs with which nothing is done for anybody."""
_TALK: Final = re.compile(
    r"\blet me (?:see|think|know|guess|tell|ask|be|explain|say|just|put|have|go|show|get this|"
    r"start|try|rephrase)\b|\btell you what\b|\bi(?:'ll| will) (?:tell you|let you go|be (?:there|"
    r"fine|right|happy|back|ok|okay|honest)|be right back|take (?:a|the|that|it)\b(?! (?:to|home)))"
)
"""Turns of speech that promise nothing."""
_GIVES: Final = re.compile(r"\b(?:get back to|let \w+ know|keep \w+ (?:posted|updated|informed))\b")
_DONE: Final = re.compile(
    r"\b(?:i|we|i've|we've)(?: have| had| just| already| finally| also| did| actually| really)* "
    r"(?P<verb>[a-z]+)\b|\b(?:is|are|was|were|has been|have been|it's|that's)(?: all| now| already|"
    r" finally)* (?:done|sent|finished|ready|paid|booked|ordered|fixed|sorted|delivered|ready|"
    r"returned|posted|bought|settled)\b|\bhere(?:'s| is| are)\b"
)
_RECEIVED: Final = re.compile(
    r"\b(?:thanks|thank you)(?: so much| very much| a lot)? for\b|\b(?:i|we) (?:just |already )?"
    r"(?:got(?! to\b)|received|read|have got)\b|\b(?:has |have )?(?:come|came|arrived)\b"
)
_NEGATED: Final = re.compile(
    r"\b(?:not|never|haven't|hasn't|didn't|don't|doesn't|isn't|aren't|wasn't|weren't|can't|"
    r"couldn't|won't|forgot|yet to|still (?:have|need)|almost|nearly)\b"
)
_NOT_OBJECT: Final = stems(
    """you him her them me us it that this by on at in to for with about today tomorrow tonight
    monday tuesday wednesday thursday friday saturday sunday morning afternoon evening noon week
    weekend month year hour minute day end next soon later o'clock one two three four five six
    seven eight nine ten eleven twelve half past quarter"""
)


def promises(notes: Iterable[Note]) -> tuple[Promise, ...]:
    """Return the promises in what was said, the oldest first, each kept where later notes say so.

    Takes `said` notes, and `derived` ones that hold promises; others are passed over.
    """
    found: dict[tuple[str, str], Promise] = {}
    for note in sorted(notes, key=lambda each: (each.at_wall_s, each.kind == "derived", each.id)):
        if note.kind != "said" and (note.kind != "derived" or note.source not in _SOURCES):
            continue
        for sentence in sentences(note.text):
            for key, promise in found.items():
                if promise.kept_by is None and _keeps(sentence, note, promise):
                    found[key] = replace(promise, kept_by=note)
            made = None if note.source == KEPT_SOURCE else promise_in(sentence, note)
            if made and (made.who, " ".join(tokens(made.text))) not in found:
                found[made.who, " ".join(tokens(made.text))] = made
    return tuple(found.values())


_SOURCES: Final = frozenset({SOURCE, KEPT_SOURCE})


def promise_in(sentence: str, note: Note) -> Promise | None:
    """Return the promise that a sentence of a note makes."""
    plain = sentence.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()
    lower = plain.lower()
    found = _COMMITS.search(lower)
    if not found or plain.endswith("?") or _UNSURE.search(lower) or _TALK.search(lower):
        return None
    gives = _GIVES.search(lower) is not None
    if stem(found["verb"]) in _EMPTY and not gives:
        return None
    what = plain[found.start("what") :].strip(" .!,")
    due_s = deadline(what, note.at_wall_s)
    named, meant = (
        _TO_NAME.search(plain, found.start("what")),
        _TO.search(lower, found.start("what")),
    )
    to = named["to"] if named else meant["to"] if meant else ""
    if not (to or due_s is not None or _PROMISES.search(lower)) or not (gives or _object(what)):
        return None
    return Promise(note, plain[:MOST_CHARACTERS], note.who, what[:MOST_CHARACTERS], to, due_s)


def _keeps(sentence: str, note: Note, promise: Promise) -> bool:
    """Say whether a later sentence says that a promise was kept."""
    if note.at_wall_s <= promise.said.at_wall_s or sentence.rstrip().endswith("?"):
        return False
    lower = sentence.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if _NEGATED.search(lower) or _COMMITS.search(lower):
        return False
    words = content(sentence)
    wanted = _object(promise.what)
    if not wanted or _share(wanted[1:] or wanted, words) < ENOUGH:
        return False
    if note.who == promise.who and any(
        stem(each["verb"]) in {wanted[0], "do"} if each["verb"] else bool(wanted[1:])
        for each in _DONE.finditer(lower)
    ):
        return True
    is_others = note.who != promise.who or not note.who
    return is_others and bool(wanted[1:]) and _RECEIVED.search(lower) is not None


def _object(what: str) -> list[str]:
    """Return the words that say what is to be done, its verb first."""
    return [word for word in content(what) if word not in _NOT_OBJECT and not word.isdigit()]


def _share(wanted: Sequence[str], words: Sequence[str]) -> float:
    return len(set(wanted) & set(words)) / len(wanted)
