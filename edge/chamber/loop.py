"""From signals to messages: which thread does what, and what happens when one is late.

Live, hearing, understanding and seeing each have a thread and a bounded queue:

| queue      | holds        | when it is full                                    |
|------------|--------------|----------------------------------------------------|
| chunks     | 30 s         | the newest chunk is dropped, counted and reported  |
| utterances | 8            | hearing waits (and then drops chunks); a pause in  |
|            |              | them, recognised ahead of its end, is left out     |
| frame      | 1            | the newest wins, the older one is counted          |

In lockstep (a file, as fast as it goes) one thread does everything in the stream's order.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Final

from edge.chamber.doors import Exit
from edge.chamber.segmenter import Paused
from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.messages import Dropped, Ended, Leaves, Transcript
from edge.signals import AudioChunk, Frame, Utterance
from edge.slot import End, Signal

if TYPE_CHECKING:
    from edge.chamber.ears import Ears
    from edge.chamber.eyes import Eyes

CHUNKS_HELD: Final = 30 * SAMPLE_RATE_HZ // 512
UTTERANCES_HELD: Final = 8
REPORT_DROPS_EVERY_SAMPLES: Final = 5 * SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Senses:
    """What this chamber can do, and the index of each model in its `Hello`."""

    ears: "Ears | None"
    eyes: "Eyes | None"
    asr: int
    detector: int
    reader: int


class Tally:
    """What has been done and what has been missed, for `Ended` and `Dropped`."""

    def __init__(self, exit_: Exit) -> None:
        self.now = 0
        """The stream's clock, in samples."""
        self.utterances = self.frames = 0
        self._exit = exit_
        self._lost_frames = self._lost_samples = 0
        self._reported_at = 0
        self._lock = threading.Lock()

    def tick(self, at: int) -> None:
        """Move the clock on, and report what was missed every few seconds."""
        self.now = max(self.now, at)
        if self.now - self._reported_at >= REPORT_DROPS_EVERY_SAMPLES:
            self.report()

    def miss(self, *, frames: int = 0, samples: int = 0) -> None:
        with self._lock:
            self._lost_frames += frames
            self._lost_samples += samples

    def report(self) -> None:
        self._reported_at = self.now
        with self._lock:
            frames, samples = self._lost_frames, self._lost_samples
            self._lost_frames = self._lost_samples = 0
        if frames or samples:
            self._exit.leave(Dropped(to_ms(self.now), frames, samples))


def run_in_step(signals: Iterable[Signal], senses: Senses, exit_: Exit) -> Ended:
    """Do everything on this thread, in the stream's order."""
    tally = Tally(exit_)
    for signal in signals:
        moment = signal.end if isinstance(signal, AudioChunk) else signal.at
        tally.tick(moment)
        exit_.stream_s = tally.now / SAMPLE_RATE_HZ
        if isinstance(signal, AudioChunk) and senses.ears:
            for event in senses.ears.listen(signal):
                if not isinstance(event, Paused):  # nothing is ahead of time here
                    _leave_or_understand(event, senses, exit_, tally)
        elif isinstance(signal, Frame):
            _look(signal, senses, exit_, tally)
    if senses.ears:
        for utterance in senses.ears.finish():
            _leave_or_understand(utterance, senses, exit_, tally)
    return Ended(to_ms(tally.now), tally.utterances, tally.frames)


def run_live(signals: Iterable[Signal], senses: Senses, exit_: Exit) -> Ended:
    """Hand every signal to the thread that it is for; return when all sources have ended."""
    tally = Tally(exit_)
    chunks: Queue[AudioChunk | None] = Queue(CHUNKS_HELD)
    utterances: Queue[Paused | Utterance | None] = Queue(UTTERANCES_HELD)
    frames: Queue[Frame | None] = Queue(1)
    threads = [
        threading.Thread(target=target, name=name)
        for name, target in (
            ("hearing", lambda: _hear_all(chunks, utterances, senses, exit_)),
            ("understanding", lambda: _understand_all(utterances, senses, exit_, tally)),
            ("seeing", lambda: _see_all(frames, senses, exit_, tally)),
        )
    ]
    for thread in threads:
        thread.start()
    for signal in signals:
        if isinstance(signal, AudioChunk):
            tally.tick(signal.end)
            _offer(chunks, signal, lambda lost: tally.miss(samples=len(lost.samples)))
        elif isinstance(signal, Frame):
            tally.tick(signal.at)
            _newest(frames, signal, tally)
        elif isinstance(signal, End):
            tally.tick(signal.at)
    chunks.put(None)
    frames.put(None)
    for thread in threads:
        thread.join()
    tally.report()
    return Ended(to_ms(tally.now), tally.utterances, tally.frames)


def _offer(
    chunks: "Queue[AudioChunk | None]", chunk: AudioChunk, lost: Callable[[AudioChunk], None]
) -> None:
    try:
        chunks.put_nowait(chunk)
    except Full:
        lost(chunk)


def _newest(frames: "Queue[Frame | None]", frame: Frame, tally: Tally) -> None:
    """Replace the picture that still waits; only this thread puts, so there is room then."""
    try:
        frames.get_nowait()
        tally.miss(frames=1)
    except Empty:
        pass
    frames.put_nowait(frame)


def _hear_all(
    chunks: "Queue[AudioChunk | None]",
    utterances: "Queue[Paused | Utterance | None]",
    senses: Senses,
    exit_: Exit,
) -> None:
    if senses.ears:
        while chunk := chunks.get():
            for event in senses.ears.listen(chunk):
                if isinstance(event, Utterance):
                    utterances.put(event)
                elif isinstance(event, Paused):
                    with contextlib.suppress(Full):
                        utterances.put_nowait(event)
                else:
                    exit_.leave(event)
        for utterance in senses.ears.finish():
            utterances.put(utterance)
    utterances.put(None)


def _understand_all(
    utterances: "Queue[Paused | Utterance | None]", senses: Senses, exit_: Exit, tally: Tally
) -> None:
    while spoken := utterances.get():
        if isinstance(spoken, Utterance):
            _leave_or_understand(spoken, senses, exit_, tally)
        elif senses.ears:
            senses.ears.anticipate(spoken)


def _see_all(frames: "Queue[Frame | None]", senses: Senses, exit_: Exit, tally: Tally) -> None:
    while frame := frames.get():
        _look(frame, senses, exit_, tally)


def _leave_or_understand(
    event: Leaves | Utterance, senses: Senses, exit_: Exit, tally: Tally
) -> None:
    if isinstance(event, Utterance):
        assert senses.ears
        event = senses.ears.understand(event, senses.asr)
        tally.utterances += isinstance(event, Transcript)
    exit_.leave(event)


def _look(frame: Frame, senses: Senses, exit_: Exit, tally: Tally) -> None:
    if not senses.eyes:
        return
    tally.frames += 1
    seen = senses.eyes.look(frame, senses.detector, senses.reader)
    if seen:
        exit_.leave(seen)
