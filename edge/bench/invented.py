"""Which questions with known answers can one learn from? Invented ones, always the same. Pure.

Things with attributes are told, planned, denied and told anew by several people, and asked for: so
it is known which question has an answer, and which only shares words with what was said.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from edge.evidence import Kind, Note, Now, Question, seen_text

FILE: Final = Path(__file__).with_name("invented.toml")
RUN: Final = "invented"
NOW_S: Final = 1_781_000_000.0
"""A Tuesday morning in June 2026."""
DAY_S: Final = 86_400.0
MOST_DAYS: Final = 12
Attribute = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A question over notes, of which kind it is, and what its answer must hold."""

    question: Question
    notes: tuple[Note, ...]
    kind: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fact:
    """One attribute of one thing."""

    attribute: Attribute
    thing: str
    value: str


class Inventor:
    """Makes cases out of the file, as many as are wanted, from a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 (fills sentences, guards nothing)
        self._data: dict[str, Any] = tomllib.loads(FILE.read_text("utf-8"))

    def cases(self, wearers: int) -> Iterator[Case]:
        """Yield the cases of so many invented wearers."""
        for _ in range(wearers):
            yield from self._wearer()

    def _wearer(self) -> Iterator[Case]:
        chance = self._chance
        drawn = [self._fact(chance.choice(self._data["attribute"])) for _ in range(6)]
        facts = list({(id(fact.attribute), fact.thing): fact for fact in drawn}.values())
        told = [self._told(fact) for fact in facts]
        noise = chance.sample(self._data["noise"]["lines"], 5)
        lines = [line for some in told for line in some]
        lines += [("wearer", text, chance.uniform(0.1, MOST_DAYS)) for text in noise]
        lines += [line for fact in facts for line in self._beside(fact)]
        pair = chance.choice(self._data["paraphrases"]["pairs"]).split("|")
        lines.append(("wearer", self._filled(pair[0]), chance.uniform(0.5, MOST_DAYS)))
        notes = _notes(lines)
        now = Now(RUN, 0, NOW_S)
        for fact, said in zip(facts, told, strict=True):
            text = self._filled(chance.choice(fact.attribute["asks"]), fact)
            yield Case(
                Question(text, now), notes, "note" if said else "trap", (fact.value,) * bool(said)
            )
        for _ in range(4):
            yield self._unheard(notes, facts, now)
        yield Case(Question(pair[1], now), notes, "paraphrase", (pair[2],))
        asks = chance.choice(self._data["model"]["asks"])
        yield Case(Question(self._of_model(asks), now), notes, "model")

    def _fact(self, attribute: Attribute) -> _Fact:
        return _Fact(
            attribute,
            self._chance.choice(self._list(attribute["things"])),
            self._chance.choice(self._list(attribute["values"])),
        )

    def _list(self, words: str) -> list[str]:
        return str(self._data.get(words, words)).split("|")

    def _told(self, fact: _Fact) -> list[tuple[str, str, float]]:
        """Return what was said of a fact: nothing, the fact, or an older one before it."""
        chance = self._chance
        if chance.random() < 0.4:  # noqa: PLR2004 (of all)
            return []
        at_days = chance.uniform(0.2, MOST_DAYS - 4)
        lines = [("wearer", self._filled(chance.choice(fact.attribute["says"]), fact), at_days)]
        if fact.attribute["later"] and chance.random() < 0.4:  # noqa: PLR2004 (of those)
            older = self._other_value(fact)
            said = self._filled(chance.choice(fact.attribute["says"]), older)
            newer = self._filled(chance.choice(fact.attribute["later"]), fact)
            lines = [("wearer", said, at_days + 2), ("wearer", newer, at_days)]
        return lines

    def _beside(self, fact: _Fact) -> Iterator[tuple[str, str, float]]:
        """Yield what shares the words of a fact: plans, doubts, questions, other people's."""
        chance = self._chance
        other = self._other_value(fact)
        at_days = chance.uniform(0.1, MOST_DAYS)
        made = chance.random()
        if made < 0.25 and fact.attribute["plans"]:  # noqa: PLR2004 (a quarter)
            yield "wearer", self._filled(chance.choice(fact.attribute["plans"]), other), at_days
        elif made < 0.4 and fact.attribute["denies"]:  # noqa: PLR2004 (of all)
            yield "wearer", self._filled(chance.choice(fact.attribute["denies"]), other), at_days
        elif made < 0.6 and fact.attribute["things"] != "names":  # noqa: PLR2004 (of all)
            said = self._filled(chance.choice(fact.attribute["says"]), other)
            if "my" in said.lower().split():
                yield self._name(), said, at_days
            elif (others := _of_another(said, fact.thing, self._name())) != said:
                yield "wearer", others, at_days
        elif made < 0.75:  # noqa: PLR2004 (of all)
            yield "wearer", self._filled(chance.choice(fact.attribute["asks"]), other), at_days

    def _unheard(self, notes: Sequence[Note], facts: Sequence[_Fact], now: Now) -> Case:
        """Return a question for another attribute of a thing that was spoken of, or for nothing."""
        chance = self._chance
        said = {(id(fact.attribute), fact.thing) for fact in facts}
        spoken = {fact.thing for fact in facts}
        while True:
            attribute = chance.choice(self._data["attribute"])
            things = self._list(attribute["things"])
            near = [thing for thing in things if thing in spoken]
            thing = chance.choice(near or things)
            if near and attribute["things"] != "names" and chance.random() < 0.5:  # noqa: PLR2004 (half)
                thing = self._near(thing)
            if (id(attribute), thing) in said:
                continue
            value = chance.choice(self._list(attribute["values"]))
            text = self._filled(chance.choice(attribute["asks"]), _Fact(attribute, thing, value))
            return Case(Question(text, now), tuple(notes), "trap" if near else "unknown")

    def _near(self, thing: str) -> str:
        """Return another thing that shares a word with one that was spoken of."""
        part = self._chance.choice(self._list(self._data["near"]["parts"]))
        other = self._chance.choice(self._list(self._data["near"]["others"]))
        ways = (f"{thing} {part}", f"{part} for the {thing}", f"{other} {thing}")
        return self._chance.choice(ways)

    def _other_value(self, fact: _Fact) -> _Fact:
        values = [each for each in self._list(fact.attribute["values"]) if each != fact.value]
        return replace(fact, value=self._chance.choice(values))

    def _filled(self, template: str, fact: _Fact | None = None) -> str:
        thing, value = (fact.thing, fact.value) if fact else ("", "")
        return template.format(t=thing, v=value, n=self._name())

    def _of_model(self, template: str) -> str:
        first, second = self._chance.sample(self._list(self._data["model"]["things"]), 2)
        event = self._chance.choice(self._list(self._data["model"]["events"]))
        food = self._chance.choice(self._list("foods"))
        return template.format(t=first, u=second, n=self._name(), f=food, e=event)

    def _name(self) -> str:
        return self._chance.choice(self._list("names"))


def _of_another(sentence: str, thing: str, name: str) -> str:
    """Return a sentence about somebody else's thing."""
    for own in (f"the {thing}", f"The {thing}", f"my {thing}", f"My {thing}"):
        sentence = sentence.replace(own, f"{name}'s {thing}")
    return sentence


def _notes(lines: Sequence[tuple[str, str, float]]) -> tuple[Note, ...]:
    """Return what was said so many days before the question, the oldest first."""
    ordered = sorted(lines, key=lambda line: -line[2])
    return tuple(
        note_of(number, "said", who, text, NOW_S - days * DAY_S)
        for number, (who, text, days) in enumerate(ordered, 1)
    )


def note_of(number: int, kind: Kind, who: str, text: str, at_s: float) -> Note:
    """Return a note of some run before the question's."""
    if kind == "seen":
        labels, *lines = (part.strip() for part in text.split(" / "))
        text = seen_text(labels.split(", "), lines)
    return Note(kind, text, number, at_s, "before", "invented", 95, number, who)
