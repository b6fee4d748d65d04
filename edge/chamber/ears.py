"""Sound in, messages out: the hearing specialists in the order of an utterance's life.

Sound lies on the tape (`edge/chamber/tape.py`) and in two rooms beside it: the block that is
listened to and the utterance that is understood, each overwritten before the next.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edge import config
from edge.airlock import most_characters, plain
from edge.chamber import engines, held
from edge.chamber.agreement import Agreement
from edge.chamber.ahead import REST, Strain
from edge.chamber.asr import FULL_WINDOW_S, Recogniser, Recognition
from edge.chamber.opinions import Opinions
from edge.chamber.route import Errand
from edge.chamber.segmenter import Event, Growing, Heard, Paused, Segmenter, SpeechBegan, Spoken
from edge.chamber.shelf import Shelf
from edge.chamber.speaker import NOBODY_KNOWN, Verdict, WhoSpeaks, may_cross
from edge.chamber.tape import Tape
from edge.chamber.turn import Reading
from edge.chamber.voice import Voice
from edge.chamber.voice_activity import VoiceActivity
from edge.clock import SAMPLE_RATE_HZ, to_ms, to_samples
from edge.config import PrivacyMode
from edge.messages import (
    Ahead,
    Enrolling,
    Leaves,
    Level,
    Overheard,
    Saying,
    Speaker,
    SpeechStarted,
    Stage,
    StageTime,
    Strained,
    Transcript,
    Unclear,
    VoiceProfile,
)
from edge.signals import BLOCK_SAMPLES, CHUNK_SAMPLES, AudioChunk, Samples, Utterance

if TYPE_CHECKING:
    from edge.chamber.openai_whisper import OpenAiWhisper

LEVEL_EVERY_SAMPLES: Final = SAMPLE_RATE_HZ // 4
"""Four levels a second are a meter that lives; each is about nine bytes of the budget."""
MOST_CHARACTERS: Final = 800
"""What a `Transcript` may hold."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A block that lies on the tape."""

    place: int
    start: int
    samples: int
    has_own_voice: bool = False
    """Whether the companion itself may be heard in it."""


@dataclass(frozen=True, slots=True)
class Said:
    """The newest utterance of which a transcript left; another may go on with it."""

    start: int
    speaker: Speaker
    text: str


class Ears:
    """Everything between a chunk of sound and a transcript, but for the waiting."""

    def __init__(
        self,
        activity: VoiceActivity,
        segmenter: Segmenter,
        asr: "Recogniser | OpenAiWhisper | Opinions",
        who: WhoSpeaks | None = None,
        mode: PrivacyMode = "everyone",
    ) -> None:
        self.announce: Callable[[], None] = _nobody
        """Has those loaded who understand speech, as soon as it begins."""
        self.larger_model = 0
        """Whose a second opinion is, by its place in `Hello`."""
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
        self._strain = Strain()
        self._growing_due = 0
        """Not before this sample is looked again at what is being said."""
        self._agreement = Agreement(-1)
        self._told: Strained | None = None
        self._newest: tuple[int, Recognition] | None = None
        """The newest recognition, and where its utterance begins."""
        self._said: Said | None = None
        self._tape = Tape()
        self._block = held.floats(BLOCK_SAMPLES)
        self._utterance = held.floats(to_samples(FULL_WINDOW_S))

    def expect(self, words: Sequence[str]) -> None:
        """Have these names and terms heard more readily; OpenAI's own code cannot."""
        if isinstance(self._asr, Recogniser | Opinions):
            self._asr.learn(words)

    @property
    def recogniser(self) -> "Recogniser | OpenAiWhisper | Opinions":
        """Who finds the words."""
        return self._asr

    @property
    def is_open(self) -> bool:
        """Whether somebody speaks, or has just made a pause."""
        return self._segmenter.is_open

    @property
    def is_in_pause(self) -> bool:
        """Whether who spoke has fallen silent, and may have finished."""
        return self._segmenter.is_silent

    def take(self, block: AudioChunk, *, has_own_voice: bool = False) -> Laid | None:
        """Lay the next block on the tape; return None if that is full, and the block is lost."""
        place = self._tape.lay(block)
        if place is None:
            return None
        return Laid(place, block.start, len(block.samples), has_own_voice)

    def listen(self, laid: Laid) -> list[Leaves | Heard]:
        """Hear the next block; return what it began, how far that is, and what it completed.

        What has sound must be forgotten, in the end, to free its place on the tape.
        """
        if laid.has_own_voice:  # what is left of that must not be glued to anybody's words
            self._segmenter.set_apart()
        samples = self._block[: laid.samples]
        self._tape.read(laid.place, samples)
        heard: list[Leaves | Heard] = []
        for begin in range(0, laid.samples, CHUNK_SAMPLES):
            chunk = AudioChunk(samples[begin : begin + CHUNK_SAMPLES], laid.start + begin)
            probability = self._activity.update(chunk)
            if self.watched and chunk.start >= self._level_due:
                heard.append(self._level(chunk.start, probability))
            heard += self._kept(self._segmenter.push(chunk, probability, self._reading))
        samples.fill(0)
        self._tape.listened(self._segmenter.needs_from)
        return heard

    def _level(self, at: int, probability: float) -> Level:
        self._level_due = at + LEVEL_EVERY_SAMPLES
        dbfs = min(0, max(-120, round(self._activity.level_dbfs)))
        return Level(to_ms(at), dbfs, round(probability * 100))

    def set_apart(self) -> None:
        """Have what comes go on with nothing, and keep no sound for that."""
        self._segmenter.set_apart()
        self._tape.listened(self._segmenter.needs_from)

    def begin_anew(self) -> None:
        """Know nothing of the room either: what comes is of another microphone."""
        self._activity.begin_anew()

    def finish(self) -> list[Leaves | Heard]:
        """Return the utterance that the stream's end cut short; keep nothing for what follows."""
        heard = self._kept(self._segmenter.flush())
        self._activity.forget()
        self._tape.listened(self._segmenter.needs_from)
        return heard

    def _kept(self, events: list[Event]) -> list[Leaves | Heard]:
        """Return the events; the sound of those that have any stays until it is forgotten."""
        kept: list[Leaves | Heard] = []
        for event in events:
            if isinstance(event, SpeechBegan):
                self.announce()
                kept.append(SpeechStarted(to_ms(event.at)))
            else:
                self._tape.keep(_spoken(event).place)
                kept.append(event)
        return kept

    def is_wanted(self, event: Heard) -> bool:
        """Say whether to work on it now, or only on what it will be when it has ended."""
        if isinstance(event, Growing):
            so_far, who = event.so_far, self.who
            said_s = so_far.samples / SAMPLE_RATE_HZ
            may_leave = may_cross(Speaker.OTHER, self._mode, knows_voices=who is not None)
            is_due = self.watched and so_far.speech_end >= self._growing_due
            return is_due and may_leave and self._strain.may_look(said_s)
        return isinstance(event, Spoken) or self._strain.ahead < Ahead.NOTHING

    def forget(self, event: Heard) -> None:
        """Free the place of what has been understood, or will not be."""
        self._tape.release(_spoken(event).place)

    def look(self, growing: Growing) -> Saying | None:
        """Return the words that have become sure of what is being said, if any have.

        Only where anybody's words may leave: whose these are is not known before the end.
        """
        if self.who and self.who.is_learning:
            return None
        so_far = self._taken(growing.so_far)
        began_s = time.monotonic()
        found = self._recognise(so_far)
        took = to_samples(time.monotonic() - began_s)
        self._growing_due = so_far.speech_end + REST * took
        if found.rejected:
            return None
        if self._agreement.start != so_far.start:
            self._agreement = Agreement(so_far.start)
        start_ms, at_ms = to_ms(so_far.speech_start), to_ms(so_far.speech_end)
        words = plain(self._agreement.look(found.text), most_characters(start_ms, at_ms))
        return Saying(words, start_ms, at_ms) if words else None

    def strain(self) -> Strained | None:
        """Return, once, that more or less is done ahead than before."""
        told, self._told = self._told, None
        return told

    def anticipate(self, pause: Paused) -> None:
        """Recognise what was said up to a pause: if nothing follows, the text is then ready.

        How it reads is a vote on whether anything will follow.
        """
        if not (self.who and self.who.is_learning) and self._may_cross(_new(pause.so_far)):
            finished = self._recognise(self._taken(pause.so_far)).finished
            self._reading = Reading(pause.so_far.speech_end, finished)

    def _taken(self, spoken: Spoken) -> Spoken:
        """Return what to recognise: with the utterance before, where it goes on with that.

        It does not where somebody else speaks now, and where nothing can be recognised twice.
        """
        alone, said = spoken.alone, self._said
        if alone is None:
            return spoken
        if said is None or said.start != spoken.start or self._strain.ahead is Ahead.NOTHING:
            return alone
        return spoken if self._judge(alone).speaker is said.speaker else alone

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
        before = self._newest[1] if self._newest and self._newest[0] == spoken.start else None
        began_s = time.monotonic()
        found = self._asr.recognise(
            Utterance(samples, spoken.start, spoken.speech_start, spoken.speech_end), before
        )
        took_s = time.monotonic() - began_s
        held.forget(samples)
        if found is not before and self._strain.note(took_s, spoken.samples / SAMPLE_RATE_HZ):
            percent = round(100 * self._strain.share)
            self._told = Strained(to_ms(spoken.speech_end), self._strain.ahead, percent)
        self._newest = spoken.start, found
        return found

    def understand(self, utterance: Spoken, model: int) -> Leaves:
        """Return what was said, or that nothing was understood.

        What may not leave is not even recognised; nor is what is said for learning a voice.
        """
        new = _new(utterance)
        start_ms, end_ms = to_ms(new.speech_start), to_ms(new.speech_end)
        if self.who and self.who.is_learning:
            return self._learn(self.who, new)
        if not self._may_cross(new):
            self._said = None
            return Overheard(start_ms, end_ms)
        taken = self._taken(utterance)
        found = self._recognise(taken)
        if found.rejected and taken is not new:  # what is new may be clear all the same
            taken, found = new, self._recognise(new)
        goes_on = taken is not new
        began_ms = to_ms(taken.speech_start)
        text = plain(found.text, min(MOST_CHARACTERS, most_characters(began_ms, end_ms)))
        before, self._said = self._said, None
        is_new = not (goes_on and before and text == before.text)
        if found.rejected or not (text and is_new):
            return Unclear(start_ms, end_ms)
        times = (
            (Stage.MEL, found.mel_us),
            (Stage.ENCODE, found.encode_us),
            (Stage.DECODE, found.decode_us),
        )
        stages = tuple(StageTime(stage, microseconds) for stage, microseconds in times)
        confidence = round(found.confidence * 100)
        speaker, score = self._judge(new)
        model = self.larger_model if found.is_second_opinion else model
        self._said = Said(taken.start, speaker, text)
        return Transcript(
            text, began_ms, end_ms, confidence, model, stages, speaker, score, goes_on
        )


def _new(spoken: Spoken) -> Spoken:
    """Return what nobody has heard before of what was spoken."""
    return spoken.alone or spoken


def _spoken(event: Heard) -> Spoken:
    return event if isinstance(event, Spoken) else event.so_far


def load(settings: config.Config, shelf: Shelf, *, knows_voices: bool) -> Ears:
    """Load what hears, and warm it up; with what knows voices, if that is wanted."""
    activity = VoiceActivity(shelf.take("silero-vad", "silero_vad.onnx"), settings.gate)
    recogniser = engines.load(settings.recogniser, shelf)
    activity.warm_up()
    recogniser.warm_up()
    who = WhoSpeaks(Voice(shelf.take("ge2e", "voice.onnx"))) if knows_voices else None
    if who:
        who.warm_up()
    segmenter = Segmenter(settings.gate, settings.turn, pauses=True, joins=True)
    ears = Ears(activity, segmenter, recogniser, who, settings.privacy.mode)
    ears.announce = shelf.announcer(Errand.HEAR, Errand.WHO)
    ears.larger_model = shelf.index(config.MULTILINGUAL_MODEL)
    return ears


def _nobody() -> None:
    """Announce nothing: all who are needed stay in memory."""
