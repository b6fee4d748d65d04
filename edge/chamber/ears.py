"""Sound in, messages out: the hearing specialists in the order of an utterance's life.

Sound lies on the tape (`edge/chamber/tape.py`) and in two rooms beside it: the chunk that is
listened to and the utterance that is understood, each overwritten before the next.
"""

from dataclasses import dataclass
from typing import Final

from edge import config
from edge.airlock import most_characters, plain
from edge.chamber import held
from edge.chamber.asr import FULL_WINDOW_S, Recogniser, Recognition
from edge.chamber.segmenter import Event, Paused, Segmenter, SpeechBegan, Spoken
from edge.chamber.shelf import Shelf
from edge.chamber.tape import Tape
from edge.chamber.voice_activity import VoiceActivity
from edge.chamber.whisper import Rows
from edge.clock import SAMPLE_RATE_HZ, to_ms, to_samples
from edge.messages import Leaves, Level, SpeechStarted, Stage, StageTime, Transcript, Unclear
from edge.signals import CHUNK_SAMPLES, AudioChunk, Utterance

LEVEL_EVERY_SAMPLES: Final = SAMPLE_RATE_HZ // 4
"""Four levels a second are a meter that lives; each is about nine bytes of the budget."""
MOST_CHARACTERS: Final = 800
"""What a `Transcript` may hold."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A chunk that lies on the tape."""

    place: int
    start: int
    samples: int


class Ears:
    """Everything between a chunk of sound and a transcript, but for the waiting."""

    def __init__(self, activity: VoiceActivity, segmenter: Segmenter, asr: Recogniser) -> None:
        self.watched = False
        """Whether a screen wants levels."""
        self._activity, self._segmenter, self._asr = activity, segmenter, asr
        self._level_due = 0
        self._tape = Tape()
        self._chunk = held.floats(CHUNK_SAMPLES)
        self._utterance = held.floats(to_samples(FULL_WINDOW_S))

    def take(self, chunk: AudioChunk) -> Laid | None:
        """Lay the next chunk on the tape; return None if that is full, and the chunk is lost."""
        place = self._tape.lay(chunk)
        return None if place is None else Laid(place, chunk.start, len(chunk.samples))

    def listen(self, laid: Laid) -> list[Leaves | Paused | Spoken]:
        """Hear the next chunk; return what it began, a pause, the utterance that it completed.

        Each pause and utterance must be forgotten, in the end, to free its place on the tape.
        """
        samples = self._chunk[: laid.samples]
        self._tape.read(laid.place, samples)
        chunk = AudioChunk(samples, laid.start)
        probability = self._activity.update(chunk)
        heard: list[Leaves | Paused | Spoken] = []
        if self.watched and chunk.start >= self._level_due:
            self._level_due = chunk.start + LEVEL_EVERY_SAMPLES
            dbfs = min(0, max(-120, round(self._activity.level_dbfs)))
            heard.append(Level(to_ms(chunk.start), dbfs, round(probability * 100)))
        heard += self._kept(self._segmenter.push(chunk, probability))
        samples.fill(0)
        self._tape.listened(self._segmenter.needs_from)
        return heard

    def finish(self) -> list[Leaves | Paused | Spoken]:
        """Return the utterance that the stream's end cut short; keep nothing for what follows."""
        heard = self._kept(self._segmenter.flush())
        self._activity.forget()
        self._tape.listened(self._segmenter.needs_from)
        return heard

    def _kept(self, events: list[Event]) -> list[Leaves | Paused | Spoken]:
        """Return the events; the sound of those that have any stays until it is forgotten."""
        kept: list[Leaves | Paused | Spoken] = []
        for event in events:
            if isinstance(event, SpeechBegan):
                kept.append(SpeechStarted(to_ms(event.at)))
            else:
                self._tape.keep(_spoken(event).place)
                kept.append(event)
        return kept

    def forget(self, event: Paused | Spoken) -> None:
        """Free the place of what has been understood, or will not be."""
        self._tape.release(_spoken(event).place)

    def anticipate(self, pause: Paused) -> None:
        """Recognise what was said up to a pause: if nothing follows, the text is then ready."""
        self._recognise(pause.so_far)

    def _recognise(self, spoken: Spoken) -> Recognition:
        samples = self._utterance[: spoken.samples]
        self._tape.read(spoken.place, samples)
        found = self._asr.recognise(
            Utterance(samples, spoken.start, spoken.speech_start, spoken.speech_end)
        )
        held.forget(samples)
        return found

    def understand(self, utterance: Spoken, model: int) -> Leaves:
        """Return what was said, or that nothing was understood."""
        found = self._recognise(utterance)
        start_ms, end_ms = to_ms(utterance.speech_start), to_ms(utterance.speech_end)
        text = plain(found.text, min(MOST_CHARACTERS, most_characters(start_ms, end_ms)))
        if found.rejected or not text:
            return Unclear(start_ms, end_ms)
        times = (
            (Stage.MEL, found.mel_us),
            (Stage.ENCODE, found.encode_us),
            (Stage.DECODE, found.decode_us),
        )
        stages = tuple(StageTime(stage, microseconds) for stage, microseconds in times)
        return Transcript(text, start_ms, end_ms, round(found.confidence * 100), model, stages)


def _spoken(event: Paused | Spoken) -> Spoken:
    return event.so_far if isinstance(event, Paused) else event


def load(settings: config.Config, shelf: Shelf) -> Ears:
    """Load what hears, and warm it up."""
    model = settings.recogniser.model
    activity = VoiceActivity(shelf.take("silero-vad", "silero_vad.onnx"), settings.gate)
    recogniser = Recogniser.load(
        lambda file: shelf.take(model, file),
        settings.recogniser,
        embedding=Rows(shelf.keep(model, "embedding.npy")),
    )
    activity.warm_up()
    recogniser.warm_up()
    return Ears(activity, Segmenter(settings.gate, pauses=True), recogniser)
