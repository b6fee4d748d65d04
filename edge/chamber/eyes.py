"""A picture in, one message out: the seeing specialists in their order."""

import time
from collections.abc import Sequence
from typing import Final

import cv2

from edge import config
from edge.airlock import plain
from edge.chamber.reader import Reader
from edge.chamber.scene import SceneGate
from edge.chamber.shelf import Shelf
from edge.chamber.vision import Detector
from edge.clock import to_ms
from edge.messages import Box, Seen, Stage, StageTime, TextLine, Thing
from edge.signals import Frame

MOST_THINGS: Final = 8
MOST_LINES: Final = 12
MOST_LINE_CHARACTERS: Final = 120


class Eyes:
    """Everything between a picture and what it showed."""

    def __init__(self, scene: SceneGate, detector: Detector, reader: Reader | None) -> None:
        self._scene, self._detector, self._reader = scene, detector, reader

    def look(self, frame: Frame, detector: int, reader: int) -> Seen | None:
        """Return what a picture shows, or nothing if it shows what the last one showed."""
        if not self._scene.is_new(frame):
            return None
        began = time.perf_counter_ns()
        things = tuple(
            Thing(found.label, round(found.score * 100), _thousandths(found.box))
            for found in self._detector.detect(frame)[:MOST_THINGS]
        )
        stages = [_time(Stage.DETECT, began)]
        lines: tuple[TextLine, ...] = ()
        if self._reader:
            began = time.perf_counter_ns()
            lines = tuple(
                TextLine(text, round(line.score * 100), _thousandths(line.box))
                for line in self._reader.read(frame)[:MOST_LINES]
                if (text := plain(line.text, MOST_LINE_CHARACTERS))
            )
            stages.append(_time(Stage.READ, began))
        return Seen(to_ms(frame.at), things, lines, detector, reader, tuple(stages))


def _thousandths(box: Sequence[float]) -> Box:
    left, top, right, bottom = (min(1000, max(0, round(side * 1000))) for side in box)
    return left, top, right, bottom


def _time(stage: Stage, began_ns: int) -> StageTime:
    return StageTime(stage, (time.perf_counter_ns() - began_ns) // 1000)


def load(settings: config.Vision, shelf: Shelf) -> Eyes:
    """Load what sees and, unless it is switched off, what reads."""
    cv2.setNumThreads(1)
    network = shelf.take("centernet", "detector.onnx")
    detector = Detector(network, shelf.take("centernet", "labels.txt").decode(), settings)
    detector.warm_up()
    reader = None
    if settings.read_text:
        files = ("detect.onnx", "recognise.onnx", "characters.txt")
        finder, recogniser, characters = (shelf.take("pp-ocr", file) for file in files)
        reader = Reader(finder, recogniser, characters.decode(), settings)
        reader.warm_up()
    return Eyes(SceneGate(settings.scene_change), detector, reader)
