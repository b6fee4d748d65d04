"""What is told of pictures that come one after the other? With the real models."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from eye_models import model, scene_picture
from test_reader import SIGN, sign

from edge.chamber import eyes as eyes_module
from edge.chamber.eyes import Eyes
from edge.chamber.precedence import Precedence
from edge.chamber.reader import Reader
from edge.chamber.scene import SceneGate
from edge.chamber.vision import Detector
from edge.config import Part, Vision
from edge.messages import Colour, Light, Look, Seen
from edge.signals import Frame, Pixels

HALF_A_SECOND = 8000
DESK = (150, 140, 125)


@pytest.fixture(scope="module")
def models() -> tuple[Detector, Reader]:
    labels = model("centernet", "labels.txt").decode()
    detector = Detector(model("centernet", "detector.onnx"), labels, Vision())
    files = model("pp-ocr", "detect.onnx"), model("pp-ocr", "recognise.onnx")
    return detector, Reader(*files, model("pp-ocr", "characters.txt").decode(), Vision())


@pytest.fixture
def eyes(models: tuple[Detector, Reader]) -> Eyes:
    return Eyes(SceneGate(Vision().scene_change), *models)


def film(eyes: Eyes, *pictures: Pixels, apart: int = HALF_A_SECOND) -> Iterator[Seen | None]:
    for number, picture in enumerate(pictures):
        frame = Frame(picture.copy(), number * apart)
        glance = eyes.glance(frame)
        yield glance and eyes.look(frame, glance, 0, 1)


def on_a_desk(name: str, left: int, width: int = 260) -> Pixels:
    """Lay a photograph on a desk, its left edge so far from the picture's."""
    picture = np.full((480, 640, 3), DESK, np.uint8)
    lay(picture, name, left, width)
    return picture


def lay(picture: Pixels, name: str, left: int, width: int) -> None:
    photograph = scene_picture(name).pixels
    height = round(photograph.shape[0] * width / photograph.shape[1])
    fitted = cv2.resize(photograph, (width, height), interpolation=cv2.INTER_AREA)
    picture[140 : 140 + height, left : left + width] = fitted


def labels(seen: Seen | None) -> list[str] | None:
    return [thing.label for thing in seen.things] if seen else None


def test_a_scene_that_stands_still_is_told_of_once(eyes: Eyes) -> None:
    cup = on_a_desk("cup", 200)
    first, *later = film(eyes, *[cup] * 6)
    assert first
    assert first.things[0].label == "cup"
    assert later == [None] * 5


def test_what_comes_and_what_leaves_is_told(eyes: Eyes) -> None:
    empty, cup = on_a_desk("cup", 200), on_a_desk("cup", 200)
    empty[:] = DESK
    before, there, after = filter(None, film(eyes, empty, *[cup] * 3, *[empty] * 3))
    assert labels(before) == labels(after) == []
    assert there.things[0].label == "cup"


def test_photographs_stand_each_for_itself(eyes: Eyes) -> None:
    pictures = [scene_picture(name).pixels for name in ("cup", "cat", "astronaut", "rocket")]
    told = [labels(seen) for seen in film(eyes, *pictures, apart=2 * 16_000)]
    assert told == [["cup"], ["cat"], ["person"], []]


def test_a_sign_that_moves_is_read_once_it_is_still(eyes: Eyes) -> None:
    wall = sign((640, 480), 30)
    empty = np.full_like(wall, wall[0, 0])
    moving = [np.roll(wall, shift, axis=1) for shift in (120, 60)]
    told = list(film(eyes, empty, *moving, wall, wall, wall))
    texts = [tuple(line.text for line in seen.lines) for seen in told if seen]
    assert texts[-1] == SIGN
    assert len([lines for lines in texts if lines]) == 1
    assert told[-1] is None


def test_darkness_is_told_once_and_nothing_is_guessed_in_it(eyes: Eyes) -> None:
    night = (on_a_desk("cup", 200) // 24).astype(np.uint8)
    first, second = film(eyes, night, night)
    assert first
    assert (first.light, first.things, first.lines) == (Light.DARK, (), ())
    assert second is None


def test_a_blurred_picture_is_told_and_looked_at_again_when_it_is_sharp(eyes: Eyes) -> None:
    sharp = on_a_desk("cat", 150, 340)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 9).astype(np.uint8)
    told = [seen for seen in film(eyes, blurred, blurred, blurred, sharp, sharp) if seen]
    assert [seen.light for seen in told] == [Light.BLURRED, Light.CLEAR]
    assert labels(told[0]) == []
    assert labels(told[1]) == ["cat"]


def test_what_is_masked_is_not_seen(models: tuple[Detector, Reader]) -> None:
    mask: list[Part] = [(0.0, 0.0, 0.5, 1.0)]
    eyes = Eyes(SceneGate(Vision().scene_change), *models, mask=mask)
    both = on_a_desk("cup", 20)
    lay(both, "cat", 350, 260)
    (seen,) = film(eyes, both)
    assert labels(seen) == ["cat"]


def test_closed_eyes_load_nothing() -> None:
    class Nothing:
        """A shelf from which nothing may be taken."""

    assert eyes_module.load(Vision(eyes="closed"), Nothing()) is None  # type: ignore[arg-type]


def test_what_is_asked_for_is_told_although_it_is_no_news(eyes: Eyes) -> None:
    cup = on_a_desk("cup", 200)
    *_, settled = film(eyes, *[cup] * 6)
    assert settled is None
    eyes.told(Look())
    asked, later = [
        glance and eyes.look(frame, glance, 0, 1)
        for number in (6, 7)
        for frame in [Frame(cup.copy(), number * HALF_A_SECOND)]
        for glance in [eyes.glance(frame)]
    ]
    assert asked
    assert asked.things[0].label == "cup"
    assert later is None


def test_a_scene_that_was_said_to_stand_still_goes_on(eyes: Eyes) -> None:
    cup = on_a_desk("cup", 200)
    *_, settled = film(eyes, *[cup] * 6)
    assert settled is None
    for second in range(3, 13):
        eyes.stood_still(second * 16_000)
    assert eyes.glance(Frame(cup.copy(), 13 * 16_000)) is None


def test_a_colour_is_told_with_a_thing_and_never_with_a_person(eyes: Eyes) -> None:
    pictures = [scene_picture(name).pixels for name in ("cup", "astronaut")]
    cup, person = film(eyes, *pictures, apart=2 * 16_000)
    assert cup
    assert person
    assert cup.things[0].colour is not Colour.UNKNOWN
    assert {thing.colour for thing in person.things if thing.label == "person"} == {Colour.UNKNOWN}


class Asked(Precedence):
    """Counts how often sight asked whether it may go on."""

    times = 0

    def give_way(self) -> None:
        self.times += 1


def test_hearing_goes_first_before_text_is_looked_for_where_there_is_none(eyes: Eyes) -> None:
    hearing = Asked()
    eyes.go_behind(hearing)
    (seen,) = film(eyes, scene_picture("cup").pixels)
    eyes.go_behind(Precedence())
    assert seen
    assert seen.lines == ()
    assert hearing.times == 1


def test_between_two_runs_of_the_reader_hearing_goes_first(eyes: Eyes) -> None:
    hearing = Asked()
    eyes.go_behind(hearing)
    (seen, *_) = film(eyes, *[sign((640, 480), 30)] * 3)
    eyes.go_behind(Precedence())
    assert seen
    assert tuple(line.text for line in seen.lines) == SIGN
    assert hearing.times > len(SIGN)
