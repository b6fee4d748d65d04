"""When is a picture worth another look?"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from edge.chamber.scene import Glance, SceneGate, Thumbnail, difference, into
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


class Gate(SceneGate):
    """Looks at whatever is new, as the eyes do."""

    def is_new(self, frame: Frame) -> bool:
        is_new = self.glance(frame).is_new
        if is_new:
            self.look()
        return is_new


@pytest.fixture
def gate() -> Gate:
    gate = Gate(Vision().scene_change)
    assert gate.is_new(Frame(room(), 0)), "the first picture is always worth a look"
    return gate


def thumbnail(picture: Pixels) -> Thumbnail:
    made = np.zeros((24, 32), np.float32)
    into(made, picture)
    return made


def test_the_same_picture_is_not_looked_at_again(gate: Gate) -> None:
    assert not gate.is_new(Frame(room(), 16_000))


@pytest.mark.parametrize("gain", [0.7, 0.85, 1.1])
@pytest.mark.parametrize("offset", [-15, 0, 15])
def test_exposure_flicker_is_not_a_change(gate: SceneGate, gain: float, offset: int) -> None:
    assert not gate.is_new(seen_through(room(), lambda grey: grey * gain + offset))


def test_sensor_noise_is_not_a_change(gate: Gate) -> None:
    noise = np.random.default_rng(1).normal(0, 15, (480, 640, 3)).astype(np.float32)
    assert not gate.is_new(seen_through(room(), lambda grey: grey + noise))


def test_a_cup_put_on_the_table_is_a_change(gate: Gate) -> None:
    assert gate.is_new(Frame(room(cup=True), 0))
    assert not gate.is_new(Frame(room(cup=True), 0)), "now it is what was looked at"
    assert gate.is_new(Frame(room(), 0)), "and taking it away is a change too"


def test_a_page_held_up_is_a_change(gate: Gate) -> None:
    assert gate.is_new(Frame(room(page=True), 0))


def test_a_covered_lens_is_a_change_but_not_two(gate: Gate) -> None:
    assert gate.is_new(seen_through(room(), lambda grey: grey * 0.03))
    assert not gate.is_new(seen_through(room(), lambda grey: grey * 0.02))


def test_a_lens_that_is_uncovered_before_a_bare_wall_is_a_change(gate: Gate) -> None:
    wall = np.full((480, 640, 3), 200, np.uint8)
    wall[200:210, 200:400] = 40
    assert gate.is_new(Frame(np.zeros_like(wall), 0))
    assert gate.is_new(Frame(wall, 0))


def test_a_slow_change_is_noticed_in_the_end(gate: Gate) -> None:
    empty, full = room().astype(np.float32), room(page=True).astype(np.float32)
    mixes = [(empty + (full - empty) * step / 40).astype(np.uint8) for step in range(41)]
    assert not gate.is_new(Frame(mixes[1], 0))
    assert any(gate.is_new(Frame(mix, 0)) for mix in mixes)


def test_pictures_of_any_size_compare() -> None:
    small = cv2.resize(room(), (213, 160), interpolation=cv2.INTER_AREA)
    assert difference(thumbnail(room()), thumbnail(small)).whole < 0.01
    assert thumbnail(small).shape == (24, 32)


def test_a_picture_that_cannot_be_written_to_is_fine() -> None:
    picture = room()
    picture.flags.writeable = False
    assert Gate(0.04).is_new(Frame(picture, 0))


def glances(*pictures: Pixels, apart_s: float = 0.5) -> list[Glance]:
    gate = SceneGate(Vision().scene_change)
    return [
        gate.glance(Frame(each, round(n * apart_s * 16_000))) for n, each in enumerate(pictures)
    ]


def test_nothing_moves_in_a_scene_that_stands_still() -> None:
    *_, last = glances(room(), room(), room())
    assert last.is_still
    assert not last.is_cut


def test_a_scene_that_shifts_moves() -> None:
    *_, last = glances(room(), np.roll(room(), 40, axis=1))
    assert not last.is_still
    assert not last.is_cut


def test_another_scene_is_a_cut_and_nothing_is_known_to_move_in_it() -> None:
    *_, last = glances(room(), np.flipud(np.roll(room(page=True), 200, axis=1)).copy())
    assert last.is_cut
    assert last.is_still


def test_of_pictures_far_apart_in_time_each_stands_for_itself() -> None:
    *_, last = glances(room(), room(), apart_s=2.0)
    assert last.is_cut


def test_a_covered_lens_is_dark_and_a_lamp_at_night_is_not() -> None:
    night = np.full((480, 640, 3), 8, np.uint8)
    lamp = night.copy()
    cv2.circle(lamp, (320, 120), 90, (255, 240, 200), -1)
    assert [glance.is_dark for glance in glances(room(), night, lamp)] == [False, True, False]


def test_what_was_new_in_a_picture_nobody_looked_at_is_new_in_the_next() -> None:
    missed = Glance(is_new=True, is_still=True, is_cut=True, is_dark=False)
    still = Glance(is_new=False, is_still=True, is_cut=False, is_dark=False)
    assert still.after(missed) == missed
