"""espeak-ng as it is installed: sentences in, samples out."""

import ctypes.util

import numpy as np
import pytest

from edge.voice.espeak import Espeak, NoEngine

if not ctypes.util.find_library("espeak-ng"):
    pytest.skip("UNCHECKED: needs espeak-ng; apt install espeak-ng", allow_module_level=True)

SENTENCE = "The keys are in the blue bowl by the door."


def test_a_sentence_takes_about_as_long_as_a_person_needs() -> None:
    engine = Espeak("en", 165)
    seconds = len(engine.sound(SENTENCE)) / engine.rate_hz
    assert 1.5 < seconds < 4


def test_it_can_be_faster() -> None:
    slow = len(Espeak("en", 120).sound(SENTENCE))
    assert len(Espeak("en", 240).sound(SENTENCE)) < 0.7 * slow


def test_the_same_sentence_takes_the_same_time() -> None:
    engine = Espeak("en", 165)
    lengths = [len(engine.sound(SENTENCE)) for _ in range(2)]
    assert abs(lengths[0] - lengths[1]) < engine.rate_hz / 1000  # to the millisecond


def test_what_is_not_wanted_any_more_is_not_made() -> None:
    engine = Espeak("en", 165)
    assert len(engine.sound(SENTENCE, lambda: False)) < len(engine.sound(SENTENCE)) / 4


def test_nothing_to_say_is_no_sound() -> None:
    assert not np.any(Espeak("en", 165).sound(""))


def test_markup_is_no_command() -> None:
    engine = Espeak("en", 165)
    assert len(engine.sound("<break time='20s'/> [[b'eI]] one")) < 15 * engine.rate_hz


def test_a_voice_that_there_is_not_is_named() -> None:
    with pytest.raises(NoEngine, match="no voice 'klingon-nova'"):
        Espeak("klingon-nova", 165)
