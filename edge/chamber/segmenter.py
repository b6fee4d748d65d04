"""Which samples make up one utterance? Chunks and the gate's edges in, whole utterances out.

Pure: the only clock is the count of samples. It keeps no sound, only where each chunk lies (its
*place*: the samples that came before it), and of no more than the pre-roll while nobody speaks and
the longest utterance while somebody does, however long the stream.

Most who are cut off within a sentence go on at once. What begins soon after an end is therefore
shown with what had ended, as one utterance that takes the other's place.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from edge import config
from edge.chamber.gate import Edge, Gate, chunks_of
from edge.chamber.turn import Reading
from edge.clock import to_samples
from edge.signals import AudioChunk

CUT_SEARCH_S: Final = 8.0
"""Speech that is too long is cut at the quietest point of its last eight seconds."""
AS_USUAL: Final = config.Turn()
GROWS_BY_CHUNKS: Final = chunks_of(800)
"""So much more has been said whenever an utterance is shown as it grows: two or three words."""
CUT_CHUNKS: Final = 4
"""How long, in chunks, a quiet point is: 128 ms, a gap between two words."""
GOES_ON_S: Final = 1.1
"""Speech that begins so soon after the last word of an utterance goes on with it."""
LONGEST_FIRST_S: Final = 14.0
"""What is longer is not gone on with: all of it would be recognised, and would leave, again."""


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody began to speak, at this sample of the stream."""

    at: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """One stretch of speech: where its sound lies, and when it was."""

    place: int
    """Samples that were pushed before its first one."""
    start: int
    end: int
    speech_start: int
    """Where the first speech chunk began; `start` is earlier by the pre-roll."""
    speech_end: int
    """Where the last speech chunk ended; the hangover after it is not counted."""
    alone: "Spoken | None" = None
    """Of one that goes on with the utterance before, and so begins where that began: only what is
    new in it. None where nothing is gone on with."""

    @property
    def samples(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Paused:
    """The speaker makes a pause; if nothing follows, this is what will have been said."""

    so_far: Spoken


@dataclass(frozen=True, slots=True)
class Growing:
    """Somebody goes on speaking; so much has been said."""

    so_far: Spoken


Heard = Paused | Growing | Spoken
"""What has sound."""
Event = SpeechBegan | Heard


@dataclass(frozen=True, slots=True)
class _Chunk:
    place: int
    start: int
    end: int
    power: float
    is_speech: bool


class Segmenter:
    """Chunks with their probability of speech -> beginnings, utterances and, if asked, pauses."""

    def __init__(
        self,
        endpointing: config.Gate,
        turn: config.Turn = AS_USUAL,
        *,
        pauses: bool = False,
        joins: bool = False,
    ) -> None:
        """Set up. With `pauses`, an utterance is given at a pause and as it grows, too.

        With `joins`, one that follows another soon is given with that one.
        """
        self._pauses, self._joins = pauses, joins
        # Chunks that began an utterance are part of it, whatever the configuration.
        self._speech_probability = min(
            endpointing.speech_probability, endpointing.onset_probability
        )
        self._gate = Gate(endpointing, turn)
        self._onset_window = 2 * chunks_of(endpointing.onset_ms)
        self._pre_roll = chunks_of(endpointing.pre_roll_ms)
        self._longest_samples = to_samples(endpointing.longest_utterance_s)
        self._growth_chunks = 0
        self._heard: list[_Chunk] = []
        self._ended: list[_Chunk] = []
        """Up to its last word, the utterance that may still be gone on with; then `_heard`."""
        self._new_from = 0
        """Where the utterance would begin if it went on with none."""
        self._pushed = 0
        self._speech_end = 0

    @property
    def is_open(self) -> bool:
        """Whether somebody speaks, or has just made a pause."""
        return self._gate.is_open

    @property
    def is_silent(self) -> bool:
        """Whether who spoke has fallen silent, and may have finished."""
        return self._gate.is_silent

    @property
    def needs_from(self) -> int:
        """The place of the first sample that an utterance to come may still have in it."""
        first = self._ended or self._heard
        return first[0].place if first else self._pushed

    def set_apart(self) -> None:
        """Have what comes begin anew, however soon it comes."""
        self._ended.clear()

    def push(
        self, chunk: AudioChunk, probability: float, reading: Reading | None = None
    ) -> list[Event]:
        """Take the next chunk; return what it began or completed.

        The newest reading of a pause counts if that pause still lasts. A hole in the stream ends
        what was being said: words must not be glued together.
        """
        events: list[Event] = []
        if self._heard and chunk.start != self._heard[-1].end:
            events += self.flush()
        is_speech = probability >= self._speech_probability
        power = float(np.dot(chunk.samples, chunk.samples))
        self._heard.append(_Chunk(self._pushed, chunk.start, chunk.end, power, is_speech))
        self._pushed += len(chunk.samples)
        if is_speech:
            self._speech_end = chunk.end
        is_current = reading is not None and reading.speech_end == self._speech_end
        edge = self._gate.update(probability, reading.finished if reading and is_current else None)
        if edge is Edge.BEGAN:
            events.append(self._begin())
        elif edge is Edge.ENDED:
            events += self._end()
        elif self._pauses and self._gate.is_open:
            events += self._so_far(is_pause=edge is Edge.PAUSED, is_speech=is_speech)
        if not self._gate.is_open:
            self._let_go()
        elif chunk.end - self._heard[0].start >= self._longest_samples:
            events += self._complete(self._quietest())
        return events

    def flush(self) -> list[Event]:
        """Return the utterance that the stream's end, or a hole in it, cuts short."""
        events = self._complete(len(self._heard)) if self._gate.is_open else []
        self._gate.close()
        self._heard.clear()
        self._ended.clear()
        return events

    def _let_go(self) -> None:
        """Forget what no utterance to come can have in it."""
        waited_chunks = chunks_of(round(GOES_ON_S * 1000)) + self._onset_window
        if len(self._heard) > waited_chunks:
            self._ended.clear()
        if not self._ended:
            del self._heard[: -(self._pre_roll + self._onset_window)]

    def _so_far(self, *, is_pause: bool, is_speech: bool) -> list[Paused | Growing]:
        """Return what was said so far, at a pause and whenever enough speech has come."""
        self._growth_chunks += is_speech
        if not is_pause and self._growth_chunks < GROWS_BY_CHUNKS:
            return []
        self._growth_chunks = 0
        kind = Paused if is_pause else Growing
        return [kind(so_far) for so_far in _utterance(self._heard, self._new_from)]

    def _begin(self) -> SpeechBegan:
        """Forget what is older than the pre-roll; return where the first word began."""
        self._growth_chunks = 0
        window = max(0, len(self._heard) - self._onset_window)
        first = next(i for i in range(window, len(self._heard)) if self._heard[i].is_speech)
        at = self._heard[first].start
        before = max(0, first - self._pre_roll)
        self._new_from = self._heard[before].start
        if self._goes_on(at):
            self._heard = self._ended + self._heard
        else:
            del self._heard[:before]
        self._ended = []
        return SpeechBegan(at)

    def _goes_on(self, at: int) -> bool:
        """Say whether speech that begins there goes on with what has ended, and may."""
        if not self._ended:
            return False
        # A cut for length lies in the second half: so there is something new before it.
        longest = min(to_samples(LONGEST_FIRST_S), self._longest_samples // 2)
        soon = at - self._ended[-1].end <= to_samples(GOES_ON_S)
        return soon and at - self._ended[0].start < longest

    def _end(self) -> list[Event]:
        """Make what was heard an utterance, and keep in mind where it lies."""
        heard = self._heard.copy()
        ended = self._complete(len(heard))
        if self._joins:
            self._ended = heard[: len(heard) - len(self._heard)]
        return ended

    def _complete(self, count: int) -> list[Event]:
        """Make the first `count` chunks an utterance, if there is speech in them.

        What follows the last word stays, as the next utterance's pre-roll; no speech is in two.
        """
        taken = self._heard[:count]
        spoken = [i for i, heard in enumerate(taken) if heard.is_speech]
        keep_from = count if self._gate.is_open or not spoken else spoken[-1] + 1
        del self._heard[:keep_from]
        return [*_utterance(taken, self._new_from)]

    def _quietest(self) -> int:
        """Return how many chunks lie before the middle of the quietest, latest recent point."""
        searched = min(chunks_of(round(CUT_SEARCH_S * 1000)), len(self._heard) // 2)
        powers = [heard.power for heard in reversed(self._heard[-searched:])]
        around = np.convolve(powers, np.ones(CUT_CHUNKS), mode="valid")
        return len(self._heard) - int(around.argmin()) - CUT_CHUNKS // 2


def _utterance(taken: list[_Chunk], new_from: int) -> list[Spoken]:
    """Return what was heard as one utterance; as none, if there is no speech in it."""
    if taken and taken[0].start < new_from:
        new = [chunk for chunk in taken if chunk.start >= new_from]
        return [replace(_spoken(taken), alone=_spoken(new))]
    return [_spoken(taken)] if any(chunk.is_speech for chunk in taken) else []


def _spoken(taken: list[_Chunk]) -> Spoken:
    speech = [chunk for chunk in taken if chunk.is_speech]
    return Spoken(
        place=taken[0].place,
        start=taken[0].start,
        end=taken[-1].end,
        speech_start=speech[0].start,
        speech_end=speech[-1].end,
    )
