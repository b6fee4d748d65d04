"""What is done when asked, without a language model: remember, time, forget, hear nothing. Pure.

Each errand takes the match of its pattern, the question and the memory, and returns an answer with
the actions that `edge/act.py` carries out.
"""

import re

from edge.evidence import Question, lasting
from edge.recall import silence
from edge.recall.answer import (
    Answer,
    CancelTimers,
    Forget,
    HearNothing,
    Memory,
    Remember,
    StartTimer,
    of_run,
)
from edge.recall.duration import seconds_in
from edge.recall.words import content


def remember(match: re.Match[str], _: Question, __: Memory) -> Answer:
    text = match["text"].strip(" ,.:;")
    if not content(text):
        return Answer("What shall I remember? Say: remember that ..., in one breath.")
    return Answer(f'I will remember: "{text}".', (), (Remember(text),))


def remind(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    text = match["text"].strip(" ,.:;")
    inside = re.search(r"\bin (?P<time>[\w\s.-]*?\b(?:seconds?|minutes?|hours?))\b", text)
    duration_s = seconds_in(inside["time"]) if inside else None
    if inside and duration_s:
        what = (text[: inside.start()] + text[inside.end() :]).strip(" ,")
        what = re.sub(r"^(?:to|that|about)\s+", "", what, flags=re.IGNORECASE)
        return _start_timer(duration_s, what)
    kept = remember(match, question, memory)
    if not kept.actions:
        return kept
    return Answer(
        f'I noted: "{text}". I cannot call you at a time of day yet; ask me for your notes.',
        (),
        kept.actions,
    )


def timer(match: re.Match[str], _: Question, __: Memory) -> Answer:
    duration_s = seconds_in(match.string)
    if not duration_s:
        return Answer('For how long? Say for example: "Set a timer for ten minutes."')
    return _start_timer(duration_s, _label(match.string))


def _start_timer(duration_s: float, label: str) -> Answer:
    named = f" for: {label}" if label else ""
    return Answer(
        f"Timer set: {lasting(duration_s)}{named}.", (), (StartTimer(duration_s, label[:60]),)
    )


def _label(text: str) -> str:
    named = re.search(
        r"\b(?:called|named)\s+(?P<a>.+)$|\b(?:a|an|the)\s+(?P<b>[a-z]+)\s+(?:timer|alarm)\b|"
        r"\b(?:seconds?|minutes?|hours?)\s+(?:for|to)\s+(?P<c>.+)$",
        text,
        re.IGNORECASE,
    )
    label = next((found for found in named.groups() if found), "") if named else ""
    return "" if seconds_in(f"{label} minutes") not in {60.0, None} else _not_article(label)


def _not_article(label: str) -> str:
    label = re.sub(r"^(?:the|my|a)\s+", "", label, flags=re.IGNORECASE)
    unnamed = {"new", "another", "quick", "minute", "second", "hour", "one"}
    return "" if label.lower() in unnamed else label


def cancel(_: re.Match[str], __: Question, memory: Memory) -> Answer:
    if not memory.timers:
        return Answer("No timer is running.")
    many = len(memory.timers)
    return Answer(
        "Timer stopped." if many == 1 else f"{many} timers stopped.", (), (CancelTimers(),)
    )


def timer_left(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    if not memory.timers:
        return Answer("No timer is running.")
    left = (
        f"{lasting(max(0, timer.deadline_ms - question.now.ms) / 1000)}"
        + (f" ({timer.label})" if timer.label else "")
        for timer in memory.timers
    )
    return Answer(f"Time left: {', '.join(left)}.")


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
