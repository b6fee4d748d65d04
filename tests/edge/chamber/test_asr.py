from pathlib import Path

import numpy as np
import pytest
from hearing import recogniser, said, sound, utterances, whole

import models.manifest
from edge import config
from edge.bench.wer import distance, load_normaliser
from edge.chamber.asr import UNSURE, Recogniser, _Spent, has_words, is_speech, repeated
from edge.chamber.whisper import Rows, UnknownLanguage
from edge.signals import Utterance

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


def test_an_unsure_text_gets_a_second_look(tiny: Recogniser) -> None:
    (utterance,) = utterances(sound("speech/367-130732-0006.flac"))
    quick = tiny._attempt(utterance.samples, 5.0, _Spent(), may_repeat=0)
    assert quick.confidence < UNSURE
    assert tiny.recognise(utterance).confidence > quick.confidence


def test_rows_read_from_disk_are_those_of_the_table(tmp_path: Path) -> None:
    table = np.arange(60, dtype=np.float16).reshape(10, 6)
    np.save(tmp_path / "table.npy", table)
    with (tmp_path / "table.npy").open("rb") as file:
        rows = Rows(file.fileno())
        assert rows.shape == (10, 6)
        np.testing.assert_array_equal(rows[[7, 0, 7]], table[[7, 0, 7]])
