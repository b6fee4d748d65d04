"""How is a question answered without a language model? By rules, quoting what is remembered. Pure.

`answer` knows its own intents (errands, see, read, the last words, the time of day) and looks
everything else up. It says so when nothing was heard, and when only a language model could know.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from edge.escalation import A_TEXT, OF_THE_WORLD
from edge.evidence import Question, ago, time_of_day
from edge.recall import agenda, day, errands, phrases, sights, silence
from edge.recall.answer import (
    MOST_REASONS,
    Answer,
    Memory,
    Remember,
    because,
    newest,
    of_run,
)
from edge.recall.from_notes import look_up
from edge.recall.here import where_am_i
from edge.recall.intents import Intent, recognise
from edge.recall.telling import states
from edge.recall.words import sentences

Handler = Callable[[re.Match[str], Question, Memory], Answer]


_WHY: Final = re.compile(r"why\b", re.IGNORECASE)
OF_SIGHT: Final = frozenset({Intent.READ, Intent.LOOK, Intent.SEE, Intent.COUNT})
"""What is answered with what is in view."""


def answer(question: Question, memory: Memory) -> Answer:
    """Return the answer to one request."""
    asked_plainly = Question(_plainly(question.text), question.now)
    recognised = recognise(asked_plainly.text)
    if recognised is None:
        if states(asked_plainly.text) and not question.text.endswith("?"):
            return _noted(asked_plainly.text)
        return look_up(asked_plainly, memory)
    intent, match = recognised
    return _HANDLERS[intent](match, asked_plainly, memory)


def answer_all(question: Question, memory: Memory) -> Answer:
    """Return the answer to an utterance that may hold several requests.

    To hear nothing is the last of them: what follows is not answered.
    """
    parts = sentences(question.text)
    for place, part in enumerate(parts):
        if silence.is_wanted(phrases.FILLER.sub("", part), silence.COMMANDED):
            before = Question(" ".join(parts[:place]), question.now)
            hushed = answer(Question(part, question.now), memory)
            return _joined([answer_all(before, memory), hushed]) if place else hushed
    if len(parts) < 2 or phrases.TAKES_ALL.match(parts[0]):  # noqa: PLR2004 (one is no several)
        return answer(question, memory)
    return _joined([answer(Question(part, question.now), memory) for part in parts])


def is_of_sight(text: str) -> bool:
    """Say whether any request of an utterance is for what is in view."""
    found = [recognise(_plainly(part)) for part in sentences(text)]
    return any(each is not None and each[0] in OF_SIGHT for each in found)


def is_to_read(text: str) -> bool:
    """Say whether any request of an utterance is to have something read out."""
    found = [recognise(_plainly(part)) for part in sentences(text)]
    return any(each is not None and each[0] is Intent.READ for each in found)


def _plainly(request: str) -> str:
    asked = phrases.FILLER.sub("", request.strip()).strip()
    asked = phrases.POLITE.sub("", asked)
    plain = re.sub(r"[\s.?!,]+$", "", asked)
    return re.sub(r"[,.]\s+please$|\s+please$", "", plain, flags=re.IGNORECASE)


def _joined(answers: Sequence[Answer]) -> Answer:
    return Answer(
        " ".join(a.text for a in answers),
        tuple(dict.fromkeys(line for a in answers for line in a.because))[:MOST_REASONS],
        tuple(action for a in answers for action in a.actions),
        needs_model=any(a.needs_model for a in answers),
        reason="; ".join(dict.fromkeys(a.reason for a in answers if a.reason)),
        is_unsure=all(a.is_unsure for a in answers),
    )


def _noted(statement: str) -> Answer:
    """Keep what was told to the companion as a fact: nothing in it can be looked up."""
    return Answer(f'I will remember: "{statement}".', (), (Remember(statement),))


def _time_of_day(_: re.Match[str], question: Question, __: Memory) -> Answer:
    return Answer(f"It is {time_of_day(question.now.wall_s)}.")


def _notes(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    kept = [note for note in newest(memory, question) if note.kind == "remembered"][:6]
    if not kept:
        return Answer('You have asked me to remember nothing yet. Say: "Remember that ..."')
    lines = "; ".join(f'"{n.text}" ({ago(question.now.age_s(n))})' for n in kept)
    return Answer(f"Your notes: {lines}.", because(kept, question))


def _last_words(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    said = of_run(memory, question, "said")[:3]
    if not said:
        return Answer("I have not heard anything yet.")
    quotes = " ".join(f'"{note.text}"' for note in reversed(said[:2]))
    return Answer(
        f"The last I heard, {ago(question.now.age_s(said[0]))}: {quotes}", because(said, question)
    )


def _summary(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    said = of_run(memory, question, "said")[:4]
    quotes = " ".join(f'"{note.text}"' for note in reversed(said))
    heard = f" The last I heard: {quotes}" if said else " I have not heard anything yet."
    text = f"I cannot sum up by myself.{heard}"
    return Answer(text, because(said, question), needs_model=True, reason=A_TEXT)


def _beyond(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    if _WHY.match(question.text):
        told = look_up(question, memory)
        if not told.needs_model and not told.is_unsure and told.because:
            return told
    text = "I only know what was heard, seen and noted."
    return Answer(text, needs_model=True, reason=OF_THE_WORLD)


def _seen_where(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    return look_up(Question(f"where is {match['thing']}", question.now), memory)


_HANDLERS: Final[dict[Intent, Handler]] = {
    Intent.REMIND: agenda.remind,
    Intent.REMEMBER: errands.remember,
    Intent.CANCEL: agenda.cancel,
    Intent.TIME_LEFT: agenda.time_left,
    Intent.TIMER: agenda.timer,
    Intent.REMINDERS: agenda.reminders,
    Intent.PUT_ON_LIST: agenda.put,
    Intent.TAKE_OFF_LIST: agenda.take_off,
    Intent.SHOW_LIST: agenda.show_list,
    Intent.DROP_PLAN: agenda.drop_plan,
    Intent.PLANS: agenda.plans,
    Intent.UNDO: agenda.undo,
    Intent.FORGET_LAST: errands.forget_last,
    Intent.FORGET_THAT: errands.forget_that,
    Intent.FORGET_ALL: errands.forget_all,
    Intent.FORGET_ABOUT: errands.forget_about,
    Intent.HEAR_NOTHING: errands.hear_nothing,
    Intent.HEAR: errands.hear,
    Intent.TIME_OF_DAY: _time_of_day,
    Intent.NOTES: _notes,
    Intent.READ: sights.read,
    Intent.LOOK: sights.look,
    Intent.SEE: sights.see,
    Intent.COUNT: sights.count,
    Intent.SEEN_WHERE: _seen_where,
    Intent.LAST_WORDS: _last_words,
    Intent.WHERE_AM_I: where_am_i,
    Intent.KEPT_TODAY: day.kept_today,
    Intent.SUM_UP: _summary,
    Intent.BEYOND: _beyond,
}
