"""Sound in, messages out: the hearing specialists in the order of an utterance's life."""

from collections.abc import Iterator
from typing import Final

from edge import config
from edge.airlock import plain
from edge.chamber.asr import Recogniser
from edge.chamber.segmenter import Paused, Segmenter, SpeechBegan
from edge.chamber.shelf import Shelf
from edge.chamber.voice_activity import VoiceActivity
from edge.chamber.whisper import Rows
from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.messages import Leaves, Level, SpeechStarted, Stage, StageTime, Transcript, Unclear
from edge.signals import AudioChunk, Utterance

LEVEL_EVERY_SAMPLES: Final = SAMPLE_RATE_HZ // 4
"""Four levels a second are a meter that lives; each is about nine bytes of the budget."""
MOST_CHARACTERS: Final = 800
"""What a `Transcript` may hold; 28 s of the fastest speech is shorter."""


class Ears:
    """Everything between a chunk of sound and a transcript, but for the waiting."""

    def __init__(self, activity: VoiceActivity, segmenter: Segmenter, asr: Recogniser) -> None:
        self.watched = False
        """Whether a screen wants levels."""
        self._activity, self._segmenter, self._asr = activity, segmenter, asr
        self._level_due = 0

    def listen(self, chunk: AudioChunk) -> Iterator[Leaves | Paused | Utterance]:
        """Take the next chunk; yield what it began, a pause, the utterance that it completed."""
        probability = self._activity.update(chunk)
        if self.watched and chunk.start >= self._level_due:
            self._level_due = chunk.start + LEVEL_EVERY_SAMPLES
            dbfs = min(0, max(-120, round(self._activity.level_dbfs)))
            yield Level(to_ms(chunk.start), dbfs, round(probability * 100))
        for event in self._segmenter.push(chunk, probability):
            yield SpeechStarted(to_ms(event.at)) if isinstance(event, SpeechBegan) else event

    def finish(self) -> Iterator[Utterance]:
        """Yield the utterance that the stream's end cut short."""
        for event in self._segmenter.flush():
            if isinstance(event, Utterance):
                yield event

    def anticipate(self, pause: Paused) -> None:
        """Recognise what was said up to a pause: if nothing follows, the text is then ready."""
        self._asr.recognise(pause.so_far)

    def understand(self, utterance: Utterance, model: int) -> Leaves:
        """Return what was said, or that nothing was understood."""
        found = self._asr.recognise(utterance)
        start_ms, end_ms = to_ms(utterance.speech_start), to_ms(utterance.speech_end)
        text = plain(found.text)[:MOST_CHARACTERS]
        if found.rejected or not text:
            return Unclear(start_ms, end_ms)
        times = (
            (Stage.MEL, found.mel_us),
            (Stage.ENCODE, found.encode_us),
            (Stage.DECODE, found.decode_us),
        )
        stages = tuple(StageTime(stage, microseconds) for stage, microseconds in times)
        return Transcript(text, start_ms, end_ms, round(found.confidence * 100), model, stages)


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
