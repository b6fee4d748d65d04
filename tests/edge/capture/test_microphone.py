"""A microphone: the monitor of a PulseAudio sink in which nobody but us makes sound."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pulse_room import SoundServer
from running_capture import Capture, behind_the_first_wall

from edge import seal
from edge.capture.sources import describe
from edge.config import Config, Microphone, to_argument
from edge.signals import BLOCK_SAMPLES

Start = Callable[..., Capture]


ARGV = ("--kind", "audio", "--source", "mic")


def called(device: str) -> tuple[str, ...]:
    config = Config(microphone=Microphone(device=device))
    return (*ARGV, "--settings", to_argument(config))


def noise(path: Path) -> np.ndarray:
    samples = np.random.default_rng(5).uniform(-0.3, 0.3, 16_000).astype(np.float32)
    soundfile.write(path, samples, 16_000, subtype="PCM_16")
    return samples


def listen(running: Capture, samples: int) -> np.ndarray:
    """Return the next blocks, which must follow one another without a hole."""
    blocks = [running.next_signal()]
    while blocks[-1].end - blocks[0].start < samples:
        blocks.append(running.next_signal())
        assert blocks[-1].start == blocks[-2].end
    return np.concatenate([block.samples for block in blocks])


def test_what_is_played_in_the_room_is_heard(
    capture: Start, sound_server: SoundServer, tmp_path: Path
) -> None:
    played = noise(tmp_path / "noise.wav")
    running = capture(*ARGV)
    running.until("ready")
    running.go()
    assert running.next_signal().start == 0
    sound_server.play("paplay", str(tmp_path / "noise.wav"))
    heard = listen(running, 48_000)
    begin = int(np.correlate(heard, played, "valid").argmax())
    # The room has already sent the silence of the first moments, which the player then overtakes.
    late = slice(2_000, None)
    error = np.abs(heard[begin:][: len(played)][late] - played[late]).max()
    assert error < 1.01 / 32_768  # one step of 16 bits
    state = running.until("running")
    assert state.live
    assert state.dropped == 0


def test_behind_both_walls_it_goes_on_listening(capture: Start, sound_server: SoundServer) -> None:
    source = describe("audio", "mic", Config())
    running = capture(*ARGV, wrap=lambda command: behind_the_first_wall(command, source))
    assert running.until("ready").device == "Monitor of Null Output"
    inspection = seal.inspect(running.process.pid, "capture")
    assert (inspection.problems, inspection.level) == ((), "D")
    running.go()
    listen(running, 32_000)
    sound_server.move_to_another_microphone()
    while "changed the microphone to" not in running.next_state().detail:
        pass
    assert running.states[-1].device == "Null Input"
    listen(running, 16_000)


def test_a_microphone_of_the_sound_server_is_found_by_its_name(
    capture: Start, sound_server: SoundServer
) -> None:
    sound_server.pactl("load-module", *SoundServer.OTHER_MICROPHONE)
    running = capture(*called("null input"))
    assert running.until("ready").device == "Null Input"


def test_a_sound_server_that_dies_is_a_lost_microphone(
    capture: Start, sound_server: SoundServer
) -> None:
    running = capture(*ARGV)
    running.until("ready")
    running.go()
    listen(running, 8_000)
    sound_server.die()
    assert running.play_out() == 3
    assert running.states[-1].phase == "lost"
    assert "microphone" in running.states[-1].detail


def test_a_microphone_that_falls_silent_is_lost(capture: Start, sound_server: SoundServer) -> None:
    running = capture(*ARGV)
    running.until("ready")
    running.go()
    listen(running, 8_000)
    sound_server.stop()
    try:
        assert running.play_out() == 3
    finally:
        sound_server.go_on()
    assert "gave no sound for 1.8 s" in running.states[-1].detail


def test_a_chamber_that_does_not_listen_costs_samples_and_no_more(
    capture: Start, sound_server: SoundServer
) -> None:
    assert sound_server
    running = capture(*ARGV)
    running.until("ready")
    running.go()
    while running.next_state().dropped < 16_000:
        pass
    dropped = running.states[-1].dropped
    chunks = [running.next_signal() for _ in range(150)]
    holes = [b.start - a.end for a, b in pairwise(chunks) if b.start != a.end]
    assert sum(holes) >= dropped
    assert running.slot_reader.lost * 512 <= sum(holes) <= running.slot_reader.lost * BLOCK_SAMPLES


def test_an_unknown_microphone_is_one_sentence(capture: Start, sound_server: SoundServer) -> None:
    assert sound_server
    running = capture(*called("Telephone"))
    assert running.play_out() == 4
    assert "no microphone is called 'Telephone'; there are: " in running.states[-1].detail


def test_without_any_microphone_there_is_one_sentence(
    capture: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    running = capture(*ARGV)
    assert running.play_out() == 4
    assert "microphone" in running.states[-1].detail
