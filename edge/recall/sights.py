"""What is in view, what is it that one looks at, and what does it say? Pure.

"This" and "that" mean what is at the point of attention (`edge/attention.py`); what was in view
some time ago is known only by its names and its text. What was too dark or too blurred is said.
"""

import re
from collections.abc import Sequence
from typing import Final

from edge.attention import Attended, Point, around, attended, closeness
from edge.evidence import Note, Question, Sight, ago, labels_of, lines_of
from edge.messages import Light, Thing
from edge.recall import phrases
from edge.recall.answer import (
    IN_VIEW_S,
    Answer,
    Memory,
    because,
    in_view,
    newest,
    of_run,
    series,
    spelled,
)
from edge.recall.words import content, subject

READ_S: Final = 120.0
"""Text older than this is not what one means by "that sign"."""
SURE: Final = 50
"""Percent. Below this a thing is only perhaps what it is called."""
PLACES: Final = ((333, "on the left"), (667, "in the middle"), (1001, "on the right"))
"""Up to so many thousandths of the picture's width."""
TOO: Final = {
    Light.DARK: "I cannot tell: it is too dark to see anything.",
    Light.BLURRED: "I cannot tell: the picture is blurred. Hold still for a moment.",
}
ILLEGIBLE: Final = "There is text, but I cannot read it: it is too small or too blurred."
CLOSED: Final = (
    "My eyes are closed: what the camera sees is thrown away. Set eyes under [vision] in the "
    "configuration to open them."
)
UNKNOWN: Final = "I cannot say what it is: I see nothing there that I know."


def see(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Say everything that is in view, or was last."""
    if memory.are_eyes_closed:
        return Answer(CLOSED)
    seen = of_run(memory, question, "seen")
    sight = in_view(memory, question)
    if sight and not (sight.seen.things or sight.seen.lines):
        unread = f" {ILLEGIBLE}" if sight.seen.illegible else ""
        return Answer(TOO.get(sight.seen.light, f"I see nothing that I know.{unread}"))
    if not seen:
        return Answer("I have not seen anything yet.")
    (latest,) = (sight and _noted(sight, memory, question)) or seen[:1]
    things = series(labels_of(latest))
    text = spelled(lines_of(latest))
    faces = ""
    if sight:
        things, faces = _placed(sight.seen.things), _faces(sight)
    said = (things and f"{things}.", text and f"It reads: {text}.", faces)
    what = " ".join(filter(None, said))
    age_s = _age_s(latest, sight, question)
    lead = "I see" if age_s <= IN_VIEW_S else f"What I saw last, {ago(age_s)}:"
    if not things:
        lead = lead if age_s > IN_VIEW_S else "I see text."
    return Answer(f"{lead} {what}", because([latest], question))


def count(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Say how many there are in view of what is asked for."""
    if memory.are_eyes_closed:
        return Answer(CLOSED)
    sight = in_view(memory, question)
    if sight is None:
        return Answer("I have not seen anything just now.")
    if sight.seen.light in TOO:
        return Answer(TOO[sight.seen.light])
    asked, what = content(match["what"]), match["what"]
    if asked == content("faces"):
        found = sight.seen.faces
    else:
        found = sum(content(thing.label) == asked for thing in sight.seen.things)
    text = f"I see {found} {what}." if found else f"I see no {what}."
    return Answer(text, because(_noted(sight, memory, question), question))


def look(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Say what it is that one looks at."""
    sight = in_view(memory, question)
    if sight is None:
        return see(match, question, memory)
    seen = sight.seen
    meant = _at_the_point(attended(seen.things, seen.lines, memory.point), memory.point)
    text = f"It says: {spelled([line.text for line in meant.lines])}." if meant.lines else ""
    what = ""
    if meant.thing:
        name = series([_called(meant.thing)])
        what = f"You are looking at {name}."
        if meant.thing.score < SURE:
            what = f"I am not sure: it may be {name}."
    if not (what or text):
        return Answer(ILLEGIBLE if seen.illegible else TOO.get(seen.light, UNKNOWN))
    return Answer(
        " ".join(filter(None, (what, text))), because(_noted(sight, memory, question), question)
    )


def read(match: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Say what the text says that one looks at, or that was seen last."""
    if memory.are_eyes_closed:
        return Answer(CLOSED)
    seen = of_run(memory, question, "seen")
    with_text = [note for note in seen if lines_of(note)]
    ever = [n for n in newest(memory, question) if n.kind == "seen" and lines_of(n)]
    wanted = [word for word in subject(match.string) if word not in phrases.READABLE]
    named = [n for n in ever if set(content(" ".join((*lines_of(n), *labels_of(n))))) & set(wanted)]
    if not with_text and not named:
        things = set(subject(match.string))
        named = [note for note in ever if things & set(content(" ".join(labels_of(note))))]
    sight = in_view(memory, question)
    if sight and sight.seen.lines and (not named or named[0] in _noted(sight, memory, question)):
        _, lines = attended((), sight.seen.lines, memory.point)
        text = spelled([line.text for line in lines])
        return Answer(f"It says: {text}.", because(_noted(sight, memory, question), question))
    if sight and not named and (sight.seen.illegible or sight.seen.light in TOO):
        return Answer(ILLEGIBLE if sight.seen.illegible else TOO[sight.seen.light])
    if not (named or with_text):
        return Answer("I have not seen any text yet.")
    chosen = (named or with_text)[0]
    age_s = question.now.age_s(chosen)
    still_there = chosen in seen[:1] and age_s <= IN_VIEW_S
    when = "" if still_there else f", {ago(age_s)}"
    lead = "It says" if age_s <= READ_S else "The last text I saw says"
    return Answer(f"{lead}{when}: {spelled(lines_of(chosen))}.", because([chosen], question))


def _at_the_point(nearest: Attended, point: Point) -> Attended:
    """Return of the nearest thing and the nearest text what is at the point: both if both are."""
    if not (nearest.thing and nearest.lines):
        return nearest
    to_thing, _ = closeness(nearest.thing.box, point)
    to_text, _ = closeness(around(nearest.lines), point)
    if to_thing == to_text:
        return nearest
    return Attended(nearest.thing, ()) if to_thing < to_text else Attended(None, nearest.lines)


def _placed(things: Sequence[Thing]) -> str:
    """Return names of things, each with where the surest of that name is."""
    named: dict[str, str] = {}
    for thing in sorted(things, key=lambda thing: -thing.score):
        middle = (thing.box[0] + thing.box[2]) / 2
        place = next(words for limit, words in PLACES if middle < limit)
        named.setdefault(thing.label, f"{series([_called(thing)])} {place}")
    *first, last = named.values() or ("",)
    return " and ".join(filter(None, (", ".join(first), last)))


def _called(thing: Thing) -> str:
    """Return what one calls a thing: its colour, where it has one, and its name."""
    colour = f"{thing.colour.name.lower()} " if thing.colour else ""
    return f"{colour}{thing.label}"


def _faces(sight: Sight) -> str:
    """Say how many faces are turned to the wearer."""
    count = sight.seen.faces
    if not count:
        return ""
    return "One face is turned here." if count == 1 else f"{count} faces are turned here."


def _noted(sight: Sight, memory: Memory, question: Question) -> list[Note]:
    """Return the note that was made of a sight."""
    labels = {thing.label for thing in sight.seen.things}
    lines = {line.text for line in sight.seen.lines}
    return [
        note
        for note in of_run(memory, question, "seen")
        if set(labels_of(note)) == labels and set(lines_of(note)) == lines
    ][:1]


def _age_s(latest: Note, sight: Sight | None, question: Question) -> float:
    """Return how long ago what was noted last was in view: a still scene is not noted again."""
    until_ms = max(latest.at_ms, sight.until_ms if sight else 0)
    return max(0.0, (question.now.ms - until_ms) / 1000)
