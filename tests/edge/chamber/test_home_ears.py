"""A request of the house -> its words, beside the wearer's ears; nothing of one is in the next."""

import hearing
import numpy as np
import pytest

from edge import config
from edge.chamber.ears import Ears
from edge.chamber.home import Home, HomeAsked, HomeSaid, HomeWork
from edge.chamber.segmenter import Segmenter
from edge.messages import HomeHeard, HomeVoice, Leaves
from edge.signals import BLOCK_SAMPLES, HomeMark, HomeSound, HomeStep, Samples

CLIP = "speech/1688-142285-0002.flac"


@pytest.fixture(scope="module")
def home() -> Home:
    gate = config.Gate(hangover_ms=30_000)
    asr = hearing.recogniser(config.Recogniser())
    return Home(Ears(hearing.voice_activity(), Segmenter(gate), asr, mode="everyone"), 9600)


def taken(home: Home, number: int, samples: Samples, step: HomeStep) -> list[Leaves | HomeWork]:
    found = home.take(HomeMark(number, HomeStep.BEGINS))
    for begin in range(0, len(samples), BLOCK_SAMPLES):
        found += home.take(HomeSound(samples[begin : begin + BLOCK_SAMPLES].copy(), begin))
    return found + home.take(HomeMark(number, step))


def understood(home: Home, found: list[Leaves | HomeWork]) -> list[HomeHeard]:
    work = [each for each in found if isinstance(each, HomeSaid | HomeAsked)]
    return [words for each in work if (words := home.understand(each))]


def test_the_words_of_a_request_come_once_with_its_number(home: Home) -> None:
    samples = hearing.sound(CLIP)
    (heard,) = understood(home, taken(home, 7, samples, HomeStep.ENDS))
    assert (heard.number, heard.heard_ms) == (7, len(samples) // 16)
    assert "thought me so silly" in heard.text


def test_a_pause_is_told_and_makes_no_second_utterance(home: Home) -> None:
    clip = hearing.sound(CLIP)
    samples = np.concatenate([clip, np.zeros(32_000, np.float32), clip])
    found = taken(home, 8, samples, HomeStep.ENDS)
    voice = [each.speaks for each in found if isinstance(each, HomeVoice)]
    assert voice == [True, False, True, False]
    assert len([each for each in found if isinstance(each, HomeSaid)]) == 1
    (heard,) = understood(home, found)
    assert heard.text.lower().count("silly") == 2


def test_a_request_that_is_dropped_is_not_recognised_nor_kept(home: Home) -> None:
    found = taken(home, 9, hearing.sound(CLIP), HomeStep.IS_DROPPED)
    assert {type(each) for each in found} == {HomeVoice}
    assert home._ears._tape.samples == 0
    silent = taken(home, 10, np.zeros(16_000, np.float32), HomeStep.ENDS)
    assert understood(home, silent) == [HomeHeard(10, "", 1000)]


def test_a_request_of_which_a_part_was_left_out_has_no_answer(home: Home) -> None:
    found = taken(home, 12, hearing.sound(CLIP), HomeStep.ENDS)
    for work in found:
        if isinstance(work, HomeSaid):
            home.drop(work)
    assert understood(home, [each for each in found if isinstance(each, HomeAsked)]) == []
    assert home._ears._tape.samples == 0


def test_what_comes_before_or_after_a_request_is_not_heard(home: Home) -> None:
    sound = HomeSound(hearing.sound(CLIP)[:BLOCK_SAMPLES].copy(), 0)
    assert home.take(sound) == []
    assert home.take(HomeMark(11, HomeStep.ENDS)) == []
    assert home._ears._tape.samples == 0
