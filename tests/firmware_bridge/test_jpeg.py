"""The size of a picture is known before it is decoded."""

import cv2
import numpy as np
import pytest

from firmware_bridge import jpeg


@pytest.mark.parametrize("progressive", [0, 1])
def test_the_size_is_read_from_the_head(progressive: int) -> None:
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive]
    data = cv2.imencode(".jpg", np.zeros((48, 80, 3), np.uint8), options)[1].tobytes()
    assert jpeg.size(data) == (80, 48)
    assert jpeg.size(b"\xff\xd8\xff\xe0\x00\x00" + data[2:]) in {(80, 48), None}


def test_what_is_no_picture_has_no_size() -> None:
    for data in (
        b"",
        b"\xff\xd8",
        b"\x89PNG",
        b"\xff\xd8\xff\xda",
        bytes(100),
        b"\xff\xd8\xff" * 9,
    ):
        assert jpeg.size(data) is None
