"""Is the text in a picture read exactly, and nothing else?"""

import cv2
import numpy as np
import pytest
from eye_models import model, scene_picture

from edge.chamber.reader import Page, Reader, ReadLine, alphabet, decode, fitting, says_something
from edge.config import Vision
from edge.signals import Frame, Pixels

SIGN = ("PLATFORM 4", "Train to Lisbon 10:45", "Mind the step")
DARK, LIGHT = (30, 30, 35), (238, 236, 228)


@pytest.fixture(scope="module")
def reader() -> Reader:
    files = model("pp-ocr", "detect.onnx"), model("pp-ocr", "recognise.onnx")
    reader = Reader(*files, model("pp-ocr", "characters.txt").decode(), Vision())
    reader.warm_up()
    return reader


def sign(size: tuple[int, int], height_px: int, font: int = cv2.FONT_HERSHEY_SIMPLEX) -> Pixels:
    """Draw the three lines on a (width, height) picture, no wider than it; RGB."""
    picture = np.full((size[1], size[0], 3), LIGHT, np.uint8)
    widest = max(cv2.getTextSize(line, font, 1, 1)[0][0] for line in SIGN)
    scale = min(height_px / 22, size[0] * 0.9 / widest)  # capitals are 22 px high at scale 1
    for number, line in enumerate(SIGN):
        at = round(size[0] * 0.05), round(size[1] * 0.3 + number * scale * 50)
        thick = max(1, round(scale * 2))
        cv2.putText(picture, line, at, font, scale, DARK, thick, cv2.LINE_AA)
    return picture


def seen_askew(picture: Pixels) -> Pixels:
    """Turn a picture 15 degrees away, out of focus, in the shade of something on its left."""
    height, width, _ = picture.shape
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    near, far = 0.96, 0.80
    askew = flat * (near, 1)
    askew[[0, 3], 1] = height * (1 - far) / 2, height * (1 + far) / 2
    turn = cv2.getPerspectiveTransform(flat, askew.astype(np.float32))
    turned = cv2.warpPerspective(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    shade = np.linspace(0.45, 1, width)[np.newaxis, :, np.newaxis]
    return np.asarray(cv2.GaussianBlur(turned, (0, 0), 0.9) * shade, np.uint8)


def texts(reader: Reader, picture: Pixels) -> tuple[str, ...]:
    return tuple(line.text for line in reader.read(Frame(picture, 0)).lines)


@pytest.mark.parametrize("size", [(640, 480), (1280, 960)])
@pytest.mark.parametrize("height_px", [16, 24, 48])
def test_a_sign_of_three_lines_is_read_exactly(
    reader: Reader, size: tuple[int, int], height_px: int
) -> None:
    assert texts(reader, sign(size, height_px)) == SIGN


@pytest.mark.parametrize("font", [cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX])
def test_other_print_is_read_exactly(reader: Reader, font: int) -> None:
    assert texts(reader, sign((640, 480), 22, font)) == SIGN


@pytest.mark.parametrize("size", [(640, 480), (1280, 960)])
def test_a_sign_seen_askew_is_read_exactly(reader: Reader, size: tuple[int, int]) -> None:
    assert texts(reader, seen_askew(sign(size, 30))) == SIGN


def test_light_print_on_dark_is_read_exactly(reader: Reader) -> None:
    assert texts(reader, (255 - sign((640, 480), 24)).astype(np.uint8)) == SIGN


@pytest.mark.parametrize(
    ("picture", "lines"),
    [
        ("demo/pictures/3-sign", ["HARBOUR BAKERY", "FRESH BREAD AT SEVEN", "CLOSED ON MONDAYS"]),
        ("street/pictures/2-sign", ["MUSEUM GARDEN", "DOGS ON A LEAD", "GATE SHUTS AT DUSK"]),
    ],
)
def test_the_scenes_signs_are_read_exactly(reader: Reader, picture: str, lines: list[str]) -> None:
    assert [line.text for line in reader.read(scene_picture(picture)).lines] == lines


def test_a_sign_hung_sideways_is_read(reader: Reader) -> None:
    turned = cv2.rotate(sign((640, 480), 24), cv2.ROTATE_90_CLOCKWISE).astype(np.uint8)
    assert set(texts(reader, turned)) == set(SIGN)


def test_lines_are_where_they_are(reader: Reader) -> None:
    first, *_, last = reader.read(Frame(sign((640, 480), 24), 0)).lines
    assert first.box[:2] == pytest.approx((0.05, 0.25), abs=0.03)
    assert first.box[3] < last.box[1]
    assert all(0.8 <= line.score <= 1 for line in (first, last))


@pytest.mark.parametrize("picture", ["cup", "cat", "astronaut", "rocket", "photographer"])
def test_nothing_is_read_in_a_photograph_without_text(reader: Reader, picture: str) -> None:
    assert reader.read(scene_picture(picture)) == Page()


@pytest.mark.parametrize("spread", [0, 40, 100])
def test_nothing_is_read_in_noise(reader: Reader, spread: int) -> None:
    noise = np.random.default_rng(3).normal(128, spread, (480, 640, 3))
    assert texts(reader, np.clip(noise, 0, 255).astype(np.uint8)) == ()


@pytest.mark.parametrize("height_px", [16, 24, 48])
def test_print_that_is_too_blurred_is_counted_and_not_guessed(
    reader: Reader, height_px: int
) -> None:
    blurred = cv2.GaussianBlur(sign((640, 480), height_px), (0, 0), height_px / 6)
    page = reader.read(Frame(np.asarray(blurred, np.uint8), 0))
    assert page.lines == ()
    assert page.illegible == 3


def test_a_picture_of_one_pixel_has_no_text(reader: Reader) -> None:
    assert texts(reader, np.zeros((1, 1, 3), np.uint8)) == ()


def test_repeated_steps_are_one_character_and_a_blank_parts_two() -> None:
    meanings = alphabet("l\no\n \n")
    assert meanings == ("", "l", "o", " ")
    steps = np.eye(4, dtype=np.float32)[[0, 1, 1, 0, 1, 2, 2, 0]]
    assert decode(steps, meanings) == ("llo", 1.0)


def test_a_score_is_the_geometric_mean_of_the_characters() -> None:
    steps = np.array([[0.1, 0.9, 0], [0.8, 0.2, 0], [0.5, 0.1, 0.4]], np.float32)
    steps[2] = 0.2, 0.2, 0.6
    text, score = decode(steps, ("", "a", "b"))
    assert text == "ab"
    assert score == pytest.approx((0.9 * 0.6) ** 0.5)


def test_blank_steps_say_nothing() -> None:
    assert decode(np.eye(3, dtype=np.float32)[[0, 0]], ("", "a", "b")) == ("", 0.0)


def test_a_single_mark_says_nothing() -> None:
    assert not says_something("8")
    assert not says_something("- . O")
    assert says_something("B 7")


def test_no_more_lines_are_given_than_a_message_carries() -> None:
    short, long = ReadLine("ab", 0.9, (0, 0, 1, 1)), ReadLine("出口" * 60, 0.9, (0, 0, 1, 1))
    assert len(fitting([short] * 20)) == 12
    assert len(fitting([long] * 20)) == 3


def test_of_too_many_lines_those_are_told_that_one_looks_at_in_reading_order() -> None:
    lines = [ReadLine(f"row {n}", 0.9, (0, n / 20, 1, (n + 1) / 20)) for n in range(20)]
    assert fitting(lines, (500, 0)) == tuple(lines[:12])
    assert fitting(lines, (500, 1000)) == tuple(lines[8:])
