"""What keeps its spectrum, as no voice does?"""

import numpy as np
from hearing import chunks, sound, utterances

from edge.bench import rooms
from edge.chamber.sameness import LAG_CHUNKS, Sameness
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import CHUNK_SAMPLES, Samples

SECOND_S = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def same(samples: Samples) -> list[bool]:
    judge = Sameness()
    return [judge.update(c.samples) for c in chunks(samples) if len(c.samples) == CHUNK_SAMPLES]


def note(hz: float) -> Samples:
    """Return a string's second, which fades, float32 (16000,)."""
    partials = [np.sin(2 * np.pi * hz * n * SECOND_S) / n for n in (1, 2, 3)]
    return (0.2 * np.exp(-3 * SECOND_S) * np.sum(partials, axis=0)).astype(np.float32)


def test_a_note_is_the_same_as_soon_as_it_can_be_compared() -> None:
    assert same(note(220)) == [False] * LAG_CHUNKS + [True] * (len(same(note(220))) - LAG_CHUNKS)


def test_a_voice_is_seldom_the_same() -> None:
    spoken = sound("speech/2609-156975-0004.flac")
    found = same(spoken)
    loud = [bool(np.abs(chunk.samples).max() > 0.1) for chunk in chunks(spoken)][: len(found)]
    assert sum(
        is_same for is_same, is_loud in zip(found, loud, strict=True) if is_loud
    ) < 0.1 * sum(loud)


def test_silence_is_like_nothing() -> None:
    assert not any(same(np.zeros(SAMPLE_RATE_HZ, np.float32)))


def test_what_is_forgotten_is_compared_with_nothing() -> None:
    judge = Sameness()
    heard = [chunk.samples for chunk in chunks(note(220))]
    for samples in heard[: 2 * LAG_CHUNKS]:
        judge.update(samples)
    judge.forget()
    assert not any(judge.update(samples) for samples in heard[:LAG_CHUNKS])
    assert not judge._windowed.any()
    assert judge.update(heard[LAG_CHUNKS])


def test_the_first_note_after_a_silence_is_nobody_who_begins_to_speak() -> None:
    silence = np.zeros(to_samples(3.0), np.float32)
    for seed in (3013, 3041, 5006, 5041):  # each once passed for a voice
        assert utterances(np.concatenate([silence, rooms.minute("music", seed, 3.0)])) == []
