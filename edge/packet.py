"""What is the reasoner given? What is in mind, within a hard budget of tokens. Pure.

What seldom changes comes first, in the same words each time, so that a model that has read it once
need not read it again (`edge/standing.py`). Then what is about the question or has just happened,
in the order of time; the moment and the question stand last.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from edge import standing
from edge.airlock import plain
from edge.context import Context
from edge.errand import open_lines
from edge.evidence import (
    Note,
    Now,
    Question,
    ago,
    date_of,
    day_and_month,
    labels_of,
    lines_of,
    time_of_day,
)
from edge.messages import ContextPacket
from edge.recall.words import content, coverage, rarity, tokens
from edge.repeats import distinct
from edge.whereabouts import lasting

TOKEN_BYTES: Final = 4
MOST_TOKENS: Final = 4000
"""A packet's text has at most 16 000 characters, whatever the configuration allows."""
SMALL_TOKENS: Final = 200
"""So much of a budget is for what is about the question, whatever else there is."""
STANDING_SHARE: Final = 0.2
"""Of what is beyond that, at most, for what seldom changes."""
HALF_AS_GOOD: Final = 12
"""What was found so many places later counts half; the best counts 1."""
JUST_NOW: Final = 0.6
"""What it counts that something has only just happened."""
HALF_AS_NEW_S: Final = 120.0
"""What is so old counts half of that."""
OF_DIALOGUE: Final = 0.5
"""What the words of an earlier question or reply count: no answer rests on them alone."""
AGO_UNTIL_S: Final = 36 * 3600.0
"""What is older is dated."""


def token_count(text: str) -> int:
    """Return the tokens of a text: 4 UTF-8 bytes each, rounded up."""
    return -(-len(text.encode()) // TOKEN_BYTES)


def render(
    context: Context, question: Question, found: Sequence[Note], budget_tokens: int
) -> ContextPacket:
    """Return what the reasoner is given: at most `budget_tokens`, the question included.

    `found` is what search found, the best first.
    """
    room = TOKEN_BYTES * min(budget_tokens, MOST_TOKENS)
    end = _ask(question)
    if _bytes(end) > room:
        text = _cut(end, room)
        return ContextPacket(text, token_count(text))
    room -= _bytes(end)
    here = (_line(note, question.now) for note in lasting(context.whereabouts, question.now))
    undone = _fitting((*map(_one_line, open_lines(context.errands, question.now)), *here), room)
    room -= _bytes(*undone)
    share = round(STANDING_SHARE * TOKEN_BYTES * max(0, budget_tokens - SMALL_TOKENS))
    first = standing.lines(context.standing, question.now.wall_s, min(room, share))
    room -= _bytes(*first)
    chosen: dict[Note, str] = {}
    is_told = set(first)
    for note in _ranked(context, question, found):
        line = _line(note, question.now)
        if _bytes(line) <= room and standing.remembered(note) not in is_told:
            chosen[note] = line
            room -= _bytes(line)
    in_order = sorted(chosen, key=question.now.age_s, reverse=True)
    text = "\n".join((*first, *(chosen[note] for note in in_order), *undone, end))
    return ContextPacket(text, token_count(text))


def _bytes(*lines: str) -> int:
    """Return what lines take, with the end of each."""
    return sum(len(line.encode()) + 1 for line in lines)


def _fitting(lines: Iterable[str], room: int) -> list[str]:
    fitting: list[str] = []
    for line in lines:
        if _bytes(*fitting, line) <= room:
            fitting.append(line)
    return fitting


def _cut(text: str, room: int) -> str:
    """Return the end of a text that fits; the question stands at its end."""
    return text.encode()[-room:].decode("utf-8", "ignore")


# --- lines ---------------------------------------------------------------------------------------

_LEAD: Final = {
    "said": "Heard",
    "seen": "Saw",
    "remembered": "Was to remember,",
    "derived": "Noted",
    "place": "Place",
    "motion": "Motion",
    "asked": "Was asked",
    "told": "Replied",
}
_WHO: Final = {"wearer": "Wearer", "other": "Another"}
_OF_PARTS: Final = (
    "Today",
    "People",
    "Promised",
    "To",
    "Reminder",
    "Timer",
    "Plan",
    "It",
    "Question",
)
_LEADS: Final = frozenset(
    lead.casefold().split()[0].rstrip(",") for lead in (*_LEAD.values(), *_WHO.values(), *_OF_PARTS)
)
"""With which words the lines of a packet begin: nobody's name passes for one."""
_NAME: Final = re.compile(r"[\w .'\u2019-]{1,60}")


def _ask(question: Question) -> str:
    now_s = question.now.wall_s
    return f"It is {time_of_day(now_s)} on {_date(now_s)}. Question: {question.text}"


def _line(note: Note, now: Now) -> str:
    """Return a note on one line: who or how, when, and its words."""
    lead = _LEAD.get(note.kind, "Noted")
    if note.kind == "said" and note.who:
        lead = _WHO.get(note.who) or _named(note.who)
    age_s = now.age_s(note)
    when = ago(age_s) if age_s < AGO_UNTIL_S else _date(note.at_wall_s)
    return _one_line(f"{lead} {when}: {_words(note)}")


def _named(who: str) -> str:
    """Return a name as a lead; one that would pass for another lead, or for more, is no name."""
    name = plain(who)
    first = name.casefold().partition(" ")[0]
    is_name = bool(first) and first not in _LEADS and _NAME.fullmatch(name) is not None
    return name if is_name else _WHO["other"]


def _words(note: Note) -> str:
    if note.kind != "seen":
        return note.text
    shown = (", ".join(labels_of(note)), *(f'"{line}"' for line in lines_of(note)))
    return "; ".join(filter(None, shown))


def _one_line(text: str) -> str:
    """Return a text without line ends: none of its words stands where a line begins."""
    return " ".join(text.splitlines())


def _date(wall_s: float) -> str:
    return f"{day_and_month(wall_s)} {date_of(wall_s).year}"


# --- what goes in --------------------------------------------------------------------------------


def _ranked(context: Context, question: Question, found: Sequence[Note]) -> list[Note]:
    """Return what may go in, the best first: what is about the question, and what is new.

    A text that comes again is given once, as the newest, and is as good as the best of them.
    """
    relevance = _relevance(context, question, found)
    newest_first = sorted(relevance, key=question.now.age_s)
    best: dict[Note, float] = {}
    for note, first in distinct(newest_first):
        new = JUST_NOW * 0.5 ** (question.now.age_s(note) / HALF_AS_NEW_S)
        best[first] = max(best.get(first, 0.0), relevance[note] + new)
    return sorted(best, key=lambda note: (-best[note], question.now.age_s(note)))


def _relevance(context: Context, question: Question, found: Sequence[Note]) -> dict[Note, float]:
    """Return how much each note is about the question, 0 to 1. The question itself stays out.

    What search has passed over is not about it. What it does not search is judged by its words:
    the dialogue, and what the disk would not take.
    """
    mine = (*context.heard, *context.seen, *context.dialogue)
    unsearched = [note for note in mine if not note.id or note.kind in {"asked", "told"}]
    texts = [content(note.text) for note in unsearched]
    weights = rarity(content(question.text), texts)
    relevance = dict.fromkeys(mine, 0.0)
    for note, text in zip(unsearched, texts, strict=True):
        counts = 1.0 if note.kind in {"said", "seen", "remembered"} else OF_DIALOGUE
        relevance[note] = counts * coverage(weights, text)
    known = {note.id: note for note in mine if note.id}
    for place, note in enumerate(found):
        relevance[known.get(note.id, note)] = 0.5 ** (place / HALF_AS_GOOD)
    asked = tokens(question.text)
    return {note: much for note, much in relevance.items() if tokens(note.text) != asked}
