"""What am I looking at? Asked aloud of pictures with two things in them, of the whole program."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

QUESTIONS = Path(__file__).parent / "looking/questions.opus"
"""What am I looking at? What is this? Read that for me. What does this say? Each 5 s one."""
DEMO = Path(__file__).parents[2] / "edge/scenes/demo/pictures"
Picture = npt.NDArray[np.uint8]


def desk(left: str, middle: str) -> Picture:
    """Lay two photographs on a desk: one on its left side, one in the middle."""
    picture = np.full((600, 960, 3), (125, 140, 150), np.uint8)
    for name, x, width in ((left, 20, 280), (middle, 340, 300)):
        photograph = cv2.imread(str(DEMO / f"{name}.jpg"))
        assert photograph is not None
        height = round(photograph.shape[0] * width / photograph.shape[1])
        picture[180 : 180 + height, x : x + width] = cv2.resize(photograph, (width, height))
    return picture


def wall(left: str, middle: str) -> Picture:
    """Hang two signs on a wall."""
    picture = np.full((600, 960, 3), (225, 232, 235), np.uint8)
    for words, x in ((left, 30), (middle, 370)):
        for number, line in enumerate(words.split("/")):
            at, font = (x, 270 + 60 * number), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(picture, line, at, font, 1.3, (40, 35, 30), 3, cv2.LINE_AA)
    return picture


def run(folder: Path, *more: object) -> list[dict[str, Any]]:
    """Return the JSON lines of `offrecord run` over the questions and a folder of pictures."""
    sources = ["--audio", QUESTIONS, "--video", folder, "--picture-s", 5, *more]
    ended = subprocess.run(
        [sys.executable, "-m", "edge.cli", "run", *map(str, sources), "--fast", "--json"],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env={**os.environ, "XDG_DATA_HOME": str(folder / "data")},
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what is answered to the four questions."""
    folder = tmp_path_factory.mktemp("pictures")
    cv2.imwrite(str(folder / "1.png"), desk("2-cat", "1-cup"))
    cv2.imwrite(str(folder / "2.png"), desk("1-cup", "2-cat"))
    cv2.imwrite(str(folder / "3.png"), wall("TICKETS", "PLATFORM/NINE"))
    cv2.imwrite(str(folder / "4.png"), wall("PLATFORM", "TICKETS/HERE"))
    return [line["text"] for line in run(folder) if line["type"] == "Reply"]


def test_of_two_things_the_one_in_the_middle_is_what_one_looks_at(answers: list[str]) -> None:
    first, second, *_ = answers
    assert "cup" in first
    assert "cat" not in first
    assert "cat" in second
    assert "cup" not in second


def test_of_two_signs_the_one_in_the_middle_is_read(answers: list[str]) -> None:
    *_, third, fourth = answers
    assert third == 'It says: "PLATFORM / NINE".'
    assert fourth == 'It says: "TICKETS / HERE".'


def test_closed_eyes_open_no_camera_and_see_nothing(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), desk("2-cat", "1-cup"))
    closed = tmp_path / "config.toml"
    closed.write_text('[vision]\neyes = "closed"\n')
    *lines, summary = run(tmp_path, "--config", closed)
    assert "capture.audio" in summary["sealed"]
    assert "capture.video" not in summary["sealed"]
    assert not [line for line in lines if line["type"] == "Seen"]
