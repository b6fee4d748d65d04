"""Is the bench of turns right about where speech ends, and what was cut or missed?"""

import numpy as np
import pytest

from edge.bench import stream
from edge.bench.turn import Ending, told
from edge.chamber.segmenter import Spoken
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import Transcript
from edge.signals import Samples

SIXTY = 60


def clip(levels: list[float]) -> Samples:
    """Return a tenth of a second of noise at each of these loudnesses."""
    draw = np.random.default_rng(1)
    tenths = [loud * draw.standard_normal(SAMPLE_RATE_HZ // 10) for loud in levels]
    return np.concatenate(tenths).astype(np.float32)


def test_speech_begins_and_ends_where_it_is_loud() -> None:
    assert stream.speech_of(clip([1e-4] * 5 + [0.1] * 10 + [1e-4] * 5)) == (8000, 24_000)


def test_a_noisy_room_after_the_last_word_is_not_speech() -> None:
    assert stream.speech_of(clip([0.005] * 5 + [0.1] * 10 + [0.005] * 5)) == (8000, 24_000)


def test_a_stream_knows_where_its_clips_lie() -> None:
    clips = [clip([1e-4, 0.1, 1e-4]), clip([0.1])]
    samples, (first, second) = stream.join(clips, [1.0, 0.5])
    assert len(samples) == 78_400  # 3 + 0.3 + 1 + 0.1 + 0.5 s
    assert (first.speech_end, second.start) == (51_200, 68_800)
    assert (samples[first.start : first.end] == clips[0]).all()


def test_gaps_are_drawn_again_alike() -> None:
    assert stream.gaps(SIXTY) == stream.gaps(SIXTY)
    assert 0.8 <= min(stream.gaps(SIXTY)) < max(stream.gaps(SIXTY)) <= 3


def test_noise_is_as_loud_as_was_asked() -> None:
    speech = stream.level(clip([0.3] * 10))
    mixed = stream.under(speech, [clip([0.01] * 4), clip([0.2] * 4)], 10)
    noise = mixed - speech
    ratio_db = 10 * np.log10(np.mean(speech**2) / np.mean(noise**2))
    assert ratio_db == pytest.approx(10, abs=0.1)


PARTS = [stream.Part(0, 1600, 0, 1600), stream.Part(8000, 9600, 8000, 9600)]


def ending(start: int, end: int, noticed: int, late: int = 0) -> Ending:
    return Ending(Spoken(start, start, end, start, end), noticed, noticed + late)


def test_an_end_is_timed_from_where_speech_truly_ends_to_the_text() -> None:
    found = told(PARTS, [ending(0, 1600, 3200, 160), ending(8000, 9600, 11_200, 160)])
    assert (found["cut"], found["missed"], found["unheard"]) == (0, 0, 0)
    assert found["endpoint_ms"] == {"p50": 100, "p95": 100}
    assert found["final_after_end_of_speech_ms"]["p50"] == 110
    assert found["after_endpoint_ms"]["p95"] == 10


def test_a_clip_in_two_utterances_was_cut_once() -> None:
    found = told(PARTS, [ending(0, 160, 800), ending(900, 1600, 3200), ending(8000, 9600, 11_200)])
    assert found["cut"] == 1


def test_what_runs_on_into_the_next_clip_was_missed() -> None:
    assert told(PARTS, [ending(0, 9600, 11_200)])["missed"] == 2
    assert told(PARTS, [])["unheard"] == 2


def went_on(start: int, new_from: int, end: int, noticed: int) -> Ending:
    alone = Spoken(new_from, new_from, end, new_from, end)
    return Ending(Spoken(start, start, end, start, end, alone), noticed, noticed)


def test_a_clip_whose_pieces_became_one_was_cut_but_is_not_any_more() -> None:
    found = told(PARTS, [ending(0, 160, 800), went_on(0, 900, 1600, 3200)])
    assert (found["cut"], found["still_cut"], found["run_together"]) == (1, 0, 0)
    assert found["final_after_end_of_speech_ms"]["p50"] == 100
    pieces = [ending(0, 160, 500), went_on(0, 600, 900, 1000), ending(1300, 1600, 3200)]
    assert told(PARTS, pieces)["still_cut"] == 1


def test_two_clips_that_became_one_utterance_are_told() -> None:
    found = told(PARTS, [ending(0, 1600, 3200), went_on(0, 8000, 9600, 11_200)])
    assert (found["cut"], found["still_cut"], found["run_together"]) == (0, 0, 1)


def test_the_words_of_a_clip_are_those_of_its_last_utterances() -> None:
    words = stream.Words([16_000, 160_000])
    for text, start_ms, goes_on in (
        ("before all", 0, False),
        ("so", 1_500, False),
        ("it goes", 3_000, False),
        ("it goes on", 3_000, True),
        ("next", 11_000, False),
    ):
        words.take(Transcript(text, start_ms, start_ms + 900, 90, 0, goes_on=goes_on))
    assert words.texts == ["so it goes on", "next"]
