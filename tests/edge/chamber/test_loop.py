"""What the threads do with sound when understanding is quick, and when it is not."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from edge import config
from edge.chamber.ahead import Strain
from edge.chamber.asr import Recognition
from edge.chamber.ears import Ears
from edge.chamber.loop import Senses, run_in_step, run_live
from edge.chamber.segmenter import Segmenter
from edge.chamber.speaker import Verdict
from edge.chamber.tape import TAPE_S
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import (
    Dropped,
    Leaves,
    Overheard,
    Saying,
    Speaker,
    Transcript,
    Unclear,
)
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples, Utterance

LOUD = 0.25
"""In these tests a chunk is speech if it begins with this."""
GATE = config.Gate(onset_ms=96, hangover_ms=600, pre_roll_ms=128, longest_utterance_s=10)


class Judge:
    """Instead of the judges of `VoiceActivity`."""

    level_dbfs = -20.0

    def update(self, chunk: AudioChunk) -> float:
        return float(chunk.samples[0] == LOUD)

    def forget(self) -> None:
        """There is nothing to forget."""


class Listener:
    """Instead of Whisper: notes what it is given, once it may."""

    def __init__(self) -> None:
        self.heard: dict[int, Samples] = {}
        self.may_answer = threading.Event()

    def recognise(self, utterance: Utterance, _draft: Recognition | None = None) -> Recognition:
        self.may_answer.wait(60)
        self.heard[utterance.start] = utterance.samples.copy()
        return Recognition(
            str(utterance.start), 1.0, 0.0, rejected=False, mel_us=0, encode_us=0, decode_us=0
        )


class Told:
    """Instead of the airlock."""

    def __init__(self) -> None:
        self.messages: list[Leaves] = []
        self.stream_s = 0.0

    def leave(self, message: Leaves) -> None:
        self.messages.append(message)


def stream(seconds: int) -> tuple[Samples, Iterator[AudioChunk]]:
    """Return noise of which three seconds in four are speech, and its chunks."""
    count = seconds * SAMPLE_RATE_HZ // CHUNK_SAMPLES
    steps = np.random.default_rng(1).integers(-9999, 9999, (count, CHUNK_SAMPLES))
    rows = (steps / 32768).astype(np.float32)
    rows[[at for at in range(count) if at % 125 < 94], 0] = LOUD
    sound = rows.ravel()
    return sound, (AudioChunk(row.copy(), at * CHUNK_SAMPLES) for at, row in enumerate(rows))


def ears_of(listener: Listener) -> Ears:
    return Ears(Judge(), Segmenter(GATE, pauses=True), listener)  # type: ignore[arg-type]


def test_whoever_understands_is_given_what_was_spoken_bit_for_bit_however_long_it_goes_on() -> None:
    sound, chunks = stream(3 * TAPE_S)
    listener, told = Listener(), Told()
    listener.may_answer.set()
    senses = Senses(ears_of(listener), None, 0, 0, 0)
    ended = run_in_step(chunks, senses, told)  # type: ignore[arg-type]
    assert ended.utterances == len(listener.heard) == 45
    for start, heard in listener.heard.items():
        assert (heard == sound[start : start + len(heard)]).all()


def test_a_recogniser_that_is_behind_costs_the_newest_sound_and_that_is_counted() -> None:
    sound, chunks = stream(2 * TAPE_S)
    listener, told = Listener(), Told()

    def then_answer() -> Iterator[AudioChunk]:
        yield from chunks
        listener.may_answer.set()

    senses = Senses(ears_of(listener), None, 0, 0, 0)
    run_live(then_answer(), senses, told)  # type: ignore[arg-type]
    lost = sum(message.samples for message in told.messages if isinstance(message, Dropped))
    assert 0.45 * len(sound) < lost < len(sound)  # the tape holds half, and gaps are forgotten
    assert len([message for message in told.messages if isinstance(message, Transcript)]) > 5
    for start, heard in listener.heard.items():
        assert (heard == sound[start : start + len(heard)]).all()


def test_when_all_is_understood_the_tape_is_empty() -> None:
    _, chunks = stream(20)
    listener = Listener()
    listener.may_answer.set()
    ears = ears_of(listener)
    run_live(chunks, Senses(ears, None, 0, 0, 0), Told())  # type: ignore[arg-type]
    assert ears._tape.samples == 0
    rooms = (ears._tape._ring, ears._tape._scaled, ears._block, ears._utterance)
    assert not any(room.any() for room in rooms)


def test_a_stream_that_stops_in_the_middle_of_a_word_is_understood_and_forgotten() -> None:
    _, chunks = stream(2)
    listener, answered = Listener(), threading.Event()
    listener.may_answer.set()
    ears = ears_of(listener)
    held: list[int] = []

    class Heard(Told):
        def leave(self, message: Leaves) -> None:
            if isinstance(message, Transcript):
                answered.set()

    def then_nothing() -> Iterator[AudioChunk]:
        yield from chunks
        assert answered.wait(60)
        held.append(ears._tape.samples)

    run_live(then_nothing(), Senses(ears, None, 0, 0, 0), Heard())  # type: ignore[arg-type]
    assert held == [0]


class Speller(Listener):
    """Instead of Whisper: a word for each half second of what it is given, with what is left."""

    def recognise(self, utterance: Utterance, draft: Recognition | None = None) -> Recognition:
        words = [f"w{half}" for half in range(2 * len(utterance.samples) // SAMPLE_RATE_HZ)]
        found = super().recognise(utterance, draft)
        return replace(found, text=" ".join(words))


def looked_at(mode: config.PrivacyMode, *, watched: bool) -> list[Saying]:
    """Return what left of sentences that were still being said, at the speed of speech."""
    _, chunks = stream(12)
    speller, told = Speller(), Told()
    speller.may_answer.set()
    ears = Ears(Judge(), Segmenter(GATE, pauses=True), speller, None, mode)  # type: ignore[arg-type]
    ears.watched = watched

    def one_by_one() -> Iterator[AudioChunk]:
        for chunk in chunks:
            yield chunk
            time.sleep(0.002)

    run_live(one_by_one(), Senses(ears, None, 0, 0, 0), told)  # type: ignore[arg-type]
    return [message for message in told.messages if isinstance(message, Saying)]


def test_words_leave_while_they_are_spoken_where_a_screen_watches_and_anybody_s_may() -> None:
    sayings = looked_at("everyone", watched=True)
    assert sayings
    assert sayings[0].text.startswith("w0")
    for before, after in pairwise(sayings):
        if before.start_ms == after.start_ms:
            assert after.at_ms > before.at_ms
            assert not set(before.text.split()) & set(after.text.split())


def test_they_do_not_where_nobody_watches_or_only_the_wearer_s_may() -> None:
    assert looked_at("everyone", watched=False) == []
    assert looked_at("wearer", watched=True) == []


def talk(pattern: str) -> Iterator[AudioChunk]:
    """Yield a chunk of speech for each '#', one of silence for each '.'."""
    for at, mark in enumerate(pattern):
        samples = np.full(CHUNK_SAMPLES, LOUD if mark == "#" else 0.0, np.float32)
        yield AudioChunk(samples, at * CHUNK_SAMPLES)


SENTENCE = "." * 10 + "#" * 20 + "." * 25
"""Ended after 600 ms of silence; what comes next begins 0.8 s after the last word."""


def heard_in_step(pattern: str, ears: Ears) -> list[Leaves]:
    told = Told()
    run_in_step(talk(pattern), Senses(ears, None, 0, 0, 0), told)  # type: ignore[arg-type]
    return [each for each in told.messages if isinstance(each, Transcript | Unclear | Overheard)]


def joining(listener: Listener, who: object = None) -> Ears:
    listener.may_answer.set()
    segmenter = Segmenter(GATE, pauses=True, joins=True)
    return Ears(Judge(), segmenter, listener, who)  # type: ignore[arg-type]


def test_who_goes_on_is_heard_again_as_a_whole() -> None:
    ears = joining(Speller())
    first, both = heard_in_step(SENTENCE + "#" * 20 + "." * 80, ears)
    assert isinstance(first, Transcript)
    assert isinstance(both, Transcript)
    assert (first.goes_on, both.goes_on) == (False, True)
    assert both.start_ms == first.start_ms
    assert both.text.startswith(first.text)
    assert len(both.text) > len(first.text)
    assert ears._tape.samples < 2 * SAMPLE_RATE_HZ


class Hearsay(Listener):
    """Instead of Whisper: the same words for whatever it hears."""

    def recognise(self, utterance: Utterance, draft: Recognition | None = None) -> Recognition:
        return replace(super().recognise(utterance, draft), text="what time is it")


def test_a_cough_after_a_sentence_says_nothing_new() -> None:
    first, cough = heard_in_step(SENTENCE + "#" * 20 + "." * 80, joining(Hearsay()))
    assert isinstance(first, Transcript)
    assert isinstance(cough, Unclear)
    assert cough.start_ms >= first.end_ms


class Voices:
    """Instead of the model of voices: who spoke, by turns."""

    is_learning = False

    def __init__(self, *speakers: Speaker) -> None:
        self._speakers = iter(speakers)

    def judge(self, _samples: Samples) -> Verdict:
        return Verdict(next(self._speakers), 50)


def test_who_answers_somebody_does_not_go_on_with_what_they_said() -> None:
    voices = Voices(Speaker.WEARER, Speaker.OTHER)
    first, second = heard_in_step(SENTENCE + "#" * 20 + "." * 80, joining(Speller(), voices))
    assert isinstance(first, Transcript)
    assert isinstance(second, Transcript)
    assert not second.goes_on
    assert second.start_ms >= first.end_ms


class Slow(Strain):
    """A board on which recognition takes as long as speech, whatever is measured here."""

    def note(self, _took_s: float, spoken_s: float) -> bool:
        return super().note(spoken_s, spoken_s)


def test_a_board_that_hears_everything_once_hears_the_second_half_alone() -> None:
    ears = joining(Speller())
    ears._strain = Slow()
    _, second = heard_in_step(SENTENCE + "#" * 20 + "." * 80, ears)
    assert isinstance(second, Transcript)
    assert not second.goes_on


def test_what_was_said_is_forgotten_when_the_stream_stops_before_anybody_could_go_on() -> None:
    listener, held = Listener(), threading.Event()
    ears = joining(listener)

    def then_nothing() -> Iterator[AudioChunk]:
        yield from talk(SENTENCE)
        began_s = time.monotonic()
        while ears._tape.samples * 2 > len(SENTENCE) * CHUNK_SAMPLES:
            assert time.monotonic() - began_s < 60
            time.sleep(0.01)
        held.set()

    run_live(then_nothing(), Senses(ears, None, 0, 0, 0), Told())  # type: ignore[arg-type]
    assert held.is_set()
