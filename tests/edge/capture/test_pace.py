"""How much sound is handed over at once."""

from pathlib import Path

import numpy as np
import soundfile

from edge.capture import sound_file
from edge.capture.pace import FRESH_CHUNKS, LINGER_CHUNKS, SHORT_CHUNKS, Pace
from edge.signals import BLOCK_CHUNKS, CHUNK_SAMPLES, AudioChunk


def room(level: float, chunks: int) -> np.ndarray:
    drawn = np.random.default_rng(3).standard_normal(chunks * CHUNK_SAMPLES)
    return (level * drawn).astype(np.float32)


def paces(*levels: float) -> list[int]:
    """Return how much is asked for after each block of such a level."""
    pace, found = Pace(), []
    for level in levels:
        pace.heard(room(level, pace.chunks))
        found.append(pace.chunks)
    return found


def test_a_room_that_stays_as_it_is_is_heard_in_long_blocks_however_loud() -> None:
    for level in (0.0, 0.001, 0.1):
        assert paces(*[level] * 9)[-1] == BLOCK_CHUNKS


def test_whoever_may_have_begun_or_ended_is_heard_in_short_blocks() -> None:
    loud, quiet = FRESH_CHUNKS - BLOCK_CHUNKS, LINGER_CHUNKS - 1
    found = paces(*[0.001] * 9, *[0.1] * (loud + 1), *[0.001] * quiet)[9:]
    assert set(found) == {SHORT_CHUNKS}
    assert paces(*[0.001] * 9, *[0.1] * (loud + 1), *[0.001] * (quiet + 1))[-1] == BLOCK_CHUNKS


def test_what_has_long_been_loud_is_heard_in_long_blocks_until_it_ends() -> None:
    assert paces(*[0.001] * 9, *[0.1] * FRESH_CHUNKS)[-1] == BLOCK_CHUNKS
    assert paces(*[0.001] * 9, *[0.1] * FRESH_CHUNKS, 0.001)[-1] == SHORT_CHUNKS


def test_a_block_that_ends_quietly_is_followed_by_short_ones() -> None:
    pace = Pace()
    for level in (*[0.001] * 9, *[0.1] * FRESH_CHUNKS):
        pace.heard(room(level, pace.chunks))
    assert pace.chunks == BLOCK_CHUNKS
    pace.heard(np.concatenate((room(0.1, BLOCK_CHUNKS - 1), room(0.001, 1))))
    assert pace.chunks == SHORT_CHUNKS


def test_a_louder_room_is_quiet_again_after_a_while() -> None:
    assert paces(*[0.001] * 9, *[0.01] * 300)[-1] == BLOCK_CHUNKS


def test_a_paced_file_has_the_same_samples_in_fewer_pieces(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "room.wav", room(0.01, 40)[:-100], 16_000)
    one_by_one, paced = (
        [s for s in sound_file.signals(tmp_path / "room.wav", 0, pace) if isinstance(s, AudioChunk)]
        for pace in (None, Pace())
    )
    assert len(paced) <= 10 < len(one_by_one) == 40
    assert [block.start for block in paced[1:]] == [block.end for block in paced[:-1]]
    joined = [np.concatenate([chunk.samples for chunk in found]) for found in (one_by_one, paced)]
    np.testing.assert_array_equal(*joined)
