"""When does the camera slow down, and when is it quick again?"""

import numpy as np

from edge.capture.stillness import ALIKE_S, Stillness
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
