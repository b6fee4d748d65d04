"""What a message looks like as a line of text. Pure: no terminal in here.

Words from the outside (heard, read, answered) are cleaned of control characters on the way.
"""

from typing import Final, NamedTuple

from edge.airlock import plain
from edge.messages import (
    Ahead,
    ChildDied,
    Dropped,
    Ended,
    Enrolling,
    Lending,
    Level,
    Light,
    MuteState,
    Notice,
    Offer,
    Overheard,
    OwnVoice,
    Reply,
    Saying,
    SealState,
    Seen,
    Shown,
    SourceState,
    Speaking,
    SpeechStarted,
    Strained,
    Transcript,
    Unclear,
    VoiceProfile,
    Wanted,
)
from edge.mute import until
from edge.view.specialists_page import refusals

LEVELS: Final = {
    "A": "seccomp and Landlock",
    "B": "seccomp and systemd",
    "C": "seccomp alone",
    "D": "the sound server is trusted",
}
SAMPLES_PER_MS: Final = 16


def ratio(raw_bytes: int, airlock_bytes: int) -> int:
    """Return how many bytes of media became one byte of context."""
    return raw_bytes // airlock_bytes if airlock_bytes else 0


def size(count: float) -> str:
    """Return a number of bytes for a person."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:  # noqa: PLR2004 (the next unit)
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"  # noqa: PLR2004
        count /= 1000
    return f"{count:.1f} GB"


def clock(at_ms: int) -> str:
    """Return a moment of the stream as minutes and seconds."""
    return f"{at_ms // 60_000:02d}:{at_ms % 60_000 // 100 / 10:04.1f}"


def counted(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def moment_of(message: Shown) -> int:
    """Return the milliseconds of the stream that a message tells of; 0 if of none.

    A source's own clock is not among them: with --fast it is ahead of what is understood.
    """
    match message:
        case Transcript() | Unclear() | Overheard() | OwnVoice():
            return message.end_ms
        case SpeechStarted() | Seen() | Level() | Dropped() | Ended() | Saying() | Strained():
            return message.at_ms
        case _:
            return 0


LIGHTS: Final = {
    Light.CLEAR: (),
    Light.DARK: ("too dark to see",),
    Light.BLURRED: ("blurred",),
}


def sight(seen: Seen) -> str:
    """Return what a picture showed, in a line."""
    things = [plain(thing.label) for thing in seen.things]
    labels = [
        label if things.count(label) == 1 else f"{label} ({things.count(label)})"
        for label in dict.fromkeys(things)
    ]
    text = " / ".join(plain(line.text) for line in seen.lines)
    unread = ("text too small or blurred to read",) if seen.illegible else ()
    what = (*LIGHTS[seen.light], *labels, *([f"“{text}”"] if text else ()), *unread)
    return " · ".join(what) or "nothing I know"


class Event(NamedTuple):
    """A line of a person's log."""

    when: str
    kind: str
    words: str


CLOSED: Final = "the microphone and the camera are closed"
TO_OPEN: Final = "`offrecord unmute` opens them"
BY: Final = {"hand": "", "voice": ", as you said", "schedule": ", by the schedule"}


def event(message: Shown, at_ms: int, wall_s: float = 0.0) -> Event | None:
    """Return the line that a message makes at this moment of the stream; None for no line.

    `wall_s` is the moment for a person, in seconds since 1970.
    """
    match message:
        case Transcript():
            kind = "goes on" if message.goes_on else "heard"
            return Event(clock(message.end_ms), kind, plain(message.text))
        case Unclear():
            return Event(clock(message.end_ms), "heard", "(no words)")
        case Overheard() | Enrolling() | VoiceProfile() | OwnVoice() | Speaking():
            return _of_voices(message, at_ms)
        case Seen():
            return Event(clock(message.at_ms), "saw", sight(message))
        case Reply(partial=False) | Offer():
            kind = "offer" if isinstance(message, Offer) else "reply"
            return Event(clock(at_ms), kind, plain(message.text))
        case _:
            return _own_affairs(message, at_ms, wall_s)


def _of_voices(
    message: Overheard | Enrolling | VoiceProfile | OwnVoice | Speaking, at_ms: int
) -> Event:
    match message:
        case Overheard():
            seconds = (message.end_ms - message.start_ms) / 1000
            return Event(clock(message.end_ms), "other", f"(somebody else, {seconds:.1f} s)")
        case Enrolling():
            words = f"{message.heard_ms / 1000:.0f} s of your voice so far"
            return Event(clock(at_ms), "enroll", words)
        case VoiceProfile():
            return Event(clock(at_ms), "enroll", "your voice is learnt")
        case OwnVoice():
            return Event(clock(message.end_ms), "other", "(its own voice, left alone)")
        case Speaking(is_heard=True):
            return Event(clock(at_ms), "voice", "speaking")
        case Speaking():
            words = "silent before it had said everything" if message.was_cut else "silent"
            return Event(clock(at_ms), "voice", words)


def _walls(seal: SealState) -> str:
    words = f"{seal.process} at level {seal.level}: {LEVELS[seal.level]}"
    return f"{words}; UNCHECKED: {'; '.join(seal.unchecked)}" if seal.unchecked else words


AHEAD: Final = {
    Ahead.WORDS: "recognition is fast enough for words while they are spoken",
    Ahead.PAUSES: "recognition is slow here: whole sentences only",
    Ahead.NOTHING: "recognition is very slow here: each sentence only once it is over",
}
FALLING_BEHIND_PERCENT: Final = 100


def _strain(message: Strained) -> str:
    words = f"{AHEAD[message.ahead]} ({message.percent} % of the time that was spoken)"
    if message.percent <= FALLING_BEHIND_PERCENT:
        return words
    return f"{words}; it falls behind: set a smaller [recogniser] model, run `offrecord tune`"


def _note(message: Notice | Strained | Lending | Wanted) -> str:
    match message:
        case Wanted():
            return _wanted(message)
        case Notice():
            return message.text
        case Strained():
            return _strain(message)
        case Lending():
            return "; ".join(refusals(message))


def _wanted(wanted: Wanted) -> str:
    how = f"`offrecord grants answer {wanted.id} once` (or always, never)"
    return f"may {wanted.tool} be used with {wanted.what} ({wanted.why})? {how}"


def _missed(message: Dropped) -> str:
    sound_s, closed_s = (n / (1000 * SAMPLES_PER_MS) for n in (message.samples, message.closed))
    words = f"{counted(message.frames, 'picture')}, {sound_s:.1f} s of sound"
    if not message.closed:
        return words
    return f"{words}, {closed_s:.1f} s that the wearable encrypts to another key than this one's"


def _own_affairs(message: Shown, at_ms: int, wall_s: float) -> Event | None:
    """Return the line of what concerns the companion itself."""
    match message:
        case Dropped():
            kind, words = "missed", _missed(message)
        case Notice() | Strained() | Lending() | Wanted():
            kind, words = "note", _note(message)
        case ChildDied():
            kind, words = "restart", f"{message.process}: {message.reason}; starting it again"
        case MuteState(muted=True):
            kind, words = "MUTED", f"{until(message, wall_s)}{BY[message.why]}; {CLOSED}, {TO_OPEN}"
        case MuteState():
            kind, words = "unmuted", "hearing and seeing again"
        case SealState():
            kind, words = "sealed", _walls(message)
        case SourceState(phase="lost" | "failed"):
            at_ms = max(at_ms, message.samples // SAMPLES_PER_MS)
            kind, words = message.phase, message.detail or message.device
        case _:
            return None
    return Event(clock(at_ms), kind, plain(words)) if words else None
