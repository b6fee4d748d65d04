"""What is done at once when asked, without a language model: remember, forget, hear nothing. Pure.

What is done later is in `edge/recall/agenda.py`. Each takes the match of its pattern, the question
and the memory, and returns an answer with the actions that `edge/act.py` carries out.
"""

import re

from edge.evidence import Question, lasting
from edge.recall import silence
from edge.recall.answer import Answer, Forget, HearNothing, Memory, Remember, of_run
from edge.recall.duration import seconds_in
from edge.recall.words import content


def remember(match: re.Match[str], _: Question, __: Memory) -> Answer:
    text = match["text"].strip(" ,.:;")
    if not content(text):
        return Answer("What shall I remember? Say: remember that ..., in one breath.")
    return Answer(f'I will remember: "{text}".', (), (Remember(text),))


def forget_last(match: re.Match[str], question: Question, _: Memory) -> Answer:
    duration_s = seconds_in(match["time"])
    if not duration_s:
        return Answer('How much? Say for example: "Forget the last five minutes."')
    since_ms = max(0, question.now.ms - round(duration_s * 1000))
    return Answer(
        f"I forgot the last {lasting(duration_s)}: what was heard, seen and noted.",
        (),
        (Forget(since_ms),),
    )


def forget_that(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    said = of_run(memory, question, "said", "remembered")
    if not said:
        return Answer("There is nothing to forget: I have heard nothing before that.")
    return Answer("I forgot the last thing I heard.", (), (Forget(said[0].at_ms),))


def forget_all(_: re.Match[str], __: Question, ___: Memory) -> Answer:
    return Answer("I forgot everything since I was started.", (), (Forget(0),))


def forget_about(_: re.Match[str], __: Question, ___: Memory) -> Answer:
    return Answer(
        "I can forget a stretch of time, not yet a subject. "
        'Say for example: "Forget the last five minutes."'
    )


def hear_nothing(match: re.Match[str], _: Question, memory: Memory) -> Answer:
    minutes = silence.minutes_in(match.string, memory.mute_minutes)
    return Answer(f"Off the record for {_spoken(minutes)}.", (), (HearNothing(minutes),))


def _spoken(minutes: int) -> str:
    """Say minutes as a voice would: `10 minutes`, `1 hour`, `1 hour 30 minutes`."""
    parts = ((minutes // 60, "hour"), (minutes % 60, "minute"))
    return " ".join(f"{n} {unit}{'s' * (n > 1)}" for n, unit in parts if n)


def hear(_: re.Match[str], __: Question, ___: Memory) -> Answer:
    return Answer("I am listening.")
