"""A film that goes round and round: what is kept of it, and what becomes of what comes too fast."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from edge import config
from edge.bench import play
from edge.capture.sources import describe
from edge.launcher.births import Run
from edge.messages import Dropped, Ended, SealState, Seen, Shown, Summary

PICTURES = Path(__file__).parents[2] / "edge/scenes/demo/pictures"
FRAMES_PER_S = 15
"""More than can be looked at, so that some are always left out."""
DRIFT_BYTES = 5_000_000
WARM_S = 60
"""Until then a way that is seldom taken may still be taken for the first time."""
Picture = npt.NDArray[np.uint8]


def round_of_pictures() -> Iterator[Picture]:
    """Yield ten seconds of film: a cup that is carried through the room, a cat, a sign."""
    for number, name in enumerate(("1-cup", "2-cat", "3-sign")):
        photograph = cv2.imread(str(PICTURES / f"{name}.jpg"))
        assert photograph is not None
        small = cv2.resize(photograph, (360, 260))
        for step in range(50):
            frame = np.full((480, 640, 3), 60 + 60 * number, np.uint8)
            left = 20 + 5 * step
            frame[100:360, left : left + 360] = small[:, : 640 - left]
            yield frame


def write_film(path: Path, seconds: int) -> None:
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FRAMES_PER_S, (640, 480))
    for _ in range(seconds // 10):
        for frame in round_of_pictures():
            film.write(frame)
    film.release()


@dataclass
class Watched:
    """What the launcher showed, and how large the chamber was all the while."""

    sights: list[Seen] = field(default_factory=list)
    dropped: int = 0
    frames: int = 0
    sizes: list[int] = field(default_factory=list)
    pid: int = 0
    has_ended: bool = False

    def show(self, message: Shown) -> None:
        if isinstance(message, SealState) and message.process == "chamber":
            self.pid = message.pid
        elif isinstance(message, Seen):
            self.sights.append(message)
        elif isinstance(message, Dropped):
            self.dropped += message.frames
        elif isinstance(message, Ended):
            self.frames, self.has_ended = message.frames, True
        elif isinstance(message, Summary):
            self.has_ended = True

    def measure(self) -> None:
        """On a thread of its own: note the chamber's resident bytes twice a second."""
        while not self.has_ended:
            time.sleep(0.5)
            if self.pid and Path(f"/proc/{self.pid}/statm").exists():
                pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
                self.sizes.append(pages * 4096)


def watch(folder: Path, seconds: int) -> Watched:
    film = folder / "round.avi"
    write_film(film, seconds)
    settings = config.Config(camera=config.Camera(frames_per_s=FRAMES_PER_S))
    watched = Watched()
    measuring = threading.Thread(target=watched.measure, daemon=True)
    measuring.start()
    play(Run(settings, [describe("video", str(film), settings)], folder / "notes"), watched.show)
    watched.has_ended = True
    measuring.join()
    return watched


@pytest.mark.parametrize("seconds", [10, pytest.param(300, marks=pytest.mark.long)])
def test_what_comes_too_fast_is_left_out_and_counted_and_memory_stays_as_it_is(
    tmp_path: Path, seconds: int
) -> None:
    watched = watch(tmp_path, seconds)
    if seconds > WARM_S:
        settled = watched.sizes[WARM_S * 2 :]
        quarter = len(settled) // 4
        grown = min(settled[-quarter:]) - min(settled[:quarter])
        assert grown <= DRIFT_BYTES, (grown, max(settled), watched.dropped)
    assert watched.dropped > 0
    assert len(watched.sights) + watched.dropped <= watched.frames <= seconds * FRAMES_PER_S
    names = {thing.label for seen in watched.sights for thing in seen.things}
    assert {"cup", "cat"} <= names
    assert seconds * 1000 - watched.sights[-1].at_ms < 6000
