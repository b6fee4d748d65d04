import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hearing import recogniser, said, sound, utterances, whole

import models.manifest
from edge import config
from edge.bench.wer import distance, load_normaliser
from edge.chamber.asr import (
    Recogniser,
    _Following,
    _Spent,
    has_words,
    is_noisy,
    is_speech,
    repeated,
)
from edge.chamber.language import UnknownLanguage
from edge.chamber.whisper import Rows
from edge.signals import Samples, Utterance

GO_FORWARD = "speech/ps_goforward.flac"


@pytest.fixture(scope="module")
def tiny() -> Recogniser:
    recognises = recogniser(config.Recogniser())
    recognises.warm_up()
    return recognises


def test_what_was_said_is_recognised(tiny: Recogniser) -> None:
    found = tiny.recognise(whole(sound(GO_FORWARD)))
    assert found.text.lower() == "go forward 10 meters."
    assert not found.rejected
    assert found.confidence > 0.6
    assert min(found.mel_us, found.encode_us, found.decode_us) > 0


def test_the_full_window_says_the_same(tiny: Recogniser) -> None:
    slow = recogniser(config.Recogniser(), full_window=True)
    utterance = whole(sound(GO_FORWARD))
    assert slow.recognise(utterance).text.lower() == tiny.recognise(utterance).text.lower()


def test_full_precision_says_the_same(tiny: Recogniser) -> None:
    exact = recogniser(config.Recogniser(precision="fp32"))
    utterance = whole(sound(GO_FORWARD))
    assert exact.recognise(utterance).text.lower() == tiny.recognise(utterance).text.lower()


def test_a_long_sentence_survives_the_short_window(tiny: Recogniser) -> None:
    clip = "LJ001-0001.flac"
    normalise = load_normaliser(models.manifest.folder() / "whisper-normaliser")
    (utterance,) = utterances(sound(f"speech/{clip}"))
    heard = normalise(tiny.recognise(utterance).text).split()
    assert distance(normalise(said(clip)).split(), heard) <= 1


def test_a_sentence_said_twice_is_heard_twice(tiny: Recogniser) -> None:
    twice = np.tile(sound(GO_FORWARD), 2)
    assert tiny.recognise(whole(twice)).text == "Go forward 10 meters. Go forward 10 meters."


def test_the_text_at_the_pause_is_the_text_at_the_end(tiny: Recogniser) -> None:
    samples = sound(GO_FORWARD)
    end = len(samples) - 8000
    at_end = Utterance(samples, 0, 0, end)
    at_pause = Utterance(samples[: end + 5120], 0, 0, end)
    first = tiny.recognise(at_pause)
    assert tiny.recognise(at_end) is first


def test_two_streams_at_the_same_moment_are_not_confused(tiny: Recogniser) -> None:
    samples = sound(GO_FORWARD)
    assert tiny.recognise(whole(samples)).text
    assert tiny.recognise(whole(np.zeros_like(samples))).rejected


def test_the_multilingual_model_speaks_english() -> None:
    base = recogniser(config.Recogniser(model="whisper-base"))
    assert base.recognise(whole(sound(GO_FORWARD))).text == "Go forward 10 meters."


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownLanguage, match="'xx'"):
        recogniser(config.Recogniser(model="whisper-base", language="xx"))


@pytest.mark.parametrize(
    ("said_so_far", "surplus"),
    [
        ("", 0),
        ("a b c d e", 0),
        ("a a a a", 0),
        ("a a a a a", 4),
        ("x a b a b", 0),
        ("x a b a b a b", 4),
        ("x a b c d a b c", 0),
        ("x a b c d a b c d", 4),
    ],
)
def test_a_text_that_repeats_itself_is_noticed(said_so_far: str, surplus: int) -> None:
    assert repeated([ord(letter) for letter in said_so_far.split()]) == surplus


def test_one_more_copy_may_be_let_through() -> None:
    assert repeated([1, 2, 3, 4] * 2, may_repeat=1) == 0
    assert repeated([1, 2, 3, 4] * 3, may_repeat=1) == 8


@pytest.mark.parametrize(
    ("no_speech", "confidence", "believed"),
    [
        (0.05, 0.9, True),
        (0.45, 0.3, True),
        (0.55, 0.7, True),
        (0.55, 0.4, False),
        (0.61, 0.9, False),
        (0.05, 0.1, False),
    ],
)
def test_made_up_words_are_not_believed(
    no_speech: float, confidence: float, believed: bool
) -> None:
    assert is_speech(no_speech, confidence) is believed


def test_punctuation_is_no_words() -> None:
    assert has_words("5")
    assert not has_words("...")
    assert not has_words("")


def test_what_repeats_itself_gets_a_second_look_in_a_longer_window(tiny: Recogniser) -> None:
    twice = np.tile(sound(GO_FORWARD), 2)
    quick = tiny._attempt(twice, 3.0, _Spent())
    assert quick.repeats
    assert len(tiny.recognise(whole(twice)).tokens) == 2 * len(quick.tokens)


def test_rows_read_from_disk_are_those_of_the_table(tmp_path: Path) -> None:
    table = np.arange(60, dtype=np.float16).reshape(10, 6)
    np.save(tmp_path / "table.npy", table)
    with (tmp_path / "table.npy").open("rb") as file:
        rows = Rows(file.fileno())
        assert rows.shape == (10, 6)
        np.testing.assert_array_equal(rows[[7, 0, 7]], table[[7, 0, 7]])


def test_a_draft_changes_no_word(tiny: Recogniser) -> None:
    samples = sound("speech/LJ001-0001.flac")
    alone = tiny.recognise(at(0, samples))
    beginning = tiny.recognise(at(1, samples[: len(samples) // 2]))
    stray = dataclasses.replace(beginning, tokens=beginning.tokens[::-1])
    for place, draft in enumerate((beginning, stray, alone), start=2):
        assert tiny.recognise(at(place, samples), draft).text == alone.text


def test_what_was_recognised_at_a_pause_is_a_draft_of_the_whole(tiny: Recogniser) -> None:
    samples = sound("speech/LJ001-0001.flac")
    alone = tiny.recognise(at(0, samples))
    assert tiny.recognise(at(1, samples[: len(samples) // 2])).text != alone.text
    assert tiny.recognise(at(1, samples)).text == alone.text


def at(place: int, samples: Samples) -> Utterance:
    return Utterance(samples, place, place, place + len(samples))


@pytest.mark.parametrize(("drafted", "at_least"), [(0.0, 1.0), (1.0, 0.1)])
def test_what_is_drafted_is_decoded_many_tokens_at_a_time(
    tiny: Recogniser, drafted: float, at_least: float
) -> None:
    utterance = whole(sound("speech/LJ001-0001.flac"))
    text = list(tiny.recognise(utterance).tokens)
    whisper = tiny._whisper
    whisper.decoder.begin(tiny._encode(utterance.samples, 5.0, _Spent()))
    draft = text[: round(drafted * len(text))]
    following = _Following(whisper.decoder, whisper.vocabulary, whisper.language, draft)
    passes = set()
    for count in range(1, len(text) + 1):
        following.after(text[:count])
        passes.add(following._rows_from)
    assert len(passes) == pytest.approx(at_least * len(text), abs=2)


def test_noise_under_speech_is_noticed() -> None:
    speech = sound(GO_FORWARD)
    loud = float(np.sqrt(np.mean(speech**2)))
    hiss = np.random.default_rng(1).normal(size=len(speech)).astype(np.float32)
    assert not is_noisy(speech)
    assert is_noisy(speech + np.float32(loud / 3) * hiss)
    assert not is_noisy(np.zeros(0, np.float32))
