"""What is going on right now? One frozen `Context`, folded from messages.

Pure: no storage and no clock in here. Times are milliseconds since the run began; a source that
was lost and came back counts from zero again, so its times are shifted.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Final

from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.errand import Change, Errand
from edge.evidence import Kind, Note, Now, Sight, labels_of, lines_of, seen_text
from edge.messages import Hello, Leaves, Model, Seen, SourceState, Transcript
from edge.privacy import PASSING_S
from edge.whereabouts import newest

KEPT_HEARD: Final = 60
KEPT_SEEN: Final = 30
KEPT_SIGHTS: Final = 4
KEPT_DIALOGUE: Final = 12
KEPT_STANDING: Final = 200
STANDS: Final[frozenset[Kind]] = frozenset({"remembered", "derived"})
NEW_CLOCK_S: Final = 2.0
"""A live source whose zero moved by more than this was started again."""


@dataclass(frozen=True, slots=True)
class Context:
    """All that the companion has in mind. The newest is last everywhere."""

    run: str = ""
    wall_minus_monotonic_s: float = 0.0
    wall_at_zero_s: float | None = None
    """Wall clock of the run's first sample; None before any source has spoken."""
    audio_shift_ms: int = 0
    video_shift_ms: int = 0
    now_ms: int = 0
    models: tuple[Model, ...] = ()
    heard: tuple[Note, ...] = ()
    """`said` and `remembered`."""
    standing: tuple[Note, ...] = ()
    """`remembered` and `derived`: what holds for longer than a moment, also of earlier runs."""
    seen: tuple[Note, ...] = ()
    """One a change of view; the last one's time moves on while the view stays."""
    sights: tuple[Sight, ...] = ()
    """What the camera showed of late: where each thing is, which no note keeps."""
    dialogue: tuple[Note, ...] = ()
    """`asked` and `told`."""
    whereabouts: tuple[Note, ...] = ()
    """`place` and `motion`: the newest of each (`edge/whereabouts.py`)."""
    errands: tuple[Errand, ...] = ()
    """What is still to be done: of this run and of those before."""
    changes: tuple[Change, ...] = ()
    """What was done of late, and can be taken back."""
    wall_jump_s: float = 0.0
    """By how much the clock on the wall was set since the run began."""
    passing: tuple[Note, ...] = ()
    """What others said in the last `PASSING_S`; in no packet (`edge/privacy.py`)."""
    heard_until_ms: int = 0
    answered_until_ms: int = 0

    def now_at(self, at_ms: int) -> Now:
        """Return a moment of this run."""
        return Now(self.run, at_ms, self.wall_s(at_ms))

    def wall_s(self, at_ms: int) -> float:
        """Return the wall clock at a moment of this run."""
        return (self.wall_at_zero_s or 0.0) + self.wall_jump_s + at_ms / 1000

    def model_name(self, index: int) -> str:
        """Return a model's name, or its number while the chamber has not introduced itself."""
        return self.models[index].name if index < len(self.models) else f"model {index}"


@singledispatch
def _fold(event: object, context: Context) -> Context:
    del event
    return context


def fold(context: Context, event: Leaves | SourceState | Note | Errand) -> Context:
    """Return the context after a message, a note that was made of one, or a new errand."""
    folded = _fold(event, context)
    oldest_ms = folded.now_ms - 1000 * PASSING_S
    if all(note.at_ms >= oldest_ms for note in folded.passing):
        return folded
    return replace(folded, passing=tuple(n for n in folded.passing if n.at_ms >= oldest_ms))


@_fold.register
def _(event: Hello, context: Context) -> Context:
    return replace(context, models=event.models)


@_fold.register
def _(event: Transcript, context: Context) -> Context:
    end_ms = event.end_ms + context.audio_shift_ms
    return replace(
        context,
        now_ms=max(context.now_ms, end_ms),
        heard_until_ms=max(context.heard_until_ms, end_ms),
    )


@_fold.register
def _(event: Seen, context: Context) -> Context:
    at_ms = event.at_ms + context.video_shift_ms
    last = context.seen[-1:]
    still = tuple(replace(note, at_ms=at_ms, at_wall_s=context.wall_s(at_ms)) for note in last)
    unchanged = last and _shows(last[0], event)
    return replace(
        context,
        now_ms=max(context.now_ms, at_ms),
        seen=context.seen[:-1] + still if unchanged else context.seen,
        sights=(*_seen_until(context.sights, at_ms), Sight(event, at_ms, at_ms))[-KEPT_SIGHTS:],
    )


@_fold.register
def _(event: SourceState, context: Context) -> Context:
    zero_s = context.wall_minus_monotonic_s + event.monotonic_s - event.samples / SAMPLE_RATE_HZ
    if context.wall_at_zero_s is None:
        context = replace(context, wall_at_zero_s=zero_s)
    is_audio = event.kind == "audio"
    shift_ms = context.audio_shift_ms if is_audio else context.video_shift_ms
    wandered_s = zero_s - (context.wall_at_zero_s or 0.0) - shift_ms / 1000
    if event.live and abs(wandered_s) > NEW_CLOCK_S:
        shift_ms = max(0, shift_ms + round(wandered_s * 1000))
    now_ms = max(context.now_ms, to_ms(event.samples) + shift_ms)
    if is_audio:
        return replace(context, audio_shift_ms=shift_ms, now_ms=now_ms)
    sights = context.sights
    if event.phase == "running":
        sights = _seen_until(sights, to_ms(event.samples) + shift_ms)
    return replace(context, video_shift_ms=shift_ms, now_ms=now_ms, sights=sights)


def _seen_until(sights: tuple[Sight, ...], at_ms: int) -> tuple[Sight, ...]:
    """Return the sights when the last one was in view until a moment at least."""
    last = (replace(sight, until_ms=max(at_ms, sight.until_ms)) for sight in sights[-1:])
    return (*sights[:-1], *last)


@_fold.register
def _(event: Note, context: Context) -> Context:
    if event.kind == "errand":  # what is still to be done is in mind already
        return context
    if event.kind in {"place", "motion"}:
        return replace(context, whereabouts=newest(context.whereabouts, event))
    if event.kind in STANDS and all(event.id != note.id for note in context.standing if note.id):
        context = replace(context, standing=(*context.standing, event)[-KEPT_STANDING:])
    if event.kind == "derived":  # of a moment that is over, perhaps of another run's clock
        return context
    context = replace(context, now_ms=max(context.now_ms, event.at_ms))
    if event.kind == "seen":
        return replace(context, seen=(*context.seen, event)[-KEPT_SEEN:])
    if event.kind in {"said", "remembered"}:
        return replace(context, heard=(*context.heard, event)[-KEPT_HEARD:])
    answered_ms = event.at_ms if event.kind == "asked" else 0
    return replace(
        context,
        dialogue=(*context.dialogue, event)[-KEPT_DIALOGUE:],
        answered_until_ms=max(context.answered_until_ms, answered_ms),
    )


@_fold.register
def _(event: Errand, context: Context) -> Context:
    return replace(context, errands=(*context.errands, event))


def resumed(context: Context, notes: Iterable[Note]) -> Context:
    """Return the context of a run that goes on, from the notes it has made so far."""
    for note in notes:
        if context.wall_at_zero_s is None:
            context = replace(context, wall_at_zero_s=note.at_wall_s - note.at_ms / 1000)
        context = fold(context, note)
    return replace(context, heard_until_ms=max((n.at_ms for n in context.heard), default=0))


def without(context: Context, before: Context, kinds: Collection[Kind]) -> Context:
    """Return the context without what such notes and the errands made of an utterance since.

    What was seen since stays, and so does what was forgotten.
    """

    def old(now: tuple[Note, ...], then: tuple[Note, ...]) -> tuple[Note, ...]:
        return tuple(n for n in now if n in then or n.kind not in kinds or n.source == "timer")

    if "asked" in kinds:
        now_s = context.wall_s(context.now_ms)
        context = replace(
            context,
            errands=tuple(
                each
                for each in before.errands
                if each in context.errands or not each.rings or each.due_s > now_s
            ),
            changes=before.changes,
            answered_until_ms=before.answered_until_ms,
        )
    return replace(
        context,
        heard=old(context.heard, before.heard),
        standing=tuple(
            note
            for note in context.standing
            if note.kind == "derived" or old((note,), before.standing)
        ),
        dialogue=old(context.dialogue, before.dialogue),
        passing=old(context.passing, before.passing),
    )


def forgotten(context: Context, since_s: float, until_s: float = float("inf")) -> Context:
    """Return the context without what was heard, seen and said in a stretch of the wall clock.

    What was done before can be taken back no more: it would bring back words that were forgotten.
    """

    def left(notes: tuple[Note, ...]) -> tuple[Note, ...]:
        return tuple(note for note in notes if not since_s <= note.at_wall_s < until_s)

    return replace(
        context,
        heard=left(context.heard),
        standing=left(context.standing),
        seen=left(context.seen),
        dialogue=left(context.dialogue),
        passing=left(context.passing),
        whereabouts=left(context.whereabouts),
        sights=tuple(
            sight
            for sight in context.sights
            if context.wall_s(sight.until_ms) < since_s or context.wall_s(sight.since_ms) >= until_s
        ),
        changes=(),
    )


def without_notes(context: Context, ids: Collection[int]) -> Context:
    """Return the context without the notes that have these numbers."""

    def left(notes: tuple[Note, ...]) -> tuple[Note, ...]:
        return tuple(note for note in notes if note.id not in ids)

    return replace(
        context,
        heard=left(context.heard),
        standing=left(context.standing),
        seen=left(context.seen),
        dialogue=left(context.dialogue),
        whereabouts=left(context.whereabouts),
        errands=tuple(each for each in context.errands if each.id not in ids),
        changes=tuple(each for each in context.changes if not any(n in ids for n in each.begun)),
    )


def due(context: Context, now_s: float) -> tuple[Errand, ...]:
    """Return what rings now, by the clock on the wall: the first one first."""
    ringing = (each for each in context.errands if each.rings and each.due_s <= now_s)
    return tuple(sorted(ringing, key=lambda each: each.due_s))


def is_repeat(context: Context, heard: Transcript) -> bool:
    """Say whether an utterance was heard before: a file goes on a little early after a death."""
    return heard.end_ms + context.audio_shift_ms <= context.heard_until_ms


def sight(context: Context, seen: Seen) -> Note | None:
    """Return the note that a picture is worth: none while it shows what the last one showed."""
    if (context.seen and _shows(context.seen[-1], seen)) or not (seen.things or seen.lines):
        return None
    at_ms = seen.at_ms + context.video_shift_ms
    scores = [*(thing.score for thing in seen.things), *(line.score for line in seen.lines)]
    labels, lines = _what(seen)
    model = seen.detector if labels else seen.reader
    return Note(
        "seen",
        seen_text(labels, lines),
        at_ms,
        context.wall_s(at_ms),
        context.run,
        context.model_name(model),
        max(scores),
    )


def _what(seen: Seen) -> tuple[tuple[str, ...], tuple[str, ...]]:
    things = sorted(seen.things, key=lambda thing: -thing.score)
    labels = tuple(dict.fromkeys(thing.label for thing in things))
    return labels, tuple(line.text for line in seen.lines)


def _shows(note: Note, seen: Seen) -> bool:
    labels, lines = _what(seen)
    return set(labels_of(note)) == set(labels) and set(lines_of(note)) == set(lines)
