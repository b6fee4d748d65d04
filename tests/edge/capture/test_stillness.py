"""When does the camera slow down, and when is it quick again?"""

import numpy as np

from edge.capture.stillness import ALIKE_S, HANDED_OVER, Stillness
from edge.capture.wishes import AS_USUAL, PICTURE_NOW, SELDOM, Wishes
from edge.signals import Pixels

ALIKE_PICTURES = round(2 * ALIKE_S)
NOISE = np.random.default_rng(4)


def scene(*, cup: bool = False, noise: float = 8.0) -> Pixels:
    picture = np.full((480, 640, 3), (140, 120, 100), np.float32)
    if cup:
        picture[300:360, 300:350] = 240
    picture += NOISE.normal(0, noise, picture.shape).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


def intervals(*pictures: Pixels, frames_per_s: float = 2.0) -> list[float]:
    stillness = Stillness(frames_per_s)
    found = []
    for picture in pictures:
        stillness.taken(picture)
        found.append(stillness.interval_s)
    return found


def test_a_still_scene_is_looked_at_once_a_second() -> None:
    found = intervals(*(scene() for _ in range(ALIKE_PICTURES + 3)))
    assert found == [0.5] * ALIKE_PICTURES + [1.0] * 3


def test_what_comes_brings_the_pace_back() -> None:
    still = [scene() for _ in range(ALIKE_PICTURES + 1)]
    assert intervals(*still, scene(cup=True))[-2:] == [1.0, 0.5]


def test_a_camera_that_is_slower_than_that_stays_as_it_is() -> None:
    still = [scene() for _ in range(ALIKE_PICTURES + 2)]
    assert set(intervals(*still, frames_per_s=0.25)) == {4.0}


def test_a_scene_that_moves_is_never_still() -> None:
    moving = [np.roll(scene(cup=True), 40 * n, axis=1) for n in range(12)]
    assert set(intervals(*moving)) == {0.5}


def handed_over(wishes: Wishes, *pictures: Pixels) -> list[bool]:
    stillness = Stillness(2.0, wishes)
    return [stillness.taken(picture) for picture in pictures]


def test_of_a_still_scene_one_picture_in_five_is_handed_over() -> None:
    found = handed_over(Wishes(), *(scene() for _ in range(ALIKE_PICTURES + 2 * HANDED_OVER)))
    assert found[:ALIKE_PICTURES] == [True] * ALIKE_PICTURES
    assert found[ALIKE_PICTURES:] == ([False] * (HANDED_OVER - 1) + [True]) * 2


def test_what_changes_is_handed_over_at_once() -> None:
    still = [scene() for _ in range(ALIKE_PICTURES + 2)]
    assert handed_over(Wishes(), *still, scene(cup=True))[-2:] == [False, True]


def test_a_picture_that_is_asked_for_is_not_waited_for_and_others_may_follow() -> None:
    wishes = Wishes()
    stillness = Stillness(2.0, wishes)
    found = [stillness.taken(scene()) for _ in range(ALIKE_PICTURES + 1)]
    wishes.hear(PICTURE_NOW)
    assert stillness.is_wanted_now
    found += [stillness.taken(scene()) for _ in range(ALIKE_PICTURES + 1)]
    assert not stillness.is_wanted_now
    assert found == [*[True] * ALIKE_PICTURES, False, *[True] * ALIKE_PICTURES, False]


def test_on_a_low_battery_pictures_come_half_as_often_until_it_is_charged() -> None:
    wishes = Wishes()
    stillness = Stillness(2.0, wishes)
    stillness.taken(scene())
    found = []
    for told in (AS_USUAL, SELDOM, AS_USUAL):
        wishes.hear(told)
        found.append(stillness.interval_s)
    assert found == [0.5, 1.0, 0.5]
