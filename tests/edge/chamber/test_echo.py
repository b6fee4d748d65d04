"""The companion's own voice in a simulated room, and somebody else's in the same."""

import numpy as np
import pytest
import soundfile

from edge import scene
from edge.bench.reverberation import in_room
from edge.chamber.echo import FRAME_SAMPLES, RINGS_S, Echo
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import CHUNK_SAMPLES, AudioChunk, Played, Samples

PIECE = 320
AHEAD = 1280
"""80 ms: so much earlier a piece is told than it is heard."""
LATE_S = 0.03
"""From a block's last sample to its arrival."""
DELAY = 640
"""From loudspeaker to microphone, 40 ms."""
OWN_DELAY = 127
"""Of the canceller itself, measured."""
BOOTED = 7_000 * SAMPLE_RATE_HZ
"""What `time.monotonic()` says when the stream begins."""


@pytest.fixture(scope="module")
def spoken() -> Samples:
    audio = scene.load(scene.folder("demo")).audio
    assert audio
    samples, _ = soundfile.read(audio, dtype="float32")
    return np.asarray(samples[: 10 * SAMPLE_RATE_HZ] * np.float32(0.5), np.float32)


@pytest.fixture
def echo() -> Echo:
    made = Echo()
    made.warm_up()
    return made


def heard_by(echo: Echo, played: Samples, microphone: Samples) -> Samples:
    """Return what is left of the microphone's sound while something is played."""
    told, left = 0, []
    for begin in range(0, len(microphone) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        now = begin + CHUNK_SAMPLES + round(LATE_S * SAMPLE_RATE_HZ)
        while told < len(played) and told < now + AHEAD:
            echo.play(Played(played[told : told + PIECE], BOOTED + told))
            told += PIECE
        block = AudioChunk(microphone[begin : begin + CHUNK_SAMPLES].copy(), begin)
        echo.clean(block, (BOOTED + now) / SAMPLE_RATE_HZ)
        left.append(block.samples)
    return np.concatenate(left)


def at_microphone(played: Samples) -> Samples:
    return np.concatenate([np.zeros(DELAY, np.float32), in_room(played)])[: len(played)]


def loudness_db(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(samples**2) + 1e-12))


def test_of_its_own_voice_next_to_nothing_is_left(echo: Echo, spoken: Samples) -> None:
    microphone = at_microphone(spoken)
    left = heard_by(echo, spoken, microphone)
    late = slice(2 * SAMPLE_RATE_HZ, len(left))
    assert loudness_db(left[late]) < loudness_db(microphone[late]) - 25


def test_who_speaks_meanwhile_is_heard(echo: Echo, spoken: Samples) -> None:
    somebody = np.roll(spoken, 3 * SAMPLE_RATE_HZ)
    left = heard_by(echo, spoken, at_microphone(spoken) + somebody)
    late = slice(6 * SAMPLE_RATE_HZ, len(left))
    assert loudness_db(left[late]) > loudness_db(somebody[late]) - 6


def test_while_nothing_is_played_sound_is_not_touched(echo: Echo, spoken: Samples) -> None:
    left = heard_by(echo, np.zeros(0, np.float32), spoken)
    assert np.array_equal(left, spoken[: len(left)])


def test_a_room_is_listened_to_as_it_is_when_it_no_longer_rings(
    echo: Echo, spoken: Samples
) -> None:
    played = spoken[: 2 * SAMPLE_RATE_HZ]
    left = heard_by(echo, played, spoken)
    assert not echo.is_active
    after = 2 * SAMPLE_RATE_HZ + round((RINGS_S + 0.2) * SAMPLE_RATE_HZ)
    assert np.array_equal(left[after:], spoken[after : len(left)])


def test_nothing_of_what_was_heard_is_kept(echo: Echo, spoken: Samples) -> None:
    heard_by(echo, spoken[: 2 * SAMPLE_RATE_HZ], spoken)
    assert not echo._near.any()
    assert not echo._out.any()
    assert not echo._far.any()


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_blocks_of_any_length_come_out_in_order(echo: Echo, spoken: Samples, size: int) -> None:
    """Through the canceller, which hears of silence only: all is there, 18 ms later."""
    echo.play(Played(np.full(PIECE, 1e-9, np.float32), BOOTED + 10 * SAMPLE_RATE_HZ))
    left = []
    for begin in range(0, 8 * SAMPLE_RATE_HZ, size * CHUNK_SAMPLES):
        end = begin + size * CHUNK_SAMPLES
        block = AudioChunk(spoken[begin:end].copy(), begin)
        echo.clean(block, (BOOTED + end) / SAMPLE_RATE_HZ)
        left.append(block.samples)
    out = np.concatenate(left)[4 * SAMPLE_RATE_HZ :]
    before = spoken[4 * SAMPLE_RATE_HZ - FRAME_SAMPLES - OWN_DELAY :][: len(out)]
    assert np.corrcoef(out, before)[0, 1] > 0.9


def test_pieces_that_jitter_are_joined(echo: Echo) -> None:
    for nth, jitter in enumerate((0, 7, -12, 30)):
        echo.play(Played(np.ones(PIECE, np.float32), BOOTED + nth * PIECE + jitter))
    into = np.zeros(4 * PIECE, np.float32)
    echo._read(BOOTED, into)
    assert into.all()


def test_between_two_sentences_there_is_silence(echo: Echo) -> None:
    echo.play(Played(np.ones(PIECE, np.float32), BOOTED))
    echo.play(Played(np.ones(PIECE, np.float32), BOOTED + 10 * PIECE))
    into = np.zeros(11 * PIECE, np.float32)
    echo._read(BOOTED, into)
    assert into.sum() == 2 * PIECE


def test_a_little_lateness_does_not_move_the_loudspeaker(echo: Echo) -> None:
    """What would move it, the canceller would have to learn anew in the middle of a word."""
    shifts = []
    for begin, late in ((0, 0.03), (20, 0.09), (40, 0.02)):
        start = begin * SAMPLE_RATE_HZ
        echo.play(Played(np.ones(PIECE, np.float32), BOOTED + start))
        block = AudioChunk(np.zeros(CHUNK_SAMPLES, np.float32), start)
        echo.clean(block, (BOOTED + block.end) / SAMPLE_RATE_HZ + late)
        shifts.append(echo._shift)
        rest = AudioChunk(np.zeros(CHUNK_SAMPLES, np.float32), start + 10 * SAMPLE_RATE_HZ)
        echo.clean(rest, (BOOTED + rest.end) / SAMPLE_RATE_HZ + late)
        assert not echo.is_active
    assert len(set(shifts)) == 1
