"""From signals to messages: which thread does what, and what happens when one is late.

Live, hearing, understanding and seeing each have a thread and a bounded queue. The queues of sound
hold places on the tape, the sound itself lies there:

| what holds | how much     | when it is full                                    |
|------------|--------------|----------------------------------------------------|
| the tape   | 60 s in all  | the newest chunk is dropped, counted and reported  |
| chunks     | 60 s         | the same                                           |
| utterances | 8            | hearing waits (and then drops chunks); the house's |
|            |              | are left out, and so is its answer; a pause in     |
|            |              | them, recognised ahead of its end, is left out, as |
|            |              | it is on a board that is too slow (`ahead.py`);    |
|            |              | the words so far are looked for if none wait       |
| plates     | 1 picture    | the newest wins, the older one is counted; it is   |
|            |              | not looked at while somebody waits to be           |
|            |              | understood (`precedence.py`)                       |

In lockstep (a file, as fast as it goes) one thread does everything in the stream's order.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Final, TypeAlias

from edge.chamber.doors import Exit
from edge.chamber.plates import Plates
from edge.chamber.precedence import Precedence
from edge.chamber.segmenter import Growing, Heard, Paused, Spoken
from edge.chamber.tape import TAPE_S
from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.messages import Dropped, Ended, Leaves, Transcript
from edge.signals import CHUNK_SAMPLES, AudioChunk, ClosedSound, Frame, Played, Still
from edge.slot import LiveOnly, Signal

if TYPE_CHECKING:
    from edge.chamber.ears import Ears, Laid
    from edge.chamber.echo import Echo
    from edge.chamber.eyes import Eyes
    from edge.chamber.home import Home, HomeWork
    from edge.chamber.scene import Glance

CHUNKS_HELD: Final = TAPE_S * SAMPLE_RATE_HZ // CHUNK_SAMPLES
UTTERANCES_HELD: Final = 8
STOPPED_S: Final = 1.5
"""Without a chunk for so long, what was being said has ended, and nothing is kept for more."""
OVER_S: Final = 0.5
"""Without one for so long, what has ended is over: nobody goes on with it, and it is forgotten."""
REPORT_DROPS_EVERY_SAMPLES: Final = 5 * SAMPLE_RATE_HZ
Work: TypeAlias = "Queue[Heard | HomeWork | None]"
"""What waits to be understood."""


@dataclass(frozen=True, slots=True)
class Senses:
    """What this chamber can do, and the index of each model in its `Hello`."""

    ears: "Ears | None"
    eyes: "Eyes | None"
    asr: int
    detector: int
    reader: int
    echo: "Echo | None" = None
    """Takes the companion's own voice out of what is heard; None where nobody speaks."""
    home: "Home | None" = None
    """Hears what the house wants as text; None where nobody asks."""
    precedence: Precedence = field(default_factory=Precedence)

    def __post_init__(self) -> None:
        """Have sight ask those who hear."""
        if self.eyes:
            self.eyes.go_behind(self.precedence)

    def play(self, piece: Played) -> None:
        """Know what is being played, where that matters."""
        if self.echo:
            self.echo.play(piece)


class Tally:
    """What has been done and what has been missed, for `Ended` and `Dropped`."""

    def __init__(self, exit_: Exit) -> None:
        self.now = 0
        """The stream's clock, in samples."""
        self.utterances = self.frames = 0
        self.exit = exit_
        self._lost_frames = self._lost_samples = self._closed_samples = 0
        self._reported_at = 0
        self._lock = threading.Lock()

    def tick(self, at: int) -> None:
        """Move the clock on, and report what was missed every few seconds."""
        self.now = max(self.now, at)
        if self.now - self._reported_at >= REPORT_DROPS_EVERY_SAMPLES:
            self.report()

    def miss(self, *, frames: int = 0, samples: int = 0, closed: int = 0) -> None:
        """Count pictures, samples, and samples that are encrypted to another key."""
        with self._lock:
            self._lost_frames += frames
            self._lost_samples += samples
            self._closed_samples += closed

    def report(self) -> None:
        self._reported_at = self.now
        with self._lock:
            missed = (self._lost_frames, self._lost_samples, self._closed_samples)
            self._lost_frames = self._lost_samples = self._closed_samples = 0
        if any(missed):
            self.exit.leave(Dropped(to_ms(self.now), *missed))


def run_in_step(signals: Iterable[Signal], senses: Senses, exit_: Exit) -> Ended:
    """Do everything on this thread, in the stream's order."""
    tally = Tally(exit_)
    for signal in signals:
        moment = signal.end if isinstance(signal, AudioChunk) else signal.at
        tally.tick(moment)
        exit_.stream_s = tally.now / SAMPLE_RATE_HZ
        if isinstance(signal, AudioChunk) and senses.ears:
            laid = senses.ears.take(signal)
            assert laid, "in lockstep nothing waits, so the tape has room"
            for event in senses.ears.listen(laid):
                _do(event, senses, exit_, tally)
        elif glanced := _glanced(signal, senses, tally):
            _look(*glanced, senses, exit_)
    if senses.ears:
        for event in senses.ears.finish():
            _do(event, senses, exit_, tally)
    return Ended(to_ms(tally.now), tally.utterances, tally.frames)


def run_live(signals: Iterable[Signal | LiveOnly], senses: Senses, exit_: Exit) -> Ended:
    """Hand every signal to the thread that it is for; return when all sources have ended."""
    tally = Tally(exit_)
    chunks: Queue[Laid | None] = Queue(CHUNKS_HELD)
    utterances: Work = Queue(UTTERANCES_HELD)
    plates = Plates()
    threads = [
        threading.Thread(target=target, name=name)
        for name, target in (
            ("hearing", lambda: _hear_all(chunks, utterances, senses, exit_)),
            ("understanding", lambda: _understand_all(utterances, senses, exit_, tally)),
            ("seeing", lambda: _see_all(plates, senses, exit_)),
        )
    ]
    for thread in threads:
        thread.start()
    for signal in signals:
        if isinstance(signal, Played | LiveOnly):
            _take_beside(signal, senses, utterances, tally)
        elif isinstance(signal, AudioChunk):
            tally.tick(signal.end)
            if not _laid(chunks, signal, senses):
                tally.miss(samples=len(signal.samples))
        else:
            tally.tick(signal.at)
            if glanced := _glanced(signal, senses, tally):
                tally.miss(frames=plates.put(*glanced))
    chunks.put(None)
    plates.close()
    for thread in threads:
        thread.join()
    tally.report()
    return Ended(to_ms(tally.now), tally.utterances, tally.frames)


def _take_beside(
    signal: Played | LiveOnly, senses: Senses, utterances: "Work", tally: Tally
) -> None:
    """Take what the companion plays, what the house asks, and what could not be opened."""
    if isinstance(signal, Played):
        senses.play(signal)
        return
    if isinstance(signal, ClosedSound):
        tally.tick(signal.start)
        tally.miss(closed=signal.samples)
        return
    for event in senses.home.take(signal) if senses.home else ():
        if isinstance(event, Leaves):
            tally.exit.leave(event)
            continue
        try:
            utterances.put_nowait(event)
        except Full:
            assert senses.home
            senses.home.drop(event)


def _laid(chunks: "Queue[Laid | None]", chunk: AudioChunk, senses: Senses) -> bool:
    """Lay a chunk on the tape for the hearing thread, if there is room in both."""
    if senses.echo:
        senses.echo.clean(chunk, time.monotonic())
    if not senses.ears or chunks.full():  # only this thread puts
        return not senses.ears
    speaks = bool(senses.echo and senses.echo.is_active)
    laid = senses.ears.take(chunk, has_own_voice=speaks)
    if laid:
        chunks.put_nowait(laid)
    return laid is not None


def _hear_all(
    chunks: "Queue[Laid | None]",
    utterances: "Work",
    senses: Senses,
    exit_: Exit,
) -> None:
    """Hear until there are no more chunks. A stream that stops, as when it is muted, has ended."""
    ears, precedence = senses.ears, senses.precedence
    if ears:
        for events in _heard(chunks, ears):
            for event in events:
                if isinstance(event, Spoken):
                    precedence.ended()
                _pass_on(event, utterances, ears, exit_)
            precedence.hears(is_pausing=ears.is_in_pause)
    utterances.put(None)


def _heard(chunks: "Queue[Laid | None]", ears: "Ears") -> Iterator[list[Leaves | Heard]]:
    patience_s = None
    while True:
        try:
            laid = chunks.get(timeout=patience_s)
        except Empty:
            if patience_s == OVER_S:
                ears.set_apart()
                patience_s = STOPPED_S - OVER_S
            else:
                patience_s = None
                yield ears.finish()
            continue
        if laid is None:
            break
        patience_s = OVER_S
        yield ears.listen(laid)
    yield ears.finish()


def _pass_on(
    event: Leaves | Heard,
    utterances: "Work",
    ears: "Ears",
    exit_: Exit,
) -> None:
    if not isinstance(event, Heard):
        exit_.leave(event)
    elif isinstance(event, Spoken) or (_is_room(event, utterances) and ears.is_wanted(event)):
        utterances.put(event)
    else:
        ears.forget(event)


def _is_room(event: Paused | Growing, utterances: "Work") -> bool:
    """Say whether what has not ended may wait its turn; only the thread that asks puts."""
    return utterances.empty() if isinstance(event, Growing) else not utterances.full()


def _understand_all(utterances: "Work", senses: Senses, exit_: Exit, tally: Tally) -> None:
    while event := utterances.get():
        if not isinstance(event, Heard):
            assert senses.home
            if words := senses.home.understand(event):
                exit_.leave(words)
            continue
        assert senses.ears
        if isinstance(event, Growing):
            _look_at_words(event, senses.ears, exit_, is_newest=utterances.empty())
        else:
            _do(event, senses, exit_, tally)
            if isinstance(event, Spoken):
                senses.precedence.understood()
        strained = senses.ears.strain()
        if strained:
            exit_.leave(strained)


def _look_at_words(growing: Growing, ears: "Ears", exit_: Exit, *, is_newest: bool) -> None:
    """Send the words so far, unless there is more of them to work on by now."""
    saying = ears.look(growing) if is_newest else None
    ears.forget(growing)
    if saying:
        exit_.leave(saying)


def _see_all(plates: Plates, senses: Senses, exit_: Exit) -> None:
    while plates.wait():
        senses.precedence.begin_look()
        senses.precedence.give_way()
        frame, glance = plates.take()
        _look(frame, glance, senses, exit_)
        plates.forget(frame)


def _do(event: Leaves | Heard, senses: Senses, exit_: Exit, tally: Tally) -> None:
    """Send a message, understand an utterance, or what was said up to a pause ahead of its end."""
    if not isinstance(event, Heard):
        exit_.leave(event)
        return
    assert senses.ears
    if isinstance(event, Spoken):
        understood = senses.ears.understand(event, senses.asr)
        senses.ears.forget(event)  # first, for leaving may take its time
        tally.utterances += isinstance(understood, Transcript) and not understood.goes_on
        exit_.leave(understood)
        return
    if isinstance(event, Paused):  # in lockstep nobody looks at the words so far
        senses.ears.anticipate(event)
    senses.ears.forget(event)


def _glanced(signal: Signal, senses: Senses, tally: Tally) -> "tuple[Frame, Glance] | None":
    """Say what is new in a picture, on the thread on which it came; None if it is no matter."""
    if not (senses.eyes and isinstance(signal, Frame | Still)):
        return None
    tally.frames += 1
    if isinstance(signal, Still):
        senses.eyes.stood_still(signal.at)
        return None
    glance = senses.eyes.glance(signal)
    return (signal, glance) if glance else None


def _look(frame: Frame, glance: "Glance", senses: Senses, exit_: Exit) -> None:
    assert senses.eyes
    seen = senses.eyes.look(frame, glance, senses.detector, senses.reader)
    if seen:
        exit_.leave(seen)
