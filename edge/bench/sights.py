"""Are the things in pictures named, is print read exactly, and how long does that take?

This is the part of `offrecord bench vision` that sees: a process with a chamber's environment, for
with another allocator a network takes half as long again. It writes what it found as JSON.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import msgspec
import numpy as np

from edge import config, scene
from edge.bench import photographs
from edge.capture import pictures
from edge.chamber import eyes, heap
from edge.chamber.eyes import Eyes
from edge.chamber.shelf import Shelf
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import Seen, Stage
from edge.signals import Frame, Pixels

Labels = Mapping[str, Sequence[str]]
"""Of each file, what it shows; `cup|bowl` is either, and `text: EXIT` a line that can be read."""

TEXT: Final = "text:"
FALSE_FROM: Final = 50
"""Percent: from here on a name that is not among a file's labels is a wrong one."""
APART: Final = 2 * SAMPLE_RATE_HZ
"""Between two pictures, so that each stands for itself."""
RUNS: Final = 3
FRAME_SIZE: Final = 640, 480
SIGNS: Final = {
    "demo/pictures/3-sign.jpg": ("HARBOUR BAKERY", "FRESH BREAD AT SEVEN", "CLOSED ON MONDAYS"),
    "street/pictures/2-sign.jpg": ("MUSEUM GARDEN", "DOGS ON A LEAD", "GATE SHUTS AT DUSK"),
}
SIGN_SIZES: Final = (1.0, 0.7, 0.5)
SIGN_ANGLES: Final = (0, 20)
"""Degrees by which a sign is turned away."""


def main() -> int:
    """Look at the pictures of a folder, all of which can be read, as its labels say."""
    parser = argparse.ArgumentParser(prog="python -m edge.bench.sights")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--labels", required=True, help="JSON")
    parser.add_argument("--strangers", action="store_true")
    asked = parser.parse_args()
    wanted = msgspec.json.decode(asked.labels, type=dict[str, list[str]])
    films = {name: readable(asked.images / name) for name in wanted}
    shown = [*films.values(), *_signs().values()]
    settings = config.Vision()
    reader_mb = _reader_peak_mb(settings, shown)
    seeing = eyes.load(settings, Shelf())
    assert seeing
    found = {
        **_named(seeing, films, wanted),
        "strangers": _strangers(seeing) if asked.strangers else {},
        "signs": _signs_read(seeing),
        **_times(seeing, shown),
        "reader_peak_mb": reader_mb,
    }
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


def readable(path: Path) -> Pixels:
    """Return a picture that is known to be one."""
    pixels = pictures.read(path)
    assert pixels is not None, path
    return pixels


class Looked(NamedTuple):
    """What a picture showed, and what that took."""

    seen: Seen
    frame_ms: float
    cpu_ms: float
    glance_ms: float

    def stage_ms(self, stage: Stage) -> float:
        """Return how long one step took."""
        return sum(each.microseconds for each in self.seen.stages if each.stage is stage) / 1000


class Looking:
    """Shows pictures to the eyes, each after darkness and as if nothing had been before it."""

    def __init__(self, seeing: Eyes) -> None:
        self._seeing = seeing
        self._at = 0

    def at(self, pixels: Pixels) -> Looked:
        """Look at a picture."""
        self._look(np.zeros_like(pixels))
        looked = self._look(pixels.copy())
        assert looked
        return looked

    def _look(self, pixels: Pixels) -> Looked | None:
        frame = Frame(pixels, self._at)
        self._at += APART
        began_s, worked_s = time.perf_counter(), time.thread_time()
        glance = self._seeing.glance(frame)
        glanced_s = time.perf_counter()
        seen = self._seeing.look(frame, glance, 0, 1) if glance else None
        took_s, worked_s = time.perf_counter() - began_s, time.thread_time() - worked_s
        if not seen:
            return None
        return Looked(seen, 1000 * took_s, 1000 * worked_s, 1000 * (glanced_s - began_s))


def judge(seen: Seen, labels: Sequence[str]) -> dict[str, int]:
    """Count what of a picture's labels was found, and what was named that is not among them."""
    names = [label.split("|") for label in labels if not label.startswith(TEXT)]
    lines = [label.removeprefix(TEXT).strip() for label in labels if label.startswith(TEXT)]
    known = {name for each in names for name in each}
    wrong = [thing for thing in seen.things if thing.label not in known]
    found = {thing.label for thing in seen.things}
    return {
        "labels_found": sum(not found.isdisjoint(each) for each in names),
        "labels_total": len(names),
        "false_labels": sum(thing.score > FALSE_FROM for thing in wrong),
        "false_labels_unsure": sum(thing.score <= FALSE_FROM for thing in wrong),
        "text_lines_exact": sum(line in {each.text for each in seen.lines} for line in lines),
        "text_lines_total": len(lines),
        "text_lines_read": len(seen.lines),
    }


def _named(seeing: Eyes, films: Mapping[str, Pixels], wanted: Labels) -> dict[str, Any]:
    looking = Looking(seeing)
    total: dict[str, int] = {}
    missed = []
    for name, pixels in films.items():
        seen = looking.at(pixels).seen
        counts = judge(seen, wanted[name])
        total = {key: total.get(key, 0) + count for key, count in counts.items()}
        if counts["labels_found"] < counts["labels_total"] or counts["false_labels"]:
            missed.append({"file": name, "wanted": ", ".join(wanted[name]), "named": _names(seen)})
    return {**total, "wrong": missed}


def _names(seen: Seen) -> str:
    return ", ".join(f"{thing.label} {thing.score}" for thing in seen.things)


def _strangers(seeing: Eyes) -> dict[str, Any]:
    """Count what is called by a wrong name, and sure of it, in photographs that nobody tuned by."""
    folder = photographs.fetch(photographs.STRANGERS)
    wanted = photographs.labels(photographs.STRANGERS)
    looking = Looking(seeing)
    wrong = []
    for name, labels in wanted.items():
        seen = looking.at(readable(folder / name)).seen
        if judge(seen, labels)["false_labels"]:
            wrong.append({"file": name, "named": _names(seen)})
    return {"images": len(wanted), "wrong": wrong}


def _signs() -> dict[tuple[str, float, int], Pixels]:
    """Return the scenes' signs in several sizes and from several angles."""
    return {
        (name, size, angle): turned(readable(scene.SCENES / name), size, angle)
        for name in SIGNS
        for size in SIGN_SIZES
        for angle in SIGN_ANGLES
    }


def turned(picture: Pixels, size: float, degrees: int) -> Pixels:
    """Return a picture on a wall, smaller, and turned away about its upright axis."""
    height, width, _ = picture.shape
    near = 1 + np.sin(np.radians(degrees)) / 4
    narrow = np.cos(np.radians(degrees))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * (width / 2, height / 2)
    corners[:, 0] *= narrow
    corners[[0, 3], 1] *= near
    corners[[1, 2], 1] /= near
    seen = corners * size / near + (width / 2, height / 2)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(flat, seen.astype(np.float32))
    wall = tuple(int(shade) for shade in np.median(picture, axis=(0, 1)))
    if size < 1:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 / size), np.uint8)
    return np.asarray(
        cv2.warpPerspective(picture, turn, (width, height), borderValue=wall), np.uint8
    )


def _signs_read(seeing: Eyes) -> dict[str, Any]:
    looking = Looking(seeing)
    exact = total = 0
    for (name, _, _), pixels in _signs().items():
        read = {line.text for line in looking.at(pixels).seen.lines}
        exact += sum(line in read for line in SIGNS[name])
        total += len(SIGNS[name])
    return {
        "lines_exact": exact,
        "lines_total": total,
        "sizes": len(SIGN_SIZES),
        "angles": len(SIGN_ANGLES),
    }


def _times(seeing: Eyes, films: Sequence[Pixels]) -> dict[str, Any]:
    looking = Looking(seeing)
    rows = [
        min((looking.at(as_a_camera(film)) for _ in range(RUNS)), key=lambda row: row.frame_ms)
        for film in films
    ]
    plain = [row for row in rows if not (row.seen.lines or row.seen.illegible)]
    with_text = [row for row in rows if row.seen.lines]
    return {
        "threads": config.Vision().threads,
        "frame_ms": _spread([row.frame_ms for row in rows]),
        "frame_ms_without_text": _spread([row.frame_ms for row in plain]),
        "frame_ms_with_text": _spread([row.frame_ms for row in with_text]),
        "frame_cpu_ms_without_text": _spread([row.cpu_ms for row in plain]),
        "frame_cpu_ms_with_text": _spread([row.cpu_ms for row in with_text]),
        "stage_ms": {
            "glance": _spread([row.glance_ms for row in rows]),
            "detect": _spread([row.stage_ms(Stage.DETECT) for row in rows]),
            "count_faces": _spread([row.stage_ms(Stage.FACES) for row in rows]),
            "look_for_text": _spread([row.stage_ms(Stage.READ) for row in plain]),
            "read_text": _spread([row.stage_ms(Stage.READ) for row in with_text]),
        },
    }


def as_a_camera(pixels: Pixels) -> Pixels:
    """Return a picture as a camera of 640 by 480 gives it, its margins black."""
    height, width, _ = pixels.shape
    scale = min(FRAME_SIZE[0] / width, FRAME_SIZE[1] / height)
    size = round(width * scale), round(height * scale)
    frame = np.zeros((FRAME_SIZE[1], FRAME_SIZE[0], 3), np.uint8)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    frame[: size[1], : size[0]] = cv2.resize(pixels, size, interpolation=how)
    return frame


def _spread(figures: Sequence[float]) -> dict[str, float]:
    found = [figure for figure in figures if figure]
    if not found:
        return {}
    return {f"p{share}": round(float(np.percentile(found, share)), 1) for share in (50, 95)}


def _reader_peak_mb(settings: config.Vision, films: Sequence[Pixels]) -> float:
    """Return by how much loading the text reader and reading makes this process grow, at most."""
    with heap.kept():
        pass  # from here on memory is given back as it is in the chamber
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    before_bytes = _status_bytes("VmRSS")
    reader = eyes.load_reader(settings, Shelf())
    for number, film in enumerate(films):
        with heap.kept():
            reader.read(Frame(film, number * APART))
    return round((_status_bytes("VmHWM") - before_bytes) / 1e6, 1)


def _status_bytes(key: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{key}:")[1].split()[0]) * 1024


if __name__ == "__main__":
    sys.exit(main())
