"""Are the things in a picture named, and found where they are?"""

import cv2
import numpy as np
import pytest
from eye_models import model, scene_picture, skimage_picture

from edge.chamber.vision import Detector, keep, letterbox, overlap, sureness, to_picture
from edge.config import Vision
from edge.signals import Frame


@pytest.fixture(scope="module")
def detector() -> Detector:
    labels = model("centernet", "labels.txt").decode()
    detector = Detector(model("centernet", "detector.onnx"), labels, Vision())
    detector.warm_up()
    return detector


@pytest.mark.parametrize(
    ("picture", "name"),
    [("cat", "cat"), ("cup", "cup"), ("astronaut", "person"), ("photographer", "person")],
)
def test_a_photograph_is_named(detector: Detector, picture: str, name: str) -> None:
    things = detector.detect(scene_picture(picture))
    assert [thing.label for thing in things] == [name]


def test_a_motorcycle_is_named(detector: Detector) -> None:
    things = detector.detect(skimage_picture("motorcycle_left.png"))
    assert things[0].label == "motorcycle"
    assert [thing.label for thing in things if thing.score > 0.5] == ["motorcycle"]


def test_the_cup_is_where_it_is(detector: Detector) -> None:
    (cup,) = detector.detect(scene_picture("cup"))
    left, top, right, bottom = cup.box
    assert 0.2 < left < 0.35
    assert top < 0.12
    assert 0.6 < right < 0.75
    assert 0.6 < bottom < 0.75


@pytest.mark.parametrize("picture", ["rocket", "sign"])
def test_a_photograph_without_known_things_stays_unnamed(detector: Detector, picture: str) -> None:
    assert all(thing.score <= 0.5 for thing in detector.detect(scene_picture(picture)))


@pytest.mark.parametrize("spread", [0, 5, 40, 100])
def test_noise_is_nothing(detector: Detector, spread: int) -> None:
    noise = np.random.default_rng(2).normal(128, spread, (480, 640, 3))
    assert detector.detect(Frame(np.clip(noise, 0, 255).astype(np.uint8), 0)) == ()


def test_a_cameras_picture_needs_no_grey() -> None:
    canvas, scale = letterbox(np.full((480, 640, 3), 200, np.uint8))
    assert canvas.shape == (1, 384, 512, 3)
    assert scale == pytest.approx(0.8)
    assert set(np.unique(canvas)) == {200}


def test_another_picture_stands_undistorted_in_the_middle_of_grey() -> None:
    canvas, _ = letterbox(np.full((300, 900, 3), 200, np.uint8))
    assert canvas.shape == (1, 384, 512, 3)
    assert set(np.unique(canvas[0, 106:277])) == {200}
    assert set(np.unique(canvas[0, :106])) | set(np.unique(canvas[0, 277:])) == {127}


@pytest.mark.parametrize("shape", [(300, 600), (600, 300), (1, 900), (512, 512), (37, 41)])
def test_a_box_of_the_whole_canvas_is_the_whole_picture(shape: tuple[int, int]) -> None:
    canvas, scale = letterbox(np.zeros((*shape, 3), np.uint8))
    height, width = canvas.shape[1:3]
    assert max(height, width) == 512
    rows = np.array([[0, 0, width, height, 0.9, 0]], np.float32)
    assert to_picture(rows, scale, shape).tolist() == [[0, 0, 1, 1]]


def test_a_box_comes_back_in_shares_of_the_picture() -> None:
    _, scale = letterbox(np.zeros((512, 1024, 3), np.uint8))
    rows = np.array([[128, 64, 256, 128, 0.9, 0]], np.float32)
    assert to_picture(rows, scale, (512, 1024)).tolist() == [[0.25, 0, 0.5, 0.25]]


def test_one_thing_is_named_once_by_its_surest_name() -> None:
    cat, same_cat = [10, 10, 110, 110, 0.6, 15], [14, 12, 112, 108, 0.5, 15]
    as_dog, other_cat = [11, 11, 111, 111, 0.4, 16], [200, 10, 300, 110, 0.35, 15]
    faint = [300, 300, 400, 400, 0.2, 15]
    rows = np.array([other_cat, as_dog, faint, same_cat, cat], np.float32)
    assert keep(rows, 0.3).tolist() == np.array([cat, other_cat], np.float32).tolist()


def test_a_thing_in_front_of_another_keeps_its_name() -> None:
    person, tie = [0, 0, 100, 200, 0.8, 0], [40, 60, 60, 120, 0.5, 27]
    assert len(keep(np.array([person, tie], np.float32), 0.3)) == 2


def test_at_most_eight_things_are_named() -> None:
    rows = [[20 * n, 0, 20 * n + 10, 10, 0.9 - n / 100, 0] for n in range(20)]
    assert len(keep(np.array(rows, np.float32), 0.3)) == 8


def test_what_could_as_well_be_something_else_is_less_sure() -> None:
    cake = [10, 10, 110, 110, 0.6, 55]
    table, far_table, same_cake = (
        [12, 10, 110, 110, 0.25, 60],
        [300, 10, 400, 110, 0.5, 60],
        [12, 10, 110, 110, 0.5, 55],
    )
    row = np.array(cake, np.float32)
    assert sureness(row, np.array([cake, far_table, same_cake], np.float32)) == pytest.approx(0.6)
    assert sureness(row, np.array([cake, table], np.float32)) == pytest.approx(0.45)


@pytest.mark.parametrize("shape", [(480, 640), (640, 480), (360, 640), (600, 600)])
def test_a_cup_is_found_in_a_picture_of_any_shape(
    detector: Detector, shape: tuple[int, int]
) -> None:
    wall = np.full((*shape, 3), 90, np.uint8)
    cup = scene_picture("cup").pixels
    wall[:240, 100:420] = cv2.resize(cup, (320, 240), interpolation=cv2.INTER_AREA)
    things = {thing.label: thing.box for thing in detector.detect(Frame(wall, 0))}
    left, _, right, _ = things["cup"]
    assert 140 < left * shape[1] < 220
    assert 280 < right * shape[1] < 350


def test_boxes_without_area_do_not_overlap() -> None:
    point = np.zeros(4, np.float32)
    assert overlap(point, point) == 0
