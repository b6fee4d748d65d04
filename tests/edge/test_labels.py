import pytest

from edge import labels
from models import manifest


def test_the_vocabulary_is_coco_s() -> None:
    assert len(labels.KNOWN) == 80
    assert {"person", "traffic light", "hair drier"} <= labels.KNOWN


def test_the_installed_detector_knows_nothing_else() -> None:
    try:
        names = manifest.read("centernet", "labels.txt").decode().splitlines()
    except manifest.ModelError:
        pytest.skip("UNCHECKED: the detector is not installed: offrecord models fetch")
    assert set(names) <= labels.KNOWN
