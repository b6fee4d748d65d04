import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.chamber.tape import Tape
from edge.signals import CHUNK_SAMPLES, AudioChunk, Samples

NOISE = np.random.default_rng(5).integers(-32768, 32768, 100 * CHUNK_SAMPLES).astype(np.int16)


def sound(place: int, count: int = CHUNK_SAMPLES) -> Samples:
    """Return what came of the wire: a sixteen-bit number over 32768."""
    return (NOISE[place : place + count] / np.float32(32768)).astype(np.float32)


def laid(tape: Tape, chunks: int) -> list[int | None]:
    """Lay the next chunks of the noise, and return their places."""
    return [tape.lay(AudioChunk(sound(tape._end), tape._end)) for _ in range(chunks)]


def of_chunks(chunks: int) -> Tape:
    return Tape(chunks * CHUNK_SAMPLES / 16000)


def heard(tape: Tape, place: int, count: int) -> Samples:
    into = np.full(count, 9, np.float32)
    tape.read(place, into)
    return into


def test_what_is_read_is_bit_for_bit_what_was_laid() -> None:
    tape = of_chunks(4)
    assert laid(tape, 3) == [0, 512, 1024]
    assert (heard(tape, 100, 1200) == sound(100, 1200)).all()


def test_a_stretch_may_go_over_the_end_of_the_ring() -> None:
    tape = Tape(1200 / 16000)
    laid(tape, 2)
    tape.listened(1024)
    laid(tape, 2)
    assert (heard(tape, 1024, 1024) == sound(1024, 1024)).all()


def test_a_full_tape_takes_nothing_more_and_loses_nothing() -> None:
    tape = of_chunks(3)
    assert laid(tape, 4) == [0, 512, 1024, None]
    assert (heard(tape, 0, 1536) == sound(0, 1536)).all()
    tape.listened(512)
    assert laid(tape, 1) == [1536]


def test_what_nobody_needs_is_overwritten_at_once() -> None:
    tape = of_chunks(4)
    laid(tape, 4)
    tape.listened(1024)
    assert np.count_nonzero(tape._ring[:1024]) == 0
    assert tape.samples == 1024
    tape.listened(2048)
    assert not tape._ring.any()


def test_an_utterance_that_waits_stays_until_it_is_released() -> None:
    tape = of_chunks(4)
    laid(tape, 4)
    tape.keep(512)
    tape.keep(512)
    tape.listened(2048)
    assert (heard(tape, 512, 1536) == sound(512, 1536)).all()
    assert not tape._ring[:512].any()
    tape.release(512)
    assert tape.samples == 1536
    tape.release(512)
    assert not tape._ring.any()


@given(st.lists(st.tuples(st.integers(1, CHUNK_SAMPLES), st.booleans()), max_size=60))
def test_the_tape_holds_what_is_needed_and_is_empty_otherwise(
    steps: list[tuple[int, bool]],
) -> None:
    tape, end, needed = of_chunks(3), 0, 0
    for count, all_heard in steps:
        if tape.lay(AudioChunk(sound(end, count), end)) is not None:
            end += count
        if all_heard:
            needed = end
            tape.listened(needed)
        assert (heard(tape, needed, end - needed) == sound(needed, end - needed)).all()
        assert np.count_nonzero(tape._ring) <= end - needed == tape.samples
