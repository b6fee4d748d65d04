"""Where one looks, and a fresh look on demand, through the whole program."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from picture_stream import streamed

from edge import config, control
from edge.bench import play
from edge.capture.sources import describe
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import Attend, Look, Reply, Seen, Shown, SourceState, Standing

TESTS = Path(__file__).parent
PICTURES = TESTS.parents[1] / "edge/scenes/demo/pictures"
LEFT, RIGHT = Attend(170, 500), Attend(830, 500)
TOO_LONG_S = 120
EVERY_S = 0.4
"""As a wearable that follows the eyes: it says again where they rest."""
Picture = npt.NDArray[np.uint8]


def side_by_side(left: str, right: str) -> Picture:
    picture = np.full((600, 960, 3), (125, 140, 150), np.uint8)
    for name, x in ((left, 30), (right, 630)):
        photograph = cv2.imread(str(PICTURES / f"{name}.jpg"))
        assert photograph is not None
        height = round(photograph.shape[0] * 300 / photograph.shape[1])
        picture[180 : 180 + height, x : x + 300] = cv2.resize(photograph, (300, height))
    return picture


def what_is_this(path: Path, *starts_s: float) -> Path:
    """Write a sound in which "What am I looking at?" is asked at these moments."""
    said, rate_hz = soundfile.read(TESTS / "looking/questions.opus")
    said = said[: 4 * rate_hz]
    sound = np.zeros(round((starts_s[-1] + 6) * rate_hz))
    for start_s in starts_s:
        begin = round(start_s * rate_hz)
        sound[begin : begin + len(said)] = said
    soundfile.write(path, sound, rate_hz)
    return path


def run(folder: Path, audio: Path, video: str, show: Callable[[Shown], None]) -> None:
    settings = config.Config()
    sources = [describe("audio", str(audio), settings), describe("video", video, settings)]
    play(Run(settings, sources, folder / "data", picture_s=6.0), show)


@contextlib.contextmanager
def gazing(folder: Path, at: Callable[[], Attend]) -> Iterator[list[Standing]]:
    """Say over and over where the wearer looks, as a page or a wearable does."""
    over, answers = threading.Event(), list[Standing]()

    def say() -> None:
        while not over.wait(EVERY_S):
            with contextlib.suppress(control.NoAnswer):
                if standing := control.ask(folder / "data", at()):
                    answers.append(standing)

    thread = threading.Thread(target=say)
    thread.start()
    yield answers
    over.set()
    thread.join()


def test_what_one_looks_at_is_where_the_gaze_rests_in_either_order(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imwrite(str(pictures / "1.png"), side_by_side("1-cup", "2-cat"))
    cv2.imwrite(str(pictures / "2.png"), side_by_side("2-cat", "1-cup"))
    cv2.imwrite(str(pictures / "3.png"), side_by_side("1-cup", "2-cat"))
    replies: list[str] = []
    gaze = [LEFT, LEFT, RIGHT, RIGHT]
    """One after the other, each until the question that is asked meanwhile is answered."""

    def show(message: Shown) -> None:
        if isinstance(message, Reply):
            replies.append(message.text)

    audio = what_is_this(tmp_path / "asked.wav", 1.0, 7.0, 13.0)
    with gazing(tmp_path, lambda: gaze[len(replies)]):
        run(tmp_path, audio, str(pictures), show)
    assert ["cup" in reply for reply in replies] == [True, False, False]
    assert ["cat" in reply for reply in replies] == [False, True, True]


@pytest.fixture
def camera() -> Iterator[str]:
    picture = cv2.imencode(".jpg", side_by_side("2-cat", "1-cup"))[1].tobytes()
    with streamed(picture) as address:
        yield address


def until(
    folder: Path, audio: Path, camera: str, is_enough: Callable[[list[Shown]], bool]
) -> list[Shown]:
    """Run on a live camera until enough was shown; return it all."""
    told: list[Shown] = []
    stopped: list[bool] = []

    def show(message: Shown) -> None:
        told.append(message)
        if is_enough(told) and not stopped:  # a second one would interrupt it
            stopped.append(True)
            launcher.stop()

    settings = config.Config()
    sources = [describe("audio", str(audio), settings), describe("video", camera, settings)]
    launcher = Launcher(Run(settings, sources, folder / "data"), show)
    asyncio.run(asyncio.wait_for(launcher.launch(), TOO_LONG_S))
    return told


def kinds(told: list[Shown]) -> list[type]:
    return [type(message) for message in told if isinstance(message, Seen | Reply)]


def test_an_old_sight_is_looked_at_afresh_when_it_is_asked_about(
    camera: str, tmp_path: Path
) -> None:
    audio = what_is_this(tmp_path / "asked.wav", 8.0)
    told = until(tmp_path, audio, camera, lambda told: isinstance(told[-1], Reply))
    assert kinds(told) == [Seen, Seen, Reply]


def test_a_page_may_ask_for_a_look(camera: str, tmp_path: Path) -> None:
    answers: list[Standing | None] = []

    def has_looked(told: list[Shown]) -> bool:
        newest = told[-1]
        is_late = isinstance(newest, SourceState) and newest.samples > 5 * 16_000
        if is_late and not answers:
            answers.append(None)
            threading.Thread(target=ask).start()
        return kinds(told) == [Seen, Seen]

    def ask() -> None:
        answers[:] = [control.ask(tmp_path / "data", Look())]

    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(20 * 16_000), 16_000)
    until(tmp_path, silent, camera, has_looked)
    assert answers[0] is not None
    assert answers[0].sees


def test_where_nothing_is_seen_a_look_is_answered_with_that(tmp_path: Path) -> None:
    answers: list[Standing | None] = []

    def show(message: Shown) -> None:
        if isinstance(message, SourceState) and message.phase == "running" and not answers:
            answers.append(None)
            threading.Thread(target=ask).start()

    def ask() -> None:
        answers[:] = [control.ask(tmp_path / "data", Look())]

    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(3 * 16_000), 16_000)
    settings = config.Config()
    play(Run(settings, [describe("audio", str(silent), settings)], tmp_path / "data"), show)
    assert answers[0] is not None
    assert not answers[0].sees
