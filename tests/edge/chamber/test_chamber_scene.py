"""When is a picture worth another look?"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from edge.chamber.scene import SceneGate, difference, thumbnail
from edge.config import Vision
from edge.signals import Frame, Pixels

Filter = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]


def room(*, cup: bool = False, page: bool = False) -> Pixels:
    """Draw a wall with a window, a table, a door and perhaps a cup on the table or a page."""
    picture = np.full((480, 640, 3), (150, 140, 125), np.uint8)
    cv2.rectangle(picture, (60, 60), (240, 220), (225, 230, 235), -1)
    cv2.rectangle(picture, (0, 330), (640, 480), (95, 65, 40), -1)
    cv2.rectangle(picture, (480, 40), (610, 400), (60, 55, 70), -1)
    if cup:
        cv2.rectangle(picture, (330, 240), (420, 350), (240, 240, 235), -1)
    if page:
        cv2.rectangle(picture, (180, 120), (460, 420), (235, 230, 220), -1)
    return picture


def seen_through(picture: Pixels, change: Filter) -> Frame:
    changed = np.clip(change(picture.astype(np.float32)), 0, 255)
    return Frame(changed.astype(np.uint8), 0)


@pytest.fixture
def gate() -> SceneGate:
    gate = SceneGate(Vision().scene_change)
    assert gate.is_new(Frame(room(), 0)), "the first picture is always worth a look"
    return gate


def test_the_same_picture_is_not_looked_at_again(gate: SceneGate) -> None:
    assert not gate.is_new(Frame(room(), 16_000))


@pytest.mark.parametrize("gain", [0.7, 0.85, 1.1])
@pytest.mark.parametrize("offset", [-15, 0, 15])
def test_exposure_flicker_is_not_a_change(gate: SceneGate, gain: float, offset: int) -> None:
    assert not gate.is_new(seen_through(room(), lambda grey: grey * gain + offset))


def test_sensor_noise_is_not_a_change(gate: SceneGate) -> None:
    noise = np.random.default_rng(1).normal(0, 15, (480, 640, 3)).astype(np.float32)
    assert not gate.is_new(seen_through(room(), lambda grey: grey + noise))


def test_a_cup_put_on_the_table_is_a_change(gate: SceneGate) -> None:
    assert gate.is_new(Frame(room(cup=True), 0))
    assert not gate.is_new(Frame(room(cup=True), 0)), "now it is what was looked at"
    assert gate.is_new(Frame(room(), 0)), "and taking it away is a change too"


def test_a_page_held_up_is_a_change(gate: SceneGate) -> None:
    assert gate.is_new(Frame(room(page=True), 0))


def test_a_covered_lens_is_a_change_but_not_two(gate: SceneGate) -> None:
    assert gate.is_new(seen_through(room(), lambda grey: grey * 0.03))
    assert not gate.is_new(seen_through(room(), lambda grey: grey * 0.02))


def test_a_slow_change_is_noticed_in_the_end(gate: SceneGate) -> None:
    empty, full = room().astype(np.float32), room(page=True).astype(np.float32)
    mixes = [(empty + (full - empty) * step / 40).astype(np.uint8) for step in range(41)]
    assert not gate.is_new(Frame(mixes[1], 0))
    assert any(gate.is_new(Frame(mix, 0)) for mix in mixes)


def test_pictures_of_any_size_compare() -> None:
    small = cv2.resize(room(), (213, 160), interpolation=cv2.INTER_AREA)
    assert difference(thumbnail(room()), thumbnail(small)) < 0.01
    assert thumbnail(small).shape == (24, 32)


def test_a_picture_that_cannot_be_written_to_is_fine() -> None:
    picture = room()
    picture.flags.writeable = False
    assert SceneGate(0.04).is_new(Frame(picture, 0))
