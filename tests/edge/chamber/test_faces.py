"""Are faces counted where there are any?"""

import cv2
import numpy as np
import pytest
from eye_models import model, scene_picture

from edge.chamber.eyes import Eyes
from edge.chamber.faces import Faces
from edge.chamber.scene import SceneGate
from edge.chamber.vision import Detector
from edge.config import Vision
from edge.messages import Seen
from edge.signals import Frame, Pixels


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces(model("blazeface", "faces.onnx"), 1)


def crowd(*, people: int) -> Pixels:
    """Stand one astronaut beside another."""
    astronaut = scene_picture("astronaut").pixels
    return np.concatenate([astronaut] * people, axis=1)


@pytest.mark.parametrize("people", [1, 2, 3])
def test_faces_are_counted(faces: Faces, people: int) -> None:
    assert faces.count(Frame(crowd(people=people), 0)) == people


@pytest.mark.parametrize("picture", ["3-sign", "rocket"])
def test_where_nobody_is_there_is_no_face(faces: Faces, picture: str) -> None:
    assert faces.count(scene_picture(picture)) == 0


def test_a_picture_without_anything_has_no_face(faces: Faces) -> None:
    assert faces.count(Frame(np.zeros((480, 640, 3), np.uint8), 0)) == 0


def seen(faces: Faces, picture: Pixels) -> Seen:
    labels = model("centernet", "labels.txt").decode()
    detector = Detector(model("centernet", "detector.onnx"), labels, Vision())
    eyes = Eyes(SceneGate(Vision().scene_change), detector, None, faces)
    frame = Frame(picture.copy(), 0)
    glance = eyes.glance(frame)
    assert glance
    told = eyes.look(frame, glance, 0, 1)
    assert told
    return told


def test_a_cat_has_no_face_because_nobody_is_asked_for_one(faces: Faces) -> None:
    assert seen(faces, scene_picture("cat").pixels).faces == 0


def test_a_person_has_one(faces: Faces) -> None:
    small = cv2.resize(scene_picture("astronaut").pixels, (480, 480))
    assert seen(faces, np.asarray(small, np.uint8)).faces == 1
