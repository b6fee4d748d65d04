from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture import BadSource, video_file
from edge.capture.stillness import Stillness
from edge.signals import Frame, Still
from edge.slot import End

FRAMES_PER_S = 30


def brightness(number: int) -> int:
    return 20 + 2 * number


def film(path: Path, codec: str, frames: int) -> Path:
    """Make a film in which each frame is brighter than the one before."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), FRAMES_PER_S, (64, 48))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(np.full((48, 64, 3), brightness(number), np.uint8))
    writer.release()
    return path


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mp4v"), ("a.avi", "MJPG")])
def test_a_film_is_looked_at_by_its_own_clock(tmp_path: Path, name: str, codec: str) -> None:
    path = film(tmp_path / name, codec, frames=90)
    *frames, end = video_file.signals(path, Stillness(2.0), 0)
    assert [frame.at for frame in frames] == [0, 8000, 16000, 24000, 32000, 40000]
    assert end == End(48000)
    seen = [int(frame.pixels.mean()) for frame in frames]
    assert seen == pytest.approx(
        [brightness(n) for n in range(0, 90, 15)], abs=6
    )  # lossy; 15 frames are 30 brighter


def test_a_film_may_begin_later(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "mp4v", frames=60)
    first, *_ = video_file.signals(path, Stillness(2.0), 20_000)
    assert first.at == pytest.approx(20_000, abs=16000 / FRAMES_PER_S)


def test_no_more_frames_come_than_there_are(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "mp4v", frames=10)
    *frames, end = video_file.signals(path, Stillness(29.9), 0)
    assert 9 <= len(frames) <= 10
    assert end.at == pytest.approx(16000 / 3, abs=2)


def test_loose_jpegs_are_counted_because_they_carry_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.mjpeg"
    one = np.zeros((48, 64, 3), np.uint8)
    path.write_bytes(b"".join(cv2.imencode(".jpg", one + n)[1].tobytes() for n in range(50)))
    *frames, end = video_file.signals(path, Stillness(1.0), 0)
    assert [frame.at for frame in frames] == [0, 16000]
    assert end == End(32000)


def test_a_y4m_file_is_a_film(tmp_path: Path) -> None:
    path = tmp_path / "a.y4m"
    picture = b"FRAME\n" + bytes([120]) * (16 * 16 * 3 // 2)
    path.write_bytes(b"YUV4MPEG2 W16 H16 F10:1 Ip A1:1 C420jpeg\n" + picture * 10)
    *frames, end = video_file.signals(path, Stillness(2.0), 0)
    assert [frame.at for frame in frames] == [0, 8000]
    assert end == End(16000)


@pytest.mark.parametrize("name", ["a.mp4", "a.txt", "notes", "a.m3u8"])
def test_words_are_no_film(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n" + "words, not pictures\n" * 99)
    with pytest.raises(BadSource):
        list(video_file.signals(path, Stillness(2.0), 0))


def test_of_a_film_that_stands_still_the_chamber_is_told_that_it_does(tmp_path: Path) -> None:
    path = tmp_path / "a.mjpeg"
    one = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()
    path.write_bytes(one * 25 * 8)
    *signals, _ = video_file.signals(path, Stillness(2.0), 0)
    assert [type(signal) for signal in signals] == [Frame] * 6 + [Still] * 4 + [Frame]
    assert [signal.at for signal in signals[-3:]] == [80000, 96000, 112000]
