"""Is help offered when it is wanted, and silence kept when it is not? On scripted days.

The runtime is as it ships, from the airlock's packets to what is shown; only its process and the
media are missing. Who wears it answers each offer as the script says: what is wanted is accepted,
all else refused. A first day is a wearer's own, without anything learnt; a later day comes after
days of other situations (`learnt_from.toml`) have taught. Held-out days were written before the
rules were tuned.
"""

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp
import msgspec

from edge import airlock, config
from edge.bench import SECRET, script
from edge.bench.script import Day, Happening, Situation
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import (
    Hello,
    Judged,
    Model,
    Offer,
    Overheard,
    Reply,
    Seen,
    Shown,
    SourceKind,
    SourceState,
    Speaker,
    Transcript,
)
from edge.runtime.clocks import KINDS
from edge.runtime.conversation import Conversation
from edge.runtime.present import Present
from edge.runtime.runtime import Runtime

FOLDER: Final = Path(__file__).with_name("days")
LEARNT_FROM, HELD_OUT = FOLDER / "learnt_from.toml", FOLDER / "held_out.toml"
Level = Literal["quiet", "helpful"]
STEP_MS: Final = 2_000
"""How often time is looked at soon after something has happened."""
SOON_MS: Final = 120_000
STEP_LATER_MS: Final = 30_000
SPEAKING_MS: Final = 10_000
"""Others still speak so long after their last word."""
HOUR_MS: Final = 3_600_000
MODELS: Final = Hello((Model("scripted", "0" * 16),))


@dataclass
class Made:
    """An offer on a day."""

    offer: Offer
    at_ms: int
    situation: Situation
    is_right: bool
    is_beside_others: bool


@dataclass
class Lived:
    """What became of a day."""

    day: Day
    made: list[Made] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    """Situations whose want an offer has met."""
    answered: set[str] = field(default_factory=set)
    """Situations whose want the answer to a question has met: nothing is left to offer."""
    lasts_ms: int = 0


def measure(days: Path | None = None, level: Level = "quiet") -> dict[str, Any]:
    """Live through the days of both files, or of one other; return how well help was offered."""
    held_out = before(script.read(days or HELD_OUT), datetime.now().astimezone())
    taught = before(script.read(LEARNT_FROM), min(day.begins_at for day in held_out))
    situations = [each for day in (*taught, *held_out) for each in day.situation]
    first = live(taught, (), level)
    untaught, learnt = live(held_out, (), level), live(held_out, taught, level)
    return {
        "level": level,
        "situations": len(situations),
        "deserving_silence": sum(not each.wants for each in situations),
        "learnt_from": {"first_days": figures(first)},
        "held_out": {"before_learning": figures(untaught), "after_learning": figures(learnt)},
    }


def before(days: Sequence[Day], moment: datetime) -> list[Day]:
    """Return days moved by whole weeks to just before a moment: no note of them has expired."""
    weeks = timedelta(weeks=(moment - max(day.begins_at for day in days)).days // 7)
    return [
        msgspec.structs.replace(day, begins=f"{datetime.fromisoformat(day.begins) + weeks}")
        for day in days
    ]


def figures(days: Sequence[Lived]) -> dict[str, Any]:
    """Return precision, recall and how often, over some days."""
    made = [each for day in days for each in day.made]
    wants = [(day, each) for day in days for each in day.day.situation if each.wants]
    left = [(day, each) for day, each in wants if each.name not in day.answered]
    met = [each for day, each in left if each.name in day.met]
    hours = sum(day.lasts_ms for day in days) / HOUR_MS
    right = sum(each.is_right for each in made)
    return {
        "offers": len(made),
        "precision": round(right / len(made), 3) if made else None,
        "recall": round(len(met) / len(left), 3) if left else None,
        "wants": len(wants),
        "wants_answered_when_asked": len(wants) - len(left),
        "offers_an_hour": round(len(made) / hours, 2) if hours else 0.0,
        "most_in_an_hour": max((_most(day) for day in days), default=0),
        "while_others_speak_or_are_there": sum(each.is_beside_others for each in made),
        "wrong": [_told(each) for each in made if not each.is_right],
        "missed": [
            {"wearer": day.day.wearer, "situation": each.name}
            for day, each in left
            if each.name not in day.met
        ],
    }


def _told(made: Made) -> dict[str, str]:
    offer = made.offer
    return {"situation": made.situation.name, "kind": offer.kind, "offered": offer.text}


def _most(day: Lived) -> int:
    moments = [each.at_ms for each in day.made]
    return max((sum(0 <= other - at < HOUR_MS for other in moments) for at in moments), default=0)


def live(days: Sequence[Day], taught: Sequence[Day], level: Level) -> list[Lived]:
    """Have each wearer live through days that teach, and then through those that are measured."""
    lived: list[Lived] = []
    for wearer in dict.fromkeys(day.wearer for day in days):
        with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
            for day in (day for day in taught if day.wearer == wearer):
                asyncio.run(play(day, Path(folder), level))
            lived += [
                asyncio.run(play(day, Path(folder), level)) for day in days if day.wearer == wearer
            ]
    return lived


async def play(day: Day, folder: Path, level: Level, secret: bytes = SECRET) -> Lived:
    """Send a day through a runtime."""
    lived = Lived(day)
    happenings = script.happenings(day)
    settings = config.Config(
        # So fast, a stream says as much as many days: the budget is not measured here.
        airlock=config.Airlock(rate_bytes_s=4096, burst_bytes=1 << 20, day_bytes=1 << 24),
        privacy=config.Privacy(mode="everyone"),
        help=config.Help(level=level, aims=day.aims),
    )
    shown: list[Shown] = []
    present = Present(folder, secret, day.begins, "file", shown.append)
    async with aiohttp.ClientSession() as session:
        conversation = Conversation(present, settings, session, shown.append)
        runtime = Runtime(present, conversation, settings, shown.append, is_fast=True)
        wearer = _Wearer(lived, happenings, runtime)
        zero_s = day.begins_at.timestamp() - present.context.wall_minus_monotonic_s
        for kind in KINDS:
            runtime.control(_state(kind, 0, zero_s))
        runtime.begin()
        runtime.packet(airlock.encode(MODELS))
        now_ms = 0
        for each in happenings:
            for at_ms in _moments(now_ms, each.at_ms):
                for kind in KINDS:
                    runtime.control(_state(kind, at_ms, zero_s))
                wearer.look(shown, at_ms)
            now_ms = each.at_ms
            runtime.packet(airlock.encode(each.message))
            wearer.look(shown, now_ms)
        lived.lasts_ms = now_ms
        await runtime.finish()
        present.notes.sync()  # so that no timer of the notes is left to do it
    present.close()
    return lived


class _Wearer:
    """Answers each offer as the script says, and keeps count."""

    def __init__(self, lived: Lived, happenings: Sequence[Happening], runtime: Runtime) -> None:
        self._lived, self._happenings, self._runtime = lived, happenings, runtime

    def look(self, shown: list[Shown], now_ms: int) -> None:
        """Take what was shown since the last time."""
        lived = self._lived
        situation = _at(lived.day, now_ms)
        while shown:
            message = shown.pop(0)
            if isinstance(message, Reply) and message.source != "offer":
                if situation.wants and _holds(message.text, situation):
                    lived.answered.add(situation.name)
            elif isinstance(message, Offer):
                is_wanted = bool(situation.wants) and situation.name not in lived.met
                is_right = is_wanted and _holds(message.text, situation)
                beside = _beside_others(self._happenings, now_ms)
                lived.made.append(Made(message, now_ms, situation, is_right, beside))
                lived.met |= {situation.name} if is_right else set()
                verdict = Judged(message.number, "accept" if is_right else "dismiss")
                self._runtime.control(msgspec.json.encode(verdict))


def _at(day: Day, now_ms: int) -> Situation:
    begun = [each for each in day.situation if day.at_ms(f"{each.at}:00") <= now_ms]
    return begun[-1] if begun else day.situation[0]


def _holds(text: str, situation: Situation) -> bool:
    return all(words.casefold() in text.casefold() for words in situation.wants)


def _beside_others(happenings: Iterable[Happening], now_ms: int) -> bool:
    """Say whether somebody else speaks at a moment, or is in view."""
    faces = speaks = False
    for each in happenings:
        message = each.message
        match message:
            case Overheard(start_ms=start_ms, end_ms=end_ms):
                speaks |= start_ms <= now_ms <= end_ms + SPEAKING_MS
            case Transcript(start_ms=start_ms, end_ms=end_ms):
                is_other = message.speaker is not Speaker.WEARER
                speaks |= is_other and start_ms <= now_ms <= end_ms + SPEAKING_MS
            case Seen(at_ms=at_ms) if at_ms <= now_ms:
                faces = message.faces > 0
            case _:
                pass
    return speaks or faces


def _moments(since_ms: int, until_ms: int) -> list[int]:
    """Return when time is looked at between two happenings: often at first."""
    soon_ms = min(until_ms, since_ms + SOON_MS)
    soon = range(since_ms + STEP_MS, soon_ms, STEP_MS)
    return [*soon, *range(soon_ms, until_ms, STEP_LATER_MS)]


def _state(kind: SourceKind, at_ms: int, zero_s: float) -> bytes:
    """Return what a source says of its clock."""
    samples = at_ms * SAMPLE_RATE_HZ // 1000
    moment_s = zero_s + at_ms / 1000
    return msgspec.json.encode(
        SourceState(kind, "running", "script", samples, 0, 0, moment_s, live=False)
    )
