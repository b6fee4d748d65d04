"""What was said? Whisper on exactly the sound there is, with guards against what it makes up.

Whisper was trained on windows of 30 s; a 3 s utterance padded to that costs ten times what it
must. The window here is the utterance and a second of silence, and three guards make that safe: a
cached tail of silence (`Encoder.encode`); a limit on the tokens and a cut where the text repeats
itself; and a second look, in a longer window, at what was cut or is unsure.

What is recognised of an utterance ends `PAUSE_MS` after its last word, so the text is the same
whether it is asked for at the pause or at the end; asked for at both, it is computed once.
"""

import math
import unicodedata
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Final, Self
from zlib import crc32

import numpy as np

from edge import config
from edge.chamber.gate import PAUSE_MS
from edge.chamber.whisper import Floats, OpenFile, Rows, Whisper
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import Samples, Utterance
from models.log_mel import log_mel

SILENCE_AFTER_S: Final = 1.0
SHORTEST_WINDOW_S: Final = 5.0
SECOND_WINDOW_S: Final = 15.0
"""For what repeated itself, or was unsure, in the short one."""
UNSURE: Final = 0.6
"""One utterance in six is below this confidence; with a second look at those, over 75 clips the
short windows make no more errors than full ones (12.0 %)."""
FULL_WINDOW_S: Final = 30.0
WINDOW_STEP: Final = 320
"""One position of the encoder's output: 20 ms."""
PAUSE_SAMPLES: Final = to_samples(PAUSE_MS / 1000)

TOKENS_PER_S: Final = 10
"""Nobody says more."""
TOKENS_BESIDES: Final = 20
MOST_TOKENS: Final = 224
"""Half of the decoder's 448 positions, as in Whisper's own code."""

COPIES: Final = {1: 5, 2: 3, 3: 3}
"""So many copies of so few tokens in a row are a repetition; of more tokens, two are."""

NO_SPEECH: Final = 0.6
"""From this probability of `no_speech` at the first step, nothing was said."""
MAYBE_NO_SPEECH: Final = 0.5
MAYBE_CONFIDENCE: Final = 0.45
"""Neither silent nor sure of its words: nothing was said either."""
LEAST_CONFIDENCE: Final = 0.2
"""Less sure words are made up. In 75 clips of speech the least was 0.22; noise has 0.1 to 0.3."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was made of one utterance."""

    text: str
    confidence: float
    """Geometric mean of the tokens' probabilities."""
    no_speech: float
    """The model's own probability that nobody spoke."""
    rejected: bool
    """Nothing was said, or nothing that can be believed; `text` is empty."""
    mel_us: int
    encode_us: int
    decode_us: int
    finished: float | None = None
    """Probability that a sentence ends with the last word; None if that was not asked."""


@dataclass(slots=True)
class _Spent:
    """Time spent so far on one utterance."""

    mel_us: int = 0
    encode_us: int = 0
    decode_us: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """One pass of the decoder."""

    tokens: list[int]
    confidence: float
    no_speech: float
    repeats: bool
    """It was stopped because it repeated itself; one copy is kept."""
    finished: float | None = None
    """Probability of a full stop or the like after the last word; None if it was stopped."""


class Recogniser:
    """Utterance -> text."""

    def __init__(self, whisper: Whisper, *, full_window: bool = False) -> None:
        """Take the model. `full_window` makes the slow reference: always 30 s, and no tail."""
        self._whisper = whisper
        self._full_window = full_window
        self._known: tuple[tuple[int, int, int], Recognition] | None = None

    @classmethod
    def load(
        cls,
        open_file: OpenFile,
        recogniser: config.Recogniser,
        *,
        embedding: Rows | None = None,
        full_window: bool = False,
    ) -> Self:
        """Load the model from its files, which `open_file` reads by their names."""
        return cls(Whisper(open_file, recogniser, embedding), full_window=full_window)

    def warm_up(self) -> None:
        """Run every path once on silence, so that the first utterance does not pay for it."""
        for seconds in (SHORTEST_WINDOW_S, SECOND_WINDOW_S):
            heard = self._encode(np.zeros(0, np.float32), seconds, _Spent())
            self._decode(heard, 2, never_silent=True)
        self._whisper.decoder.forget()

    def recognise(self, utterance: Utterance) -> Recognition:
        """Return what was said, or a rejection. At once, if that was asked at the pause before."""
        wanted = utterance.speech_end - utterance.start + PAUSE_SAMPLES
        samples = np.ascontiguousarray(utterance.samples[:wanted])
        asked = utterance.start, utterance.speech_end, crc32(samples.data)
        if self._known is None or self._known[0] != asked:
            self._known = asked, self._recognise(samples)
        return self._known[1]

    def _recognise(self, samples: Samples) -> Recognition:
        spent = _Spent()
        said = self._attempt(samples, SHORTEST_WINDOW_S, spent, may_repeat=0)
        if not self._full_window and (said.repeats or said.confidence < UNSURE):
            said = self._second_look(samples, said, spent)
        text = self._whisper.vocabulary.spell(said.tokens).strip()
        rejected = not (is_speech(said.no_speech, said.confidence) and has_words(text))
        return Recognition(
            text="" if rejected else unicodedata.normalize("NFC", text),
            confidence=said.confidence,
            no_speech=said.no_speech,
            rejected=rejected,
            mel_us=spent.mel_us,
            encode_us=spent.encode_us,
            decode_us=spent.decode_us,
            finished=None if rejected else said.finished,
        )

    def _second_look(self, samples: Samples, first: _Said, spent: _Spent) -> _Said:
        """Return what a longer window gives, if that is surer; noise is not worth it."""
        if not is_speech(first.no_speech, first.confidence):
            return first
        fits = len(samples) < to_samples(SECOND_WINDOW_S - SILENCE_AFTER_S)
        shortest_s = SECOND_WINDOW_S if fits else FULL_WINDOW_S
        second = self._attempt(samples, shortest_s, spent, may_repeat=1)
        return second if first.repeats or second.confidence > first.confidence else first

    def _attempt(
        self, samples: Samples, shortest_s: float, spent: _Spent, *, may_repeat: int
    ) -> _Said:
        heard = self._encode(samples, shortest_s, spent)
        began = perf_counter_ns()
        budget = TOKENS_BESIDES + TOKENS_PER_S * len(samples) // SAMPLE_RATE_HZ
        said = self._decode(heard, min(budget, MOST_TOKENS), may_repeat)
        self._whisper.decoder.forget()
        spent.decode_us += _since_us(began)
        return said

    def _encode(self, samples: Samples, shortest_s: float, spent: _Spent) -> list[Floats]:
        began = perf_counter_ns()
        window = self._window(samples, shortest_s)
        mel = log_mel(window)
        window.fill(0)
        spent.mel_us += _since_us(began)
        began = perf_counter_ns()
        heard = self._whisper.encoder.encode(mel, silence_after=not self._full_window)
        spent.encode_us += _since_us(began)
        return heard

    def _window(self, samples: Samples, shortest_s: float) -> Samples:
        """Return the samples and the silence after them that the encoder is to see."""
        wanted = max(len(samples) + to_samples(SILENCE_AFTER_S), to_samples(shortest_s))
        longest = to_samples(FULL_WINDOW_S)
        wanted = longest if self._full_window else min(wanted, longest)
        window = np.zeros(-(-wanted // WINDOW_STEP) * WINDOW_STEP, np.float32)
        window[: len(samples)] = samples[: len(window)]
        return window

    def _decode(
        self, heard: list[Floats], budget: int, may_repeat: int = 0, *, never_silent: bool = False
    ) -> _Said:
        """Say the likeliest token, again and again, until one of the guards or the end."""
        decoder, vocabulary = self._whisper.decoder, self._whisper.vocabulary
        decoder.begin(heard)
        no_speech = _probability(decoder.step(vocabulary.prompt[:1]), vocabulary.no_speech)
        if no_speech > NO_SPEECH and not never_silent:
            return _Said([], 0.0, no_speech, repeats=False)
        logits = decoder.step(vocabulary.prompt[1:]) + vocabulary.never_first
        tokens: list[int] = []
        logprob = 0.0
        surplus = 0
        finished, after_word = 0.0, True
        while True:
            token = int(logits.argmax())
            likely = _probability(logits, token)
            logprob += math.log(likely)
            if after_word and token not in vocabulary.words:
                finished = likely * _ratio(logits, vocabulary.stops, token)
            after_word = token in vocabulary.words
            if token == vocabulary.end or len(tokens) == budget:
                break
            tokens.append(token)
            surplus = repeated(tokens, may_repeat)
            if surplus:
                break
            logits = decoder.step([token])
            logits += vocabulary.never
        kept = tokens[: len(tokens) - surplus]
        confidence = math.exp(logprob / (len(tokens) + 1))
        whole = token == vocabulary.end
        return _Said(kept, confidence, no_speech, surplus > 0, finished if whole else None)


def is_speech(no_speech: float, confidence: float) -> bool:
    """Decide from the model's two probabilities whether anything was said."""
    if no_speech > NO_SPEECH or confidence < LEAST_CONFIDENCE:
        return False
    return no_speech <= MAYBE_NO_SPEECH or confidence >= MAYBE_CONFIDENCE


def has_words(text: str) -> bool:
    """Say whether there is more than punctuation in a text."""
    return any(character.isalnum() for character in text)


def _probability(logits: Floats, token: int) -> float:
    """Return the softmax of logits, float32 (V,), at one token."""
    return float(1.0 / np.exp(logits - logits[token]).sum())


def _ratio(logits: Floats, tokens: list[int], to: int) -> float:
    """Return how much likelier any of these tokens is than another one."""
    return float(np.exp(logits[tokens] - logits[to]).sum())


def _since_us(began_ns: int) -> int:
    return (perf_counter_ns() - began_ns) // 1000


def repeated(tokens: list[int], may_repeat: int = 0) -> int:
    """Return how many tokens to take off the end because they only repeat those before, or 0.

    People do say a sentence twice: `may_repeat` lets that many more copies pass.
    """
    count = len(tokens)
    for period in range(1, count // 2 + 1):
        copies = COPIES.get(period, 2) + may_repeat
        if tokens[-1] != tokens[-1 - period] or count < period * copies:
            continue
        if tokens[-period * copies : -period] == tokens[-period * (copies - 1) :]:
            return period * (copies - 1)
    return 0
