"""Which tools are there without any server? What the companion does itself, as rows of a table.

Each row takes its arguments, decoded and bounded, with the question and the memory, and returns an
answer with the actions that `edge/act.py` carries out, as the spoken errands do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec

from edge import errand
from edge.errand import Errand
from edge.evidence import Question, lasting
from edge.recall import agenda, moments
from edge.recall.answer import Action, Answer, Begin, End, HearNothing, Memory, Remember, because
from edge.tools import Effect, Tool, asked

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=errand.MOST_TEXT)]
Label = Annotated[str, msgspec.Meta(max_length=60)]
Step = Annotated[str, msgspec.Meta(min_length=1, max_length=errand.MOST_STEP)]


class Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every tool's arguments are."""


class RememberThis(Arguments, frozen=True):
    """Keep a text for the wearer, in the wearer's words."""

    text: Words


class Recall(Arguments, frozen=True):
    """Look up what was heard, seen and noted."""

    query: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class ForgetThis(Arguments, frozen=True):
    """Erase for good: the last stretch of time, a day, a person, or a topic."""

    what: Literal["last", "day", "person", "topic"]
    which: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """`10m` or `2h` for last; `today` or `2026-05-24` for day; a name; words."""


class SetTimer(Arguments, frozen=True):
    """Say something after a length of time."""

    duration_s: Annotated[float, msgspec.Meta(ge=1, le=7 * 86_400)]
    label: Label = ""


class SetReminder(Arguments, frozen=True):
    """Remind the wearer of something at a moment, named as one says it: `tomorrow at 9`."""

    text: Words
    when: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class ChangeList(Arguments, frozen=True):
    """Show a named list of the wearer, or put items on it, or take them off."""

    do: Literal["show", "add", "remove"]
    name: Label = ""
    """Such as `shopping`; empty for the one without a name."""
    items: Annotated[tuple[Words, ...], msgspec.Meta(max_length=20)] = ()


class LookNow(Arguments, frozen=True):
    """Look at what is in front of the wearer now."""


class HearNothingFor(Arguments, frozen=True):
    """Hear and see nothing for a while."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]


class MakePlan(Arguments, frozen=True):
    """Keep a goal of several steps, so that it can be gone on with later."""

    goal: Words
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=errand.MOST_STEPS)]


class StepDone(Arguments, frozen=True):
    """Note that a step of the newest open plan is done; the first step is 1."""

    number: Annotated[int, msgspec.Meta(ge=1, le=errand.MOST_STEPS)]


@dataclass(frozen=True, slots=True)
class Asking:
    """For which question a tool is used, and what is known then."""

    question: Question
    memory: Memory


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A row: what a tool takes, what it does, and when that needs nobody's grant."""

    name: str
    effect: Effect
    arguments: type[Arguments]
    run: Callable[[Any, Asking], Answer]
    is_asked: Callable[[Any, Asking], bool]
    """Whether the wearer's own words ask for exactly this."""
    is_refused: bool = False
    """Whether what was not asked for is refused without asking the wearer."""

    @property
    def tool(self) -> Tool:
        """What a reasoner is told."""
        about = " ".join((self.arguments.__doc__ or "").split())
        return Tool(self.name, about, _schema(self.arguments), self.effect)


def _schema(arguments: type[Arguments]) -> str:
    (found,) = msgspec.json.schema(arguments)["$defs"].values()
    return msgspec.json.encode(
        {key: found[key] for key in ("type", "properties", "required")}
        | {"additionalProperties": False}
    ).decode()


# --- what they do --------------------------------------------------------------------------------


def _remember(wanted: RememberThis, _: Asking) -> Answer:
    return Answer(f'Noted: "{wanted.text}".', (), (Remember(wanted.text),))


def _recall(_: Recall, asking: Asking) -> Answer:
    lines = because(list(asking.memory.notes), asking.question)
    return Answer("\n".join(lines) or "There is nothing about that.")


def _set_timer(wanted: SetTimer, asking: Asking) -> Answer:
    due_s = asking.question.now.wall_s + wanted.duration_s
    named = f" for {wanted.label}" if wanted.label else ""
    return _begin(
        f"Timer set{named}: {lasting(wanted.duration_s)}.",
        (Errand("timer", wanted.label, due_s),),
        asking,
    )


def _set_reminder(wanted: SetReminder, asking: Asking) -> Answer:
    now_s = asking.question.now.wall_s
    due_s = _due_s(wanted, now_s)
    if due_s is None:
        return Answer(f"No moment to come is named by {wanted.when!r}; say for example at 17:30.")
    text = f"Reminder set {errand.moment(due_s, now_s)}: {wanted.text}."
    return _begin(text, (Errand("reminder", wanted.text, due_s),), asking)


def _due_s(wanted: SetReminder, now_s: float) -> float | None:
    when = wanted.when.strip()
    when = f"at {when}" if re.match(r"\d", when) else when
    at = moments.named(when, now_s)
    return at.at_s if at else None


def _begin(text: str, begun: tuple[Errand, ...], asking: Asking) -> Answer:
    if len(asking.memory.errands) + len(begun) > errand.MOST_OPEN:
        return Answer(agenda.FULL)
    return Answer(text, (), tuple(map(Begin, begun)))


def _change_list(wanted: ChangeList, asking: Asking) -> Answer:
    name = agenda.list_name(wanted.name)
    there = errand.listed(asking.memory.errands, name)
    on = errand.of_list(name)
    named = {item.casefold() for item in wanted.items}
    if wanted.do == "add":
        known = {item.text.casefold() for item in there}
        new = [item for item in wanted.items if item.casefold() not in known]
        errands = tuple(Errand("item", item, on_list=name) for item in new)
        return _begin(f"Put on {on}: {', '.join(new) or 'nothing new'}.", errands, asking)
    if wanted.do == "remove":
        gone = [item for item in there if item.text.casefold() in named]
        words = ", ".join(item.text for item in gone) or "nothing"
        return Answer(f"Taken off {on}: {words}.", (), tuple(map(End, gone)))
    return Answer(f"On {on}: {', '.join(item.text for item in there) or 'nothing'}.")


def _hear_nothing(wanted: HearNothingFor, _: Asking) -> Answer:
    return Answer(f"Nothing is heard for {wanted.minutes} min.", (), (HearNothing(wanted.minutes),))


def _make_plan(wanted: MakePlan, asking: Asking) -> Answer:
    plan = Errand("plan", wanted.goal, steps=wanted.steps)
    old = [each for each in _plans(asking) if each.text.casefold() == wanted.goal.casefold()]
    made = _begin(f"Planned, {len(wanted.steps)} steps.", (plan,), asking)
    ended: tuple[Action, ...] = tuple(map(End, old)) if made.actions else ()
    return Answer(made.text, (), (*ended, *made.actions))


def _step_done(wanted: StepDone, asking: Asking) -> Answer:
    plans = _plans(asking)
    if not plans or wanted.number > len(plans[-1].steps):
        return Answer("No open plan has such a step.")
    plan = plans[-1]
    done = tuple(sorted({*plan.done, wanted.number}))
    if len(done) == len(plan.steps):
        return Answer("That was the last step; the plan is done.", (), (End(plan),))
    went_on = Errand("plan", plan.text, steps=plan.steps, done=done)
    return Answer(f"Step {wanted.number} is done.", (), (End(plan), Begin(went_on)))


def _plans(asking: Asking) -> list[Errand]:
    return [each for each in asking.memory.errands if each.sort == "plan"]


def _look(_: LookNow, asking: Asking) -> Answer:
    sights = asking.memory.sights
    if not sights:
        return Answer("Nothing is known of what is in view.")
    seen = sights[-1].seen
    things = ", ".join(thing.label for thing in seen.things) or "nothing known"
    lines = " / ".join(line.text for line in seen.lines)
    return Answer(f"In view: {things}." + (f' Text there: "{lines}".' if lines else ""))


# --- whether the wearer asked for it -------------------------------------------------------------


def _never(_: Arguments, __: Asking) -> bool:
    return False


def _always(_: Arguments, __: Asking) -> bool:
    return True


def _asks_to_remember(wanted: RememberThis, asking: Asking) -> bool:
    return asked.keeps(asking.question.text, wanted.text)


def _asks_of(wanted: Recall, asking: Asking) -> bool:
    return asked.touches(asking.question.text, wanted.query)


def _asks_for_timer(wanted: SetTimer, asking: Asking) -> bool:
    return asked.times(asking.question.text, wanted.duration_s, wanted.label)


def _asks_for_reminder(wanted: SetReminder, asking: Asking) -> bool:
    now_s = asking.question.now.wall_s
    due_s = _due_s(wanted, now_s)
    return due_s is None or asked.reminds(asking.question.text, wanted.text, due_s, now_s)


def _asks_for_list(wanted: ChangeList, asking: Asking) -> bool:
    if wanted.do == "show":
        return bool(asked.LISTING.search(asking.question.text))
    way = asked.ADDING if wanted.do == "add" else asked.REMOVING
    return asked.lists(asking.question.text, way, wanted.name, wanted.items)


def _asks_for_silence(wanted: HearNothingFor, asking: Asking) -> bool:
    return asked.silences(asking.question.text, wanted.minutes, asking.memory.mute_minutes)


def _asks_for_plan(wanted: MakePlan, asking: Asking) -> bool:
    return asked.plans(asking.question.text, wanted.goal)


def _goes_on_with_plan(_: StepDone, asking: Asking) -> bool:
    return any(asked.touches(asking.question.text, plan.text) for plan in _plans(asking)[-1:])


LOOK, RECALL, FORGET = "look", "recall", "forget"
ROWS: Final = (
    BuiltIn("remember", "own", RememberThis, _remember, _asks_to_remember),
    BuiltIn(RECALL, "none", Recall, _recall, _asks_of, is_refused=True),
    BuiltIn(FORGET, "outside", ForgetThis, lambda *_: Answer(""), _never),
    BuiltIn("timer", "own", SetTimer, _set_timer, _asks_for_timer),
    BuiltIn("reminder", "own", SetReminder, _set_reminder, _asks_for_reminder),
    BuiltIn("list", "own", ChangeList, _change_list, _asks_for_list),
    BuiltIn(LOOK, "none", LookNow, _look, _always),
    BuiltIn("mute", "own", HearNothingFor, _hear_nothing, _asks_for_silence),
    BuiltIn("plan", "own", MakePlan, _make_plan, _asks_for_plan),
    BuiltIn("step_done", "own", StepDone, _step_done, _goes_on_with_plan),
)
BY_NAME: Final = {row.name: row for row in ROWS}
