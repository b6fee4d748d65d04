"""One real process each: what comes out of the slot and the status pipe."""

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
from running_capture import Capture, behind_the_first_wall

from edge import seal
from edge.capture.sources import describe
from edge.capture.wishes import PICTURE_NOW, SELDOM
from edge.config import Config
from edge.signals import AudioChunk, Frame
from edge.slot import End

Start = Callable[..., Capture]


def tone(path: Path, duration_s: float, rate_hz: int = 44100) -> Path:
    times = np.arange(int(duration_s * rate_hz)) / rate_hz
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 440 * times), rate_hz)
    return path


def film(folder: Path, pictures: int) -> Path:
    folder.mkdir()
    for number in range(pictures):
        grey = np.full((600, 800, 3), 40 * number, np.uint8)
        assert cv2.imwrite(str(folder / f"{number}.png"), grey)
    return folder


def test_a_file_is_heard_to_its_end(capture: Start, tmp_path: Path) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 3.0), "--fast")
    assert running.play_out() == 0, running.complaint()
    *chunks, end = running.signals
    assert end == End(48_000)
    assert sum(len(chunk.samples) for chunk in chunks) == 48_000
    assert running.slot_reader.lost == 0
    assert [state.phase for state in running.states] == ["ready", *["running"] * 3, "ended"]
    assert (running.states[-1].samples, running.states[-1].raw_bytes) == (48_000, 96_000)


def test_a_film_is_seen_to_its_end(capture: Start, tmp_path: Path) -> None:
    folder = film(tmp_path / "film", pictures=3)
    running = capture("--kind", "video", "--source", folder, "--fast", "--picture-s", 1.5)
    assert running.play_out() == 0, running.complaint()
    *frames, end = running.signals
    assert [(frame.at, frame.pixels[0, 0, 0]) for frame in frames] == [
        *((0, 0), (24_000, 40), (48_000, 80))
    ]
    assert end == End(72_000)
    assert running.states[-1].raw_bytes == 3 * 800 * 600 * 3


def test_no_sample_leaves_before_go(capture: Start, tmp_path: Path) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 0.1), "--fast")
    assert running.next_state().phase == "ready"
    running.slot.settimeout(0)
    with pytest.raises(BlockingIOError):
        running.slot.recv(1)
    assert running.states[0].raw_bytes == 0
    running.go()
    assert isinstance(running.next_signal(), AudioChunk)


@pytest.mark.parametrize("wish", [SELDOM, PICTURE_NOW])
def test_no_wish_is_taken_for_go(capture: Start, tmp_path: Path, wish: bytes) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 0.1), "--fast")
    running.wish(wish)
    assert running.next_state().phase == "ready"
    running.slot.settimeout(0.5)
    with pytest.raises(TimeoutError):
        running.slot.recv(1)
    running.go()
    assert isinstance(running.next_signal(), AudioChunk)


def test_at_its_own_pace_the_stamps_are_those_of_the_schedule(
    capture: Start, tmp_path: Path
) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 2.3))
    assert running.play_out() == 0, running.complaint()
    told = [state for state in running.states if state.phase in {"running", "ended"}]
    births_s = [state.monotonic_s - state.samples / 16000 for state in told]
    assert births_s == pytest.approx([births_s[0]] * len(told), abs=1e-4)  # a sample is 0.06 ms
    assert running.signals[-1] == End(36_800)


def test_a_file_goes_on_where_it_was_left(capture: Start, tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 1.0)
    running = capture("--kind", "audio", "--source", path, "--fast", "--skip-ms", 750)
    assert running.play_out() == 0, running.complaint()
    assert (running.signals[0].start, running.signals[-1]) == (12_000, End(16_000))


def test_the_end_of_its_control_pipe_ends_it(capture: Start, tmp_path: Path) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 60.0))
    running.next_state()
    running.go()
    running.next_signal()
    running.process.stdin.close()
    assert running.process.wait(20) == 0


def test_without_a_chamber_it_ends(capture: Start, tmp_path: Path) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 60.0), "--fast")
    running.next_state()
    running.slot.close()
    running.go()
    assert running.process.wait(20) == 5


def test_a_slow_chamber_loses_no_sound(capture: Start, tmp_path: Path) -> None:
    running = capture("--kind", "audio", "--source", tone(tmp_path / "a.wav", 20.0), "--fast")
    running.next_state()
    running.go()
    assert running.next_state().phase == "running"
    assert running.play_out() == 0
    assert sum(len(chunk.samples) for chunk in running.signals[:-1]) == 320_000


@pytest.mark.parametrize(
    "case",
    [
        ("audio", "absent.wav", None, "there is no file"),
        ("audio", "a.wav", b"", "is empty"),
        ("audio", "a.wav", b"words, not sound", "is no sound file"),
        ("audio", "a.wav", b"RIFF\xff\xff\xff\xffWAVEfmt ", "is no sound file"),
        ("audio", "a.flac", b"fLaC" + bytes(60), "is no sound file"),
        ("audio", "a.raw", bytes(3200), "make it a wav"),
        ("audio", "folder", "folder", "is a folder"),
        ("audio", "/dev/zero", None, "is not a file"),
        ("video", "absent.jpg", None, "there is no file"),
        ("video", "folder", "folder", "holds no pictures"),
        ("video", "a.jpg", b"words, not a picture", "is no picture"),
        ("video", "a.mp4", b"words, not a film", "is no video"),
        ("video", "a.txt", b"words, not a film\n" * 99, "is no video"),
        ("video", "http://127.0.0.1:9/video", None, "cannot be opened"),
        ("video", "/dev/video77", None, "cannot be opened"),
        ("video", "camera", None, "cannot be opened"),
    ],
)
def test_a_bad_source_is_one_sentence(
    capture: Start, tmp_path: Path, case: tuple[str, str, bytes | str | None, str]
) -> None:
    kind, name, content, complaint = case
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    spec = name if "/" in name or name == "camera" else path
    running = capture("--kind", kind, "--source", spec)
    assert running.play_out() == 4
    assert running.states[-1].phase == "failed"
    assert complaint in running.states[-1].detail
    assert running.complaint() == ""
    assert running.signals == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads all; the run as a user tries it")
def test_a_file_of_somebody_else_is_one_sentence(capture: Start, tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 0.1)
    path.chmod(0)
    running = capture("--kind", "audio", "--source", path)
    assert running.play_out() == 4
    assert "may not be read" in running.states[-1].detail


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_files_are_read_behind_both_walls(capture: Start, tmp_path: Path, kind: str) -> None:
    source = {
        "audio": lambda: tone(tmp_path / "a.flac", 2.0),
        "video": lambda: film(tmp_path / "film", pictures=3),
    }[kind]()
    running = capture(
        *("--kind", kind, "--source", source, "--fast"),
        wrap=lambda command: behind_the_first_wall(command, describe(kind, str(source), Config())),
    )
    assert running.next_state().phase == "ready"
    assert seal.inspect(running.process.pid, "capture").problems == ()
    running.go()
    assert running.play_out() == 0
    assert isinstance(running.signals[0], AudioChunk | Frame)
    assert isinstance(running.signals[-1], End)
