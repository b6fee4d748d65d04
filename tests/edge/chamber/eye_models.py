"""The real models and photographs that the tests of the eyes need."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest

from edge.signals import Frame
from models import manifest

SKIMAGE = "scikit-image==0.26.0"
SHA256 = {
    "motorcycle_left.png": "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179",
}
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
    """Return a picture out of scikit-image's wheel, which is fetched once and never installed."""
    cached = manifest.folder().parent / "tests" / SKIMAGE / name
    if not cached.exists():
        with TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            subprocess.run([*pip, "--only-binary", ":all:", "--dest", folder, SKIMAGE], check=True)
            (wheel,) = Path(folder).glob("*.whl")
            picture = zipfile.ZipFile(wheel).read(f"skimage/data/{name}")
        assert hashlib.sha256(picture).hexdigest() == SHA256[name]
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_bytes(picture)
    return load(cached)


def load(path: Path) -> Frame:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    pixels = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8)
    pixels.flags.writeable = False  # as the slot delivers them
    return Frame(pixels, 0)
