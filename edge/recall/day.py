"""What is said when the wearer asks what was kept of the day? One glance's worth. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from edge.digest import day
from edge.digest.compaction import EPISODE, compacted
from edge.evidence import Note, Question
from edge.recall.answer import Answer, Memory, because, shortened

GLANCE: Final = 280
"""Characters; the rest is on the page of `offrecord today`."""
QUOTED: Final = 90


def kept_today(_: re.Match[str], question: Question, memory: Memory) -> Answer:
    """Say what was kept of today: how much, with whom, what is promised, and the latest words."""
    now = datetime.fromtimestamp(question.now.wall_s, UTC).astimezone()
    since_s = now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    known = {note.id: note for note in (*memory.standing, *memory.notes) if note.id}.values()
    notes = [note for note in known if note.at_wall_s >= since_s]
    before = [note for note in memory.standing if note.at_wall_s < since_s]
    kept = day.of([*notes, *compacted(_not_looked_back_on(notes))], before, since_s)
    if not kept.episodes:
        return Answer("I have kept nothing about today yet.")
    parts = [_stretches(kept.episodes)]
    if kept.people:
        parts.append(f"With or about {', '.join(each.name for each in kept.people[-4:])}.")
    due = [each for each in kept.promises if not each.kept_by]
    parts += [f"Promised: {shortened(each.text, QUOTED)}" for each in due[-1:]]
    told = [line for each in kept.episodes[-2:] for line in each.sentences[-1:]]
    parts += [shortened(line, QUOTED) for line in told]
    while len(" ".join(parts)) > GLANCE and len(parts) > 1:
        parts.pop()
    return Answer(" ".join(parts), because([each.note for each in kept.episodes], question))


def _not_looked_back_on(notes: Sequence[Note]) -> list[Note]:
    """Return what was said and seen since the last episode ended."""
    ended_s = max((note.at_wall_s for note in notes if note.source == EPISODE), default=0.0)
    said = (note for note in notes if note.kind in {"said", "seen"} and note.at_wall_s > ended_s)
    return sorted(said, key=lambda note: note.id)


def _stretches(episodes: Sequence[day.Episode]) -> str:
    first, last = episodes[0].when.split(" to ")[0], episodes[-1].when.split(" to ")[-1]
    count = f"{len(episodes)} stretches" if len(episodes) > 1 else "One stretch"
    when = f"at {first}" if first == last else f"from {first} to {last}"
    return f"{count} today, {when}."
