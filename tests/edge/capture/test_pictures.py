from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture import BadSource, pictures, sources
from edge.config import Config
from edge.signals import Frame
from edge.slot import End

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def paint(path: Path, colour: tuple[int, int, int], width: int = 40, height: int = 30) -> None:
    rgb = np.full((height, width, 3), colour, np.uint8)
    assert cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))


def film(folder: Path, picture_s: float = 2.0, skip: int = 0) -> list[Frame | End]:
    paths = sources.describe("video", str(folder), Config()).paths
    return list(pictures.signals(paths, picture_s, skip, lambda _path: None))


def colours(signals: list[Frame | End]) -> list[tuple[int, ...]]:
    frames = [signal for signal in signals if isinstance(signal, Frame)]
    return [tuple(255 * (frame.pixels[5, 5] > 127)) for frame in frames]


def test_a_folder_is_a_film_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    paint(tmp_path / "10.png", BLUE)
    paint(tmp_path / "2.webp", GREEN)
    paint(tmp_path / "1.JPG", RED)
    (tmp_path / "notes.txt").write_text("not a picture")
    signals = film(tmp_path, picture_s=1.5)
    assert colours(signals) == [RED, GREEN, BLUE]
    assert [signal.at for signal in signals] == [0, 24_000, 48_000, 72_000]


def test_one_picture_is_a_film_too(tmp_path: Path) -> None:
    paint(tmp_path / "sign.bmp", GREEN)
    frame, end = film(tmp_path / "sign.bmp")
    assert (frame.at, end) == (0, End(32_000))


def test_a_film_may_begin_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    for name, colour in (("1.png", RED), ("2.png", GREEN), ("3.png", BLUE)):
        paint(tmp_path / name, colour)
    signals = film(tmp_path, skip=40_000)
    assert colours(signals) == [GREEN, BLUE]
    assert [signal.at for signal in signals] == [40_000, 64_000, 96_000]


def test_a_picture_taken_sideways_stands_upright(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    paint(path, RED, width=40, height=30)
    # A JPEG's APP1 segment with one EXIF entry: orientation (0x0112) is 6, turn right.
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"
    segment = b"Exif\x00\x00" + tiff
    encoded = path.read_bytes()
    length = (len(segment) + 2).to_bytes(2, "big")
    path.write_bytes(encoded[:2] + b"\xff\xe1" + length + segment + encoded[2:])
    pixels = pictures.read(path)
    assert pixels is not None
    assert pixels.shape == (40, 30, 3)


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [(2560, 1000, (500, 1280, 3)), (1280, 720, (720, 1280, 3)), (5000, 1, (1, 1280, 3))],
)
def test_a_large_picture_is_scaled_down(
    width: int, height: int, shape: tuple[int, int, int]
) -> None:
    assert pictures.fit(np.zeros((height, width, 3), np.uint8)).shape == shape


def test_a_damaged_picture_is_left_out_of_the_film(tmp_path: Path) -> None:
    paint(tmp_path / "1.png", RED)
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nonsense")
    (tmp_path / "3.png").write_bytes(b"")
    paint(tmp_path / "4.png", BLUE)
    left_out: list[Path] = []
    paths = sources.describe("video", str(tmp_path), Config()).paths
    signals = list(pictures.signals(paths, 2.0, 0, left_out.append))
    assert [signal.at for signal in signals] == [0, 96_000, 128_000]
    assert [path.name for path in left_out] == ["2.png", "3.png"]


def test_a_film_without_any_readable_picture_is_a_bad_source(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"GIF89a, or so it says")
    with pytest.raises(BadSource, match="no picture that can be read"):
        film(tmp_path / "1.jpg")


def test_grey_and_transparent_pictures_are_rgb(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((8, 8), np.uint8))
    cv2.imwrite(str(tmp_path / "2.png"), np.zeros((8, 8, 4), np.uint8))
    cv2.imwrite(str(tmp_path / "3.png"), np.zeros((8, 8, 3), np.uint16))
    frames = film(tmp_path)[:-1]
    assert [frame.pixels.shape for frame in frames] == [(8, 8, 3)] * 3
    assert {frame.pixels.dtype for frame in frames} == {np.dtype(np.uint8)}
