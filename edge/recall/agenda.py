"""What is to be done later, or stands on a list: timers, reminders, lists, plans, undo. Pure.

Like `edge/recall/errands.py`: each takes the match of its pattern, the question and the memory, and
returns an answer with the actions that `edge/act.py` carries out.
"""

import re
from collections.abc import Sequence
from typing import Final

from edge import errand
from edge.errand import MOST_OPEN, Errand
from edge.evidence import Question, lasting
from edge.recall import moments
from edge.recall.answer import Answer, Begin, End, Memory, Remember, Undo
from edge.recall.duration import seconds_in
from edge.recall.words import best_match, content

ALARM: Final = re.compile(r"\balarms?\b|\bwake\b", re.IGNORECASE)
_ASKED: Final = re.compile(r",?\s*\b(?:remind|wake)\s+me\b(?:\s+up)?", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:all|every|everything|both)\b", re.IGNORECASE)
_LEAD: Final = re.compile(
    r"^[\s,.:;]*(?:(?:to|that|about|of|for|saying|called)\s+)+|^[\s,.:;]+", re.IGNORECASE
)
_SEPARATOR: Final = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"^(?:the|my|a|an|some)\s+", re.IGNORECASE)
_UNSAID: Final = frozenset({"timer", "alarm", "reminder", "cancel", "stop", "clear", "delete",
                            "remove", "drop", "paus", "plan", "list"})  # fmt: skip
"""Stems that say what is to be done, not to which one."""
FULL: Final = f"I have {MOST_OPEN} things to do already; cancel some first."


# --- timers and reminders ------------------------------------------------------------------------


def timer(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    text, now_s = match.string, question.now.wall_s
    if duration_s := seconds_in(text):
        label = _label(text)
        named = f" for: {label}" if label else ""
        begun = Errand("timer", label[:60], now_s + duration_s)
        return _begun(f"Timer set: {lasting(duration_s)}{named}.", [begun], memory)
    if at := moments.named(text, now_s):
        begun = Errand("timer", "", at.at_s)
        return _begun(f"Alarm set {errand.moment(at.at_s, now_s)}.", [begun], memory)
    return Answer('For how long? Say for example: "Set a timer for ten minutes."')


def remind(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Set a reminder where a moment is named; note it down where none is."""
    text, now_s = _ASKED.sub(" ", match["text"]).strip(" ,.:;"), question.now.wall_s
    at = moments.named(text, now_s)
    what = _LEAD.sub("", text[: at.start] + text[at.end :] if at else text).strip(" ,.:;")
    if not what:
        if at and ALARM.search(match.string):
            begun = Errand("timer", "", at.at_s)
            return _begun(f"Alarm set {errand.moment(at.at_s, now_s)}.", [begun], memory)
        return Answer('Of what, and when? Say for example: "Remind me to call Ann at five."')
    if at is None:
        return Answer(
            f'I noted: "{what}". Say a time too, and I will remind you.', (), (Remember(what),)
        )
    begun = Errand("reminder", what[: errand.MOST_TEXT], at.at_s)
    return _begun(f"Reminder set {errand.moment(at.at_s, now_s)}: {what}.", [begun], memory)


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


def time_left(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    timers = _of(memory, "timer")
    if not timers:
        return Answer("No timer is running.")
    return Answer(f"Time left: {', '.join(errand.left(t, question.now.wall_s) for t in timers)}.")


def reminders(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    found = _of(memory, "reminder")
    if not found:
        return Answer("You have no reminders.")
    lines = (f"{errand.moment(e.due_s, question.now.wall_s)}: {e.text}" for e in found)
    return Answer(f"Your reminders: {'; '.join(lines)}.")


def cancel(match: re.Match[str], _: Question, memory: Memory) -> Answer:
    """Cancel timers or reminders: those that are named, else all timers, or the one reminder."""
    is_reminder = re.search(r"\bremind(?:ers?)?\b", match.string, re.IGNORECASE) is not None
    what = "reminder" if is_reminder else "timer"
    running = _of(memory, "reminder" if is_reminder else "timer")
    if not running:
        return Answer("You have no reminders." if is_reminder else "No timer is running.")
    meant = _named_among(match.string, running)
    if not meant and is_reminder and len(running) > 1 and not _ALL.search(match.string):
        lines = "; ".join(each.text for each in running)
        return Answer(f"Which one? Your reminders are: {lines}.")
    meant = meant or running
    many = f"{len(meant)} {what}s" if len(meant) > 1 else what.capitalize()
    return Answer(
        f"{many} {'cancelled' if is_reminder else 'stopped'}.", (), tuple(map(End, meant))
    )


def _of(memory: Memory, sort: errand.Sort) -> list[Errand]:
    found = [each for each in memory.errands if each.sort == sort]
    return sorted(found, key=lambda each: each.due_s)


def _named_among(request: str, errands: Sequence[Errand]) -> list[Errand]:
    """Return those whose words a request says."""
    said = [word for word in content(request) if word not in _UNSAID]
    return [e for e in errands if any(best_match(word, content(e.text)) for word in said)]


def _begun(text: str, begun: Sequence[Errand], memory: Memory) -> Answer:
    if len(memory.errands) + len(begun) > MOST_OPEN:
        return Answer(FULL)
    return Answer(text, (), tuple(map(Begin, begun)))


# --- lists ---------------------------------------------------------------------------------------


def put(match: re.Match[str], _: Question, memory: Memory) -> Answer:
    name = list_name(match["list"])
    items = items_of(match["items"])
    if not items:
        return Answer(f"What shall I put on {errand.of_list(name)}?")
    there = {item.text.casefold() for item in errand.listed(memory.errands, name)}
    new = [Errand("item", item, on_list=name) for item in items if item.casefold() not in there]
    if not new:
        return Answer(f"{_series(items)} is on {errand.of_list(name)} already.")
    named = _series([each.text for each in new])
    return _begun(f"I put {named} on {errand.of_list(name)}.", new, memory)


def show_list(match: re.Match[str], _: Question, memory: Memory) -> Answer:
    name = list_name(match["list"])
    items = errand.listed(memory.errands, name)
    if items or name:
        return Answer(_contents(name, items))
    names = dict.fromkeys(each.on_list for each in memory.errands if each.sort == "item")
    lists = [_contents(each, errand.listed(memory.errands, each)) for each in names]
    return Answer(" ".join(lists) or "There is nothing on your list.")


def take_off(match: re.Match[str], _: Question, memory: Memory) -> Answer:
    name = list_name(match["list"])
    items = errand.listed(memory.errands, name)
    if not name and not items:
        items = tuple(each for each in memory.errands if each.sort == "item")
    wanted = match["items"]
    meant = list(items) if wanted is None or _ALL.fullmatch(wanted) else _meant(wanted, items)
    if not meant:
        what = f"{wanted} is" if wanted else "Nothing is"
        return Answer(f"{what}{' not' if wanted else ''} on {errand.of_list(name)}.")
    taken = _series([each.text for each in meant])
    on = errand.of_list(meant[0].on_list)
    return Answer(f"I took {taken} off {on}.", (), tuple(map(End, meant)))


def _meant(wanted: str, items: Sequence[Errand]) -> list[Errand]:
    """Return the items that are named: each name has at least one word of it."""
    names = [content(name) or [name.casefold()] for name in items_of(wanted)]
    return [
        item
        for item in items
        if any(all(best_match(w, content(item.text)) for w in name) for name in names)
    ]


def items_of(text: str) -> list[str]:
    """Return what is named one after the other: `milk, eggs and bread`."""
    parts = (_ARTICLE.sub("", part.strip(" .:;")) for part in _SEPARATOR.split(text))
    return [part[: errand.MOST_TEXT] for part in dict.fromkeys(parts) if part]


def list_name(words: str | None) -> str:
    """Return a list's name without articles, in lower case; empty for the one without a name."""
    return " ".join(re.sub(r"[^\w\s]", " ", words or "").lower().split())[:40]


def _contents(name: str, items: Sequence[Errand]) -> str:
    on = errand.of_list(name)
    if not items:
        return f"There is nothing on {on}."
    return f"On {on}: {', '.join(item.text for item in items)}."


def _series(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


# --- plans, and taking back ----------------------------------------------------------------------


def plans(_: re.Match[str], __: Question, memory: Memory) -> Answer:
    lines = errand.plan_lines(memory.errands)
    return Answer(f"{'. '.join(lines)}." if lines else "There is no open plan.")


def drop_plan(match: re.Match[str], _: Question, memory: Memory) -> Answer:
    found = [each for each in memory.errands if each.sort == "plan"]
    if not found:
        return Answer("There is no open plan.")
    meant = _named_among(match.string, found) or (
        found if _ALL.search(match.string) else found[-1:]
    )
    named = _series([each.words() for each in meant])
    return Answer(f"I dropped {named}.", (), tuple(map(End, meant)))


def undo(_: re.Match[str], __: Question, memory: Memory) -> Answer:
    if not memory.undoable:
        return Answer("There is nothing that I could undo.")
    return Answer(f"Undone: {memory.undoable}.", (), (Undo(),))
