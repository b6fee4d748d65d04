"""What did somebody in the house say? Sound that came to be text, beside the wearer's own stream.

It has ears of its own, so that neither hears the other's room or goes on with the other's words;
the recogniser is the same one and takes turns. What is found leaves as `HomeHeard`, never as a
`Transcript`: nobody answers it, and nobody notes it.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from edge import config
from edge.airlock import most_characters, plain
from edge.chamber.asr import FULL_WINDOW_S
from edge.chamber.ears import MOST_CHARACTERS, Ears
from edge.chamber.route import Errand
from edge.chamber.segmenter import Heard, Segmenter, Spoken
from edge.chamber.shelf import Shelf
from edge.chamber.voice_activity import VoiceActivity
from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.messages import HomeHeard, HomeVoice, Leaves, SpeechStarted, Transcript
from edge.signals import AudioChunk, HomeMark, HomeSound, HomeStep

NO_MODEL: Final = 0
"""No transcript of the house leaves, so no model is named in one."""


@dataclass(frozen=True, slots=True)
class HomeSaid:
    """An utterance of a request waits to be understood."""

    number: int
    spoken: Spoken


@dataclass(frozen=True, slots=True)
class HomeAsked:
    """All of a request's utterances come before this; its words are wanted."""

    number: int
    samples: int
    """How much sound it was."""


HomeWork = HomeSaid | HomeAsked


class Home:
    """One request of the house after the other. `take` is for one thread, `understand` another."""

    def __init__(self, ears: Ears, silence: int) -> None:
        """Hear with these ears, which nobody else uses.

        After so many samples of silence it is said that somebody has stopped; who sends the sound
        decides when a request is over, and until then all of it is one utterance.
        """
        self._ears, self._silence = ears, silence
        self._silent_from: int | None = None
        """Where in the sound the silence began that lasts."""
        self._speaks = False
        """What was told last."""
        self._number: int | None = None
        self._begin = self._now = 0
        """On a clock that no two requests share, in samples."""
        self._words: list[str] = []
        self._words_of = self._lost = -1

    def take(self, signal: HomeSound | HomeMark) -> list[Leaves | HomeWork]:
        """Return what is to be told at once, and what is to be understood, in this order."""
        if isinstance(signal, HomeSound):
            return self._hear(signal)
        number, self._number = self._number, None
        self._speaks, self._silent_from = False, None
        events, samples = self._ears.finish(), self._now - self._begin
        if signal.step is HomeStep.BEGINS:
            self._number, self._begin = signal.number, self._now
            self._ears.begin_anew()
        if number is None:
            return []
        is_over = HomeVoice(number, to_ms(samples), speaks=False)
        if signal.step is HomeStep.ENDS:
            return [is_over, *self._found(events, number), HomeAsked(number, samples)]
        for event in events:
            if isinstance(event, Heard):
                self._ears.forget(event)
        return [is_over]

    def drop(self, work: HomeWork) -> None:
        """Forget the sound of what will not be understood; its request has no answer."""
        self._lost = work.number
        if isinstance(work, HomeSaid):
            self._ears.forget(work.spoken)

    def understand(self, work: HomeWork) -> HomeHeard | None:
        """Understand an utterance; return the words of a whole request."""
        if self._words_of != work.number:
            self._words, self._words_of = [], work.number
        if isinstance(work, HomeSaid):
            understood = self._ears.understand(work.spoken, NO_MODEL)
            self._ears.forget(work.spoken)
            if isinstance(understood, Transcript):
                self._words.append(understood.text)
            return None
        if work.number == self._lost:
            return None
        heard_ms = to_ms(work.samples)
        most = min(MOST_CHARACTERS, most_characters(0, heard_ms))
        words, self._words = " ".join(self._words), []
        return HomeHeard(work.number, plain(words, most), heard_ms)

    def _hear(self, sound: HomeSound) -> list[Leaves | HomeWork]:
        laid = None
        if self._number is not None:
            laid = self._ears.take(AudioChunk(sound.samples, self._now))
        if laid is None:
            return []
        assert self._number is not None
        self._now += len(sound.samples)
        found = self._found(self._ears.listen(laid), self._number)
        return [*found, *self._voice(self._number, sound)]

    def _voice(self, number: int, sound: HomeSound) -> list[Leaves | HomeWork]:
        """Tell that somebody who had begun to speak has stopped, or speaks again."""
        if not self._ears.is_in_pause:
            self._silent_from = None
            is_news = self._ears.is_open and not self._speaks
            self._speaks = self._ears.is_open
            return [HomeVoice(number, to_ms(sound.start), speaks=True)] if is_news else []
        if self._silent_from is None:
            self._silent_from = sound.start
        silent = sound.start + len(sound.samples) - self._silent_from
        if not self._speaks or silent < self._silence:
            return []
        self._speaks = False
        return [HomeVoice(number, to_ms(self._silent_from), speaks=False)]

    def _found(self, events: list[Leaves | Heard], number: int) -> list[Leaves | HomeWork]:
        found: list[Leaves | HomeWork] = []
        for event in events:
            if isinstance(event, SpeechStarted):
                self._speaks = True
                since_ms = max(0, event.at_ms - to_ms(self._begin))
                found.append(HomeVoice(number, since_ms, speaks=True))
            elif isinstance(event, Spoken):
                found.append(HomeSaid(number, event))
        return found


def load(ears: Ears, settings: config.Config, shelf: Shelf) -> Home:
    """Return what hears the house, with the recogniser of the wearer's ears; warm it up.

    It knows no voices, and no silence ends an utterance: what is said in a request is one, unless
    it is too long (12.0 % errors in 75 clips, where 608 ms of silence end one 12.7 %).
    """
    activity = VoiceActivity(shelf.take("silero-vad", "silero_vad.onnx"), settings.gate)
    activity.warm_up()
    patient = msgspec.structs.replace(settings.gate, hangover_ms=round(1000 * FULL_WINDOW_S))
    own = Ears(activity, Segmenter(patient, settings.turn), ears.recogniser, mode="everyone")
    own.announce = shelf.announcer(Errand.HEAR)
    return Home(own, settings.gate.hangover_ms * SAMPLE_RATE_HZ // 1000)
