import numpy as np
import pytest

from edge.capture.chunks import Chunker, to_mono
from edge.signals import CHUNK_SAMPLES


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(7).uniform(-0.5, 0.5, samples).astype(np.float32)


def fed(rate_hz: int, pieces: list[np.ndarray]) -> np.ndarray:
    chunker = Chunker(rate_hz, 0)
    chunks = [chunk for piece in pieces for chunk in chunker.feed(piece.copy())]
    chunks += chunker.feed(noise(0), last=True)
    assert [chunk.start for chunk in chunks] == list(
        range(0, len(chunks) * CHUNK_SAMPLES, CHUNK_SAMPLES)
    )
    return np.concatenate([chunk.samples for chunk in chunks])


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
def test_chunks_do_not_depend_on_how_the_stream_was_cut(rate_hz: int) -> None:
    stream = noise(rate_hz)
    in_one = fed(rate_hz, [stream])
    in_pieces = fed(rate_hz, np.split(stream, [1, 500, 501, 3000]))
    assert len(in_one) == 16000
    np.testing.assert_allclose(in_one, in_pieces, atol=1e-6)  # float32 rounding


def test_a_short_rest_waits_for_the_end() -> None:
    chunker = Chunker(16000, 100)
    assert [len(chunk.samples) for chunk in chunker.feed(noise(600))] == [512]
    assert chunker.pending == 88
    (rest,) = chunker.feed(noise(0), last=True)
    assert (rest.start, rest.end, chunker.position) == (612, 700, 700)


def test_channels_are_mixed_to_their_mean() -> None:
    block = np.array([[32767, -32768], [16384, 0]], np.int16)
    np.testing.assert_allclose(to_mono(block), [-1 / 65536, 0.25], atol=1e-7)


def test_what_is_no_number_is_silence() -> None:
    block = np.array([[np.nan], [np.inf], [-np.inf]], np.float32)
    assert to_mono(block).tolist() == [0, 1, -1]
