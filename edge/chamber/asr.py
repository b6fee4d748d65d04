"""What was said? Whisper on exactly the sound there is, with guards against what it makes up.

Whisper was trained on windows of 30 s; a 3 s utterance padded to that costs ten times what it
must. The window here is the utterance and a second of silence, and three guards make that safe: a
cached tail of silence (`Encoder.encode`); a limit on the tokens and a cut where the text repeats
itself; and a second look, in a longer window, at what was cut, or is unsure in noise.

What is recognised of an utterance ends `PAUSE_MS` after its last word, so the text is the same
whether it is asked for at the pause or at the end; asked for at both, it is computed once.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Final, Self
from zlib import crc32

import numpy as np

from edge import config
from edge.chamber import heap
from edge.chamber.gate import PAUSE_MS
from edge.chamber.language import Language
from edge.chamber.vocabulary import Encoder, Names
from edge.chamber.whisper import Decoder, Floats, Heard, OpenFile, Rows, Vocabulary, Whisper
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import Samples, Utterance
from models.log_mel import log_mel

SILENCE_AFTER_S: Final = 1.0
"""With 0.6 there is a fifteenth less to do for 10 s of speech, and at 20 dB 1.2 points more errors
(tiny.en)."""
SHORTEST_WINDOW_S: Final = 3.0
SECOND_WINDOWS_S: Final = (5.0, 8.0, 15.0)
"""For what repeated itself in the short one; else 30 s."""
UNSURE: Final = 0.6
"""With noise under it, what is less sure gets a second look too. Without, it gets none: over 75
clean clips that changed 11.73 % of errors to 11.73, and one clip in ten took twice as long."""
SURER: Final = 0.05
"""By so much a second look must be surer than the first to be believed: another window is another
try, and not a better one by itself. What was cut where it repeated itself may be surer by as much,
and no more. Without, whisper-base makes 0.6 points more errors at 20 dB."""
LONGER: Final = 1.5
"""A second window is so much longer than the first one, or it says the same again."""
FULL_WINDOW_S: Final = 30.0
NOISY_DB: Final = 24.0
"""With less between the loud and the quiet frames of an utterance there is noise under it. A second
look is then at a whole window, as in training: at 10 dB that is 0.8 points less errors."""
FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
WINDOW_STEP: Final = 320
"""One position of the encoder's output: 20 ms."""
PAUSE_SAMPLES: Final = to_samples(PAUSE_MS / 1000)

TOKENS_PER_S: Final = 10
"""Nobody says more."""
TOKENS_BESIDES: Final = 20
DRAFT_TOKENS: Final = 16
"""Given to the decoder in one pass; the logits of each take 0.2 MB."""
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
    tokens: tuple[int, ...] = ()
    """What the text is made of: a draft for more of the same utterance."""
    is_second_opinion: bool = False
    """It is the larger model's of two (`edge/chamber/opinions.py`)."""


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
        self._names: Names | None = None

    def learn(self, words: Iterable[str]) -> None:
        """Expect these names and terms from now on, and no others."""
        vocabulary = self._whisper.vocabulary
        self._names = Names(words, vocabulary, Encoder(vocabulary.pieces())) or None
        self._known = None

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
        made = cls(Whisper(open_file, recogniser, embedding), full_window=full_window)
        if recogniser.vocabulary:
            made.learn(recogniser.vocabulary)
        return made

    def warm_up(self) -> None:
        """Run every path once on silence, so that the first utterance does not pay for it."""
        with heap.kept():
            for seconds in (SHORTEST_WINDOW_S, SECOND_WINDOWS_S[-1]):
                heard = self._encode(np.zeros(0, np.float32), seconds, _Spent())
                self._decode(heard, 2, never_silent=True)
        self._whisper.decoder.forget()

    @property
    def language(self) -> str | None:
        """The language of the newest utterance; None of a model that has but one."""
        return self._whisper.language.spoken

    def recognise(self, utterance: Utterance, draft: Recognition | None = None) -> Recognition:
        """Return what was said, or a rejection. At once, if that was asked at the pause before.

        A `draft` is what was recognised of the utterance's beginning, at a pause or while it was
        being said; without one, that of the pause before is taken. The decoder compares it with
        what it would say itself, many tokens at a time, and goes on alone where the two part. Many
        at a time are rounded otherwise: where two tokens are equally likely, it may choose the
        other one (in 25 long utterances, two commas).
        """
        wanted = utterance.speech_end - utterance.start + PAUSE_SAMPLES
        samples = np.ascontiguousarray(utterance.samples[:wanted])
        asked = utterance.start, utterance.speech_end, crc32(samples.data)
        speech_s = (utterance.speech_end - utterance.speech_start) / SAMPLE_RATE_HZ
        self._whisper.language.about(utterance.start, speech_s)
        if self._known is None or self._known[0] != asked:
            if draft is None and self._known and self._known[0][0] == utterance.start:
                draft = self._known[1]
            with heap.kept():
                self._known = asked, self._recognise(samples, draft.tokens if draft else ())
        return self._known[1]

    def _recognise(self, samples: Samples, draft: Sequence[int]) -> Recognition:
        spent = _Spent()
        said = self._attempt(samples, SHORTEST_WINDOW_S, spent, draft)
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
            tokens=() if rejected else tuple(said.tokens),
        )

    def _second_look(self, samples: Samples, first: _Said, spent: _Spent) -> _Said:
        """Return what a longer window gives, if it is worth a try and then surer by enough."""
        noisy = is_noisy(samples)
        if not is_speech(first.no_speech, first.confidence) or not (first.repeats or noisy):
            return first
        least_s = LONGER * self._window_samples(len(samples), SHORTEST_WINDOW_S) / SAMPLE_RATE_HZ
        windows_s = () if noisy else SECOND_WINDOWS_S
        shortest_s = next((each for each in windows_s if each >= least_s), FULL_WINDOW_S)
        second = self._attempt(samples, shortest_s, spent, first.tokens, may_repeat=1)
        least = first.confidence - SURER if first.repeats else first.confidence + SURER
        return second if second.confidence > least else first

    def _attempt(
        self,
        samples: Samples,
        shortest_s: float,
        spent: _Spent,
        draft: Sequence[int] = (),
        *,
        may_repeat: int = 0,
    ) -> _Said:
        heard = self._encode(samples, shortest_s, spent)
        began = perf_counter_ns()
        budget = TOKENS_BESIDES + TOKENS_PER_S * len(samples) // SAMPLE_RATE_HZ
        said = self._decode(heard, min(budget, MOST_TOKENS), draft, may_repeat)
        self._whisper.decoder.forget()
        spent.decode_us += _since_us(began)
        return said

    def _encode(self, samples: Samples, shortest_s: float, spent: _Spent) -> Heard:
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
        wanted = self._window_samples(len(samples), shortest_s)
        window = np.zeros(-(-wanted // WINDOW_STEP) * WINDOW_STEP, np.float32)
        window[: len(samples)] = samples[: len(window)]
        return window

    def _window_samples(self, samples: int, shortest_s: float) -> int:
        longest = to_samples(FULL_WINDOW_S)
        wanted = max(samples + to_samples(SILENCE_AFTER_S), to_samples(shortest_s))
        return longest if self._full_window else min(wanted, longest)

    def _decode(
        self,
        heard: Heard,
        budget: int,
        draft: Sequence[int] = (),
        may_repeat: int = 0,
        *,
        never_silent: bool = False,
    ) -> _Said:
        """Say the likeliest token, again and again, until one of the guards or the end."""
        decoder, vocabulary = self._whisper.decoder, self._whisper.vocabulary
        decoder.begin(heard)
        following = _Following(decoder, vocabulary, self._whisper.language, draft)
        no_speech = following.no_speech
        if no_speech > NO_SPEECH and not never_silent:
            return _Said([], 0.0, no_speech, repeats=False)
        tokens: list[int] = []
        logprob = 0.0
        surplus = 0
        finished, after_word = 0.0, True
        while True:
            logits = following.after(tokens)
            if self._names and (name := self._names.instead(tokens, logits, following.after)):
                tokens.extend(name.tokens)
                logprob += name.logprob
                after_word = True
                continue
            token = int(logits.argmax())
            likely = _probability(logits, token)
            logprob += math.log(likely)
            if after_word and not vocabulary.is_word(token):
                finished = likely * _ratio(logits, vocabulary.stops, token)
            after_word = vocabulary.is_word(token)
            if token == vocabulary.end or len(tokens) >= budget:
                break
            tokens.append(token)
            surplus = repeated(tokens, may_repeat)
            if surplus:
                break
        kept = tokens[: len(tokens) - surplus]
        confidence = math.exp(logprob / (len(tokens) + 1))
        whole = token == vocabulary.end
        return _Said(kept, confidence, no_speech, surplus > 0, finished if whole else None)


class _Following:
    """What the decoder makes of each beginning of a text.

    A draft of the text is given to the decoder ahead, many tokens in a pass; where the text turns
    out to be another, they are taken back.
    """

    def __init__(
        self, decoder: Decoder, vocabulary: Vocabulary, language: Language, draft: Sequence[int]
    ) -> None:
        self._decoder, self._never = decoder, vocabulary.never
        self._draft = list(draft)
        self._given = self._draft[:DRAFT_TOKENS]
        self._rows_from = 0
        if language.listens:
            (first,) = decoder.step(vocabulary.prompt[:1], {0: vocabulary.anything})
            prompt = vocabulary.asked_in(language.token(first))[1:]
            self._rows = decoder.step([*prompt, *self._given], self._asked(vocabulary, prompt))
        else:
            prompt = vocabulary.asked_in(language.known)
            asked = {0: vocabulary.anything} | self._asked(vocabulary, prompt)
            first, *self._rows = decoder.step([*prompt, *self._given], asked)
        self._prompt_tokens = len(vocabulary.prompt)
        self.no_speech = _probability(first, vocabulary.no_speech)

    def _asked(self, vocabulary: Vocabulary, prompt: list[int]) -> dict[int, Floats]:
        """Ask what follows the prompt, and each token of the draft that is given with it."""
        places = range(len(prompt), len(prompt) + len(self._given))
        return {len(prompt) - 1: vocabulary.never_first} | dict.fromkeys(places, self._never)

    def after(self, tokens: list[int]) -> Floats:
        """Return the logits, float32 (V,), of what follows a text, best one token longer."""
        count = len(tokens)
        if count < self._rows_from or self._given[:count] != tokens:
            self._decoder.keep(self._prompt_tokens + count - 1)
            is_drafted = self._draft[:count] == tokens
            ahead = self._draft[count : count + DRAFT_TOKENS - 1] if is_drafted else []
            asked = dict.fromkeys(range(1 + len(ahead)), self._never)
            self._rows = self._decoder.step([tokens[-1], *ahead], asked)
            self._rows_from = count
            self._given = [*tokens, *ahead]
        return self._rows[count - self._rows_from]


def is_speech(no_speech: float, confidence: float) -> bool:
    """Decide from the model's two probabilities whether anything was said."""
    if no_speech > NO_SPEECH or confidence < LEAST_CONFIDENCE:
        return False
    return no_speech <= MAYBE_NO_SPEECH or confidence >= MAYBE_CONFIDENCE


def is_noisy(samples: Samples) -> bool:
    """Decide whether an utterance, float32 (n,), has noise under it."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    if not len(frames):
        return False
    quiet, loud = np.percentile(np.einsum("ij,ij->i", frames, frames), [10, 90])
    return bool(loud < quiet * 10 ** (NOISY_DB / 10))


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
