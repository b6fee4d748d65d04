from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge import config
from edge.chamber.gate import PAUSE_CHUNKS
from edge.chamber.segmenter import Event, Paused, Segmenter, SpeechBegan, Spoken
from edge.chamber.turn import Reading
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import CHUNK_SAMPLES, AudioChunk

ENDPOINTING = config.Gate(onset_ms=96, hangover_ms=160, pre_roll_ms=128, longest_utterance_s=1.6)
"""Three chunks, five chunks, four chunks, fifty chunks."""
LOUDNESS = {"#": 0.5, "-": 0.01, ".": 0.0}


def chunk(position: int, loudness: float = 0.0) -> AudioChunk:
    return AudioChunk(np.full(CHUNK_SAMPLES, loudness, np.float32), position * CHUNK_SAMPLES)


def heard(pattern: str) -> list[Event]:
    """'#' is a chunk of speech, '-' one of quiet speech, '.' one of silence; then it ends."""
    segmenter = Segmenter(ENDPOINTING)
    events: list[Event] = []
    for position, mark in enumerate(pattern):
        events += segmenter.push(chunk(position, LOUDNESS[mark]), float(mark != "."))
    return events + segmenter.flush()


def positions(utterance: Spoken) -> list[int]:
    """Return which chunks are in it; in an unbroken stream a place is a time."""
    assert utterance.place == utterance.start
    return [at // CHUNK_SAMPLES for at in range(utterance.start, utterance.end, CHUNK_SAMPLES)]


def utterances(pattern: str) -> list[Spoken]:
    return [event for event in heard(pattern) if isinstance(event, Spoken)]


def test_an_utterance_has_its_pre_roll_and_its_hangover() -> None:
    began, utterance = heard("..........####......")
    assert began == SpeechBegan(10 * CHUNK_SAMPLES)
    assert isinstance(utterance, Spoken)
    assert positions(utterance) == list(range(6, 19))
    assert utterance.start == 6 * CHUNK_SAMPLES
    assert utterance.speech_start == 10 * CHUNK_SAMPLES
    assert utterance.speech_end == 14 * CHUNK_SAMPLES


def test_a_stream_may_begin_in_the_middle_of_a_word() -> None:
    (utterance,) = utterances("####.....")
    assert positions(utterance) == list(range(9))


def test_the_end_of_the_stream_ends_an_utterance() -> None:
    (utterance,) = utterances("......####")
    assert positions(utterance) == list(range(2, 10))


def test_a_click_is_no_utterance() -> None:
    assert heard("....##.........") == []


def test_the_pre_roll_reaches_back_to_the_last_word_but_not_into_it() -> None:
    first, second = utterances("......####.....####.....")
    assert positions(first)[-1] == 14
    assert positions(second)[0] == 11
    assert utterances("####.....###.....")[1].start == 5 * CHUNK_SAMPLES


def test_speech_that_is_too_long_is_cut_where_it_is_quietest() -> None:
    first, second = utterances("#" * 30 + "----" + "#" * 40 + ".....")
    assert positions(first) + positions(second) == list(range(79))
    assert positions(second)[0] == 32
    assert first.speech_end == second.speech_start == 32 * CHUNK_SAMPLES


def test_speech_without_an_end_is_neither_lost_nor_doubled() -> None:
    found = [position for utterance in utterances("#" * 1000) for position in positions(utterance)]
    assert found == list(range(1000))


def test_a_cut_just_before_the_end_leaves_no_utterance_of_silence() -> None:
    found = utterances("#" * 46 + "." * 12)
    assert len(found) == 1


def test_a_hole_in_the_stream_ends_the_utterance() -> None:
    segmenter = Segmenter(ENDPOINTING)
    events = [event for at in range(6) for event in segmenter.push(chunk(at), 1.0)]
    events += segmenter.push(chunk(100), 1.0)
    assert [type(event) for event in events] == [SpeechBegan, Spoken]
    assert positions(events[1]) == list(range(6))  # type: ignore[arg-type]


def test_after_a_hole_places_go_on_where_times_jump() -> None:
    segmenter = Segmenter(ENDPOINTING)
    for at in range(6):
        segmenter.push(chunk(at), 1.0)
    for at in range(100, 104):
        segmenter.push(chunk(at), 1.0)
    (spoken,) = segmenter.flush()
    assert isinstance(spoken, Spoken)
    assert (spoken.place, spoken.start) == (6 * CHUNK_SAMPLES, 100 * CHUNK_SAMPLES)
    assert segmenter.needs_from == 10 * CHUNK_SAMPLES


def test_a_long_silence_needs_no_more_than_the_pre_roll() -> None:
    segmenter = Segmenter(ENDPOINTING)
    for position in range(1000):
        segmenter.push(chunk(position), 0.0)
    assert segmenter.needs_from == 990 * CHUNK_SAMPLES  # pre-roll and onset window


def test_the_last_chunk_may_be_short() -> None:
    segmenter = Segmenter(ENDPOINTING)
    for position in range(4):
        segmenter.push(chunk(position), 1.0)
    segmenter.push(AudioChunk(np.zeros(100, np.float32), 4 * CHUNK_SAMPLES), 0.0)
    (utterance,) = segmenter.flush()
    assert isinstance(utterance, Spoken)
    assert utterance.end == 4 * CHUNK_SAMPLES + 100


@given(st.text("#-.", max_size=300))
def test_every_chunk_of_speech_is_in_one_utterance_at_most(pattern: str) -> None:
    found = utterances(pattern)
    spoken = [at for utterance in found for at in positions(utterance) if pattern[at] != "."]
    assert spoken == sorted(set(spoken))
    assert all(len(positions(utterance)) <= 50 for utterance in found)
    assert all(utterance.speech_start < utterance.speech_end for utterance in found)


def test_at_a_pause_there_is_an_utterance_so_far() -> None:
    segmenter = Segmenter(config.Gate(hangover_ms=600), pauses=True)
    events: list[Event] = []
    for position in range(30):
        events += segmenter.push(chunk(position), float(position < 5))
    began, paused, utterance = events
    assert isinstance(began, SpeechBegan)
    assert isinstance(paused, Paused)
    assert isinstance(utterance, Spoken)
    assert positions(paused.so_far) == list(range(5 + PAUSE_CHUNKS))
    assert paused.so_far.speech_end == utterance.speech_end


def length_of(reading: Reading | None) -> int:
    """Return after how many silent chunks the utterance of the first five ends."""
    segmenter = Segmenter(config.Gate(hangover_ms=600), config.Turn(), pauses=True)
    for position in range(5):
        segmenter.push(chunk(position), 1.0)
    return next(
        silent
        for silent in range(1, 100)
        if Spoken in map(type, segmenter.push(chunk(4 + silent), 0.0, reading))
    )


def test_a_reading_of_this_pause_counts_and_one_of_another_does_not() -> None:
    here, before = 5 * CHUNK_SAMPLES, 3 * CHUNK_SAMPLES
    assert length_of(Reading(here, 0.99)) == 13
    assert length_of(Reading(before, 0.99)) == length_of(Reading(here, None)) == 19
    assert length_of(Reading(here, 0.0)) == 31


def joined(pattern: str, *, set_apart_at: int = -1) -> list[Spoken]:
    """Return the utterances where what follows soon is joined; five chunks of silence end one."""
    segmenter = Segmenter(ROOMY, joins=True)
    events: list[Event] = []
    for position, mark in enumerate(pattern):
        if position == set_apart_at:
            segmenter.set_apart()
        events += segmenter.push(chunk(position, LOUDNESS[mark]), float(mark != "."))
    return [event for event in events + segmenter.flush() if isinstance(event, Spoken)]


ROOMY = config.Gate(onset_ms=96, hangover_ms=160, pre_roll_ms=128, longest_utterance_s=3.2)


def test_who_goes_on_soon_has_said_one_thing() -> None:
    first, both = joined("......####..........####.......")
    assert (first.speech_end, first.alone) == (10 * CHUNK_SAMPLES, None)
    assert (both.start, both.speech_start) == (first.start, first.speech_start)
    assert positions(both) == list(range(2, 29))
    assert both.alone
    assert positions(both.alone) == list(range(16, 29))
    assert both.alone.speech_start == 20 * CHUNK_SAMPLES


def test_and_may_go_on_again() -> None:
    *_, all_three = joined("......####.......####.......####.......")
    assert all_three.speech_start == 6 * CHUNK_SAMPLES
    assert all_three.alone
    assert all_three.alone.speech_start == 28 * CHUNK_SAMPLES


def test_who_speaks_again_later_says_something_else() -> None:
    _, second = joined("......####" + "." * 35 + "####.......")
    assert (second.alone, second.speech_start) == (None, 45 * CHUNK_SAMPLES)


def test_what_is_long_is_not_gone_on_with() -> None:
    _, second = joined("......" + "#" * 45 + ".......####.......")
    assert second.alone is None


def test_what_was_set_apart_is_not_gone_on_with() -> None:
    _, second = joined("......####..........####.......", set_apart_at=17)
    assert second.alone is None


def test_what_might_be_gone_on_with_is_needed_for_a_little_longer_than_a_second() -> None:
    segmenter = Segmenter(ROOMY, joins=True)
    needed = []
    for position in range(70):
        segmenter.push(chunk(position), float(6 <= position < 10))
        needed.append(segmenter.needs_from // CHUNK_SAMPLES)
    last = max(position for position in range(70) if needed[position] <= 6)
    assert 1.1 < (last - 10) * CHUNK_SAMPLES / SAMPLE_RATE_HZ < 1.5


@given(st.text("#-.", max_size=300))
def test_joined_or_not_what_is_new_is_in_one_utterance_and_there_is_something_new(
    pattern: str,
) -> None:
    found = joined(pattern)
    new = [utterance.alone or utterance for utterance in found]
    spoken = [at for utterance in new for at in positions(utterance) if pattern[at] != "."]
    assert spoken == sorted(set(spoken))
    assert all(utterance.speech_start < utterance.speech_end for utterance in new)
    assert all(len(positions(utterance)) <= 100 for utterance in found)
    for before, after in pairwise(found):
        if after.alone:
            assert after.start == before.start
            assert after.alone.start >= before.speech_end
