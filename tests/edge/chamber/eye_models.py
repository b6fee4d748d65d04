"""The real models and photographs that the tests of the eyes need."""

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.signals import Frame
from models import manifest

SCENES = Path(__file__).parents[3] / "edge/scenes"


def model(name: str, file: str) -> bytes:
    """Return a model's file; skip the test where it has not been fetched."""
    try:
        return manifest.read(name, file)
    except manifest.ModelNotFetched as absent:
        pytest.skip(f"UNCHECKED: {absent}")


def scene_picture(name: str) -> Frame:
    """Return the first of the scenes' pictures whose path ends so."""
    found = sorted(SCENES.rglob(f"*{name}.jpg"))
    if not found:
        pytest.skip(f"UNCHECKED: no scene has a picture {name}.jpg")
    return load(found[0])


def skimage_picture(name: str) -> Frame:
    """Return a picture out of scikit-image's package, which is read and not imported."""
    package = find_spec("skimage")
    if package is None or package.origin is None:
        pytest.skip("UNCHECKED: needs the pictures in the package scikit-image")
    return load(Path(package.origin).parent / "data" / name)


def load(path: Path) -> Frame:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    pixels = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8)
    pixels.flags.writeable = False  # as the slot delivers them
    return Frame(pixels, 0)
