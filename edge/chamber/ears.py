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
from edge.chamber.speaker import NOBODY_KNOWN, Verdict, WhoSpeaks, may_cross
from edge.chamber.tape import Tape
from edge.chamber.turn import Reading
from edge.chamber.voice import Voice
from edge.chamber.voice_activity import VoiceActivity
from edge.chamber.whisper import Rows
from edge.clock import SAMPLE_RATE_HZ, to_ms, to_samples
from edge.config import PrivacyMode
from edge.messages import (
    Enrolling,
    Leaves,
    Level,
    Overheard,
    SpeechStarted,
    Stage,
    StageTime,
    Transcript,
    Unclear,
    VoiceProfile,
)
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples, Utterance

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

    def __init__(
        self,
        activity: VoiceActivity,
        segmenter: Segmenter,
        asr: Recogniser,
        who: WhoSpeaks | None = None,
        mode: PrivacyMode = "everyone",
    ) -> None:
        self.watched = False
        """Whether a screen wants levels."""
        self.who = who
        """Knows voices; None where nobody is enrolled or enrolling."""
        self._mode = mode
        self._judged: tuple[tuple[int, int], Verdict] | None = None
        """The newest utterance whose voice was judged, by its bounds."""
        self._activity, self._segmenter, self._asr = activity, segmenter, asr
        self._reading: Reading | None = None
        """Of the newest pause whose words were recognised; written by another thread, whole."""
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
        heard += self._kept(self._segmenter.push(chunk, probability, self._reading))
        samples.fill(0)
        self._tape.listened(self._segmenter.needs_from)
        return heard

    @property
    def is_quiet(self) -> bool:
        """Whether nobody speaks, and nothing is louder than the room."""
        return self._activity.is_quiet and not self._segmenter.is_open

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
        """Recognise what was said up to a pause: if nothing follows, the text is then ready.

        How it reads is a vote on whether anything will follow.
        """
        if not (self.who and self.who.is_learning) and self._may_cross(pause.so_far):
            finished = self._recognise(pause.so_far).finished
            self._reading = Reading(pause.so_far.speech_end, finished)

    def _judge(self, spoken: Spoken) -> Verdict:
        """Say whose voice it was; at once, if that was asked at the pause before."""
        if not self.who:
            return NOBODY_KNOWN
        asked = spoken.speech_start, spoken.speech_end
        if self._judged is None or self._judged[0] != asked:
            self._judged = asked, self.who.judge(self._speech(spoken))
            held.forget(self._utterance[: spoken.samples])
        return self._judged[1]

    def _may_cross(self, spoken: Spoken) -> bool:
        speaker = self._judge(spoken).speaker
        return may_cross(speaker, self._mode, knows_voices=self.who is not None)

    def _learn(self, who: WhoSpeaks, spoken: Spoken) -> Enrolling | VoiceProfile:
        progress = who.learn(self._speech(spoken))
        held.forget(self._utterance[: spoken.samples])
        return progress

    def _speech(self, spoken: Spoken) -> Samples:
        """Return what was said, without the silence around it; to be forgotten after use."""
        samples = self._utterance[: spoken.samples]
        self._tape.read(spoken.place, samples)
        return samples[spoken.speech_start - spoken.start : spoken.speech_end - spoken.start]

    def _recognise(self, spoken: Spoken) -> Recognition:
        samples = self._utterance[: spoken.samples]
        self._tape.read(spoken.place, samples)
        found = self._asr.recognise(
            Utterance(samples, spoken.start, spoken.speech_start, spoken.speech_end)
        )
        held.forget(samples)
        return found

    def understand(self, utterance: Spoken, model: int) -> Leaves:
        """Return what was said, or that nothing was understood.

        What may not leave is not even recognised; nor is what is said for learning a voice.
        """
        start_ms, end_ms = to_ms(utterance.speech_start), to_ms(utterance.speech_end)
        if self.who and self.who.is_learning:
            return self._learn(self.who, utterance)
        if not self._may_cross(utterance):
            return Overheard(start_ms, end_ms)
        found = self._recognise(utterance)
        text = plain(found.text, min(MOST_CHARACTERS, most_characters(start_ms, end_ms)))
        if found.rejected or not text:
            return Unclear(start_ms, end_ms)
        times = (
            (Stage.MEL, found.mel_us),
            (Stage.ENCODE, found.encode_us),
            (Stage.DECODE, found.decode_us),
        )
        stages = tuple(StageTime(stage, microseconds) for stage, microseconds in times)
        confidence = round(found.confidence * 100)
        speaker, score = self._judge(utterance)
        return Transcript(text, start_ms, end_ms, confidence, model, stages, speaker, score)


def _spoken(event: Paused | Spoken) -> Spoken:
    return event.so_far if isinstance(event, Paused) else event


def load(settings: config.Config, shelf: Shelf, *, knows_voices: bool) -> Ears:
    """Load what hears, and warm it up; with what knows voices, if that is wanted."""
    model = settings.recogniser.model
    activity = VoiceActivity(shelf.take("silero-vad", "silero_vad.onnx"), settings.gate)
    recogniser = Recogniser.load(
        lambda file: shelf.take(model, file),
        settings.recogniser,
        embedding=Rows(shelf.keep(model, "embedding.npy")),
    )
    activity.warm_up()
    recogniser.warm_up()
    who = WhoSpeaks(Voice(shelf.take("ge2e", "voice.onnx"))) if knows_voices else None
    if who:
        who.warm_up()
    segmenter = Segmenter(settings.gate, settings.turn, pauses=True)
    return Ears(activity, segmenter, recogniser, who, settings.privacy.mode)
