"""What colour are things in photographs?"""

import numpy as np
import pytest
from eye_models import model, scene_picture

from edge.chamber import colours
from edge.chamber.vision import Detector
from edge.config import Vision
from edge.messages import Colour
from edge.signals import Pixels

WHOLE = (0.0, 0.0, 1.0, 1.0)


def paint(*rows: tuple[int, int, int]) -> Pixels:
    """Return a picture of so many stripes, and a camera's noise."""
    picture = np.repeat(np.array(rows, np.float32)[:, np.newaxis], 100, axis=1)
    picture = np.repeat(picture, 100 // len(rows), axis=0)
    picture += np.random.default_rng(2).normal(0, 6, picture.shape).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("red_green_blue", "colour"),
    [
        ((200, 30, 30), Colour.RED),
        ((230, 120, 20), Colour.ORANGE),
        ((110, 65, 25), Colour.BROWN),
        ((240, 210, 40), Colour.YELLOW),
        ((40, 140, 60), Colour.GREEN),
        ((40, 70, 190), Colour.BLUE),
        ((120, 50, 170), Colour.PURPLE),
        ((240, 150, 170), Colour.PINK),
        ((25, 25, 30), Colour.BLACK),
        ((120, 122, 125), Colour.GREY),
        ((235, 238, 235), Colour.WHITE),
    ],
)
def test_a_colour_has_its_name(red_green_blue: tuple[int, int, int], colour: Colour) -> None:
    assert colours.of(paint(red_green_blue), "chair", WHOLE) is colour


def test_what_has_many_colours_has_none() -> None:
    striped = paint((200, 30, 30), (40, 140, 60), (40, 70, 190), (240, 210, 40), (25, 25, 30))
    assert colours.of(striped, "chair", WHOLE) is Colour.UNKNOWN


def test_of_a_cup_its_outside_counts_and_not_what_is_in_it() -> None:
    coffee_in_white = paint((110, 65, 25), (235, 238, 235))
    assert colours.of(coffee_in_white, "cup", WHOLE) is Colour.WHITE


def test_a_box_of_nothing_has_no_colour() -> None:
    assert colours.of(paint((200, 30, 30)), "cup", (0.5, 0.5, 0.5, 0.5)) is Colour.UNKNOWN


@pytest.mark.parametrize(("name", "colour"), [("cup", Colour.RED), ("cat", Colour.BROWN)])
def test_things_in_photographs(name: str, colour: Colour) -> None:
    labels = model("centernet", "labels.txt").decode()
    detector = Detector(model("centernet", "detector.onnx"), labels, Vision())
    frame = scene_picture(name)
    found = detector.detect(frame)[0]
    assert found.label == name
    assert colours.of(frame.pixels, found.label, found.box) is colour
