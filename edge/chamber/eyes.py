"""A picture in, one message out if something changed: the seeing specialists in their order.

In front of everything stands a glance: a scene that stands still costs no more than that. Things
are followed from look to look (`tracks`). Text is read when nothing moves, once for each scene.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2

from edge import config
from edge.airlock import plain
from edge.chamber import heap, masks, sharpness, tracks
from edge.chamber.faces import Faces
from edge.chamber.reader import Page, Reader
from edge.chamber.scene import Glance, SceneGate
from edge.chamber.shelf import Shelf
from edge.chamber.tracks import SURE, Sighting, Tracks
from edge.chamber.vision import Detector
from edge.clock import to_ms
from edge.messages import Box, Light, Seen, Stage, StageTime, TextLine, Thing
from edge.signals import Frame
from models.manifest import ModelNotFetched

MOST_THINGS: Final = 8
MOST_LINES: Final = 12
MOST_ILLEGIBLE: Final = 16
MOST_LINE_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class View:
    """What is in front of the camera, as far as it has been told or could be."""

    things: Tracks = ()
    lines: tuple[TextLine, ...] = ()
    light: Light = Light.CLEAR
    illegible: int = 0
    faces: int = 0

    def is_news_after(self, told: "View") -> bool:
        """Say whether this is worth telling when that was told last."""
        return (
            tracks.is_news(told.things, self.things)
            or [line.text for line in self.lines] != [line.text for line in told.lines]
            or self.light != told.light
            or bool(self.illegible) != bool(told.illegible)
            or self.faces != told.faces
        )


class Eyes:
    """Everything between a picture and what it showed."""

    def __init__(
        self,
        scene: SceneGate,
        detector: Detector,
        reader: Reader | None,
        faces: Faces | None = None,
        mask: Sequence[config.Part] = (),
    ) -> None:
        self._scene, self._mask = scene, mask
        self._detector, self._reader, self._face_counter = detector, reader, faces
        self._tracks: Tracks = ()
        self._page: tuple[tuple[TextLine, ...], int] = (), 0
        self._told: View | None = None
        self._told_light = Light.CLEAR
        self._is_unread = False
        """Something moved when this scene was looked at, so nothing of it was read."""
        self._wants_more = False
        """One look did not settle what is there."""

    def glance(self, frame: Frame) -> Glance | None:
        """Black out what nobody may see; say what is new in a picture, None if it is no matter.

        This is for the thread on which pictures come; `look` may be on another.
        """
        if self._mask:
            masks.blacken(frame, self._mask)
        glance = self._scene.glance(frame)
        if not (glance.is_new or self._wants_more):
            return None
        self._scene.look()
        return glance

    def look(self, frame: Frame, glance: Glance, detector: int, reader: int) -> Seen | None:
        """Return what is in view, or nothing if that was told before."""
        stages: list[StageTime] = []
        if glance.is_cut:
            self._page, self._is_unread = ((), 0), False
        light = _light(frame, glance)
        if light is Light.BLURRED and not glance.is_new and self._told_light is light:
            return None
        self._name(frame, glance, light, stages)
        self._read(frame, glance, light, stages)
        self._wants_more = (
            self._is_unread or light is Light.BLURRED or not tracks.is_settled(self._tracks)
        )
        if light is Light.BLURRED and not glance.is_still:
            light = Light.CLEAR  # an arm that swings: not worth a word
        known = tracks.known(self._tracks)[:MOST_THINGS]
        faces = self._count_faces(frame, known, stages)
        view = View(known, self._page[0], light, self._page[1], faces)
        if self._told and not glance.is_cut and not view.is_news_after(self._told):
            return None
        self._told, self._told_light = view, light
        things = tuple(Thing(t.label, round(t.score * 100), t.box) for t in known)
        return Seen(
            to_ms(frame.at),
            things,
            view.lines,
            detector,
            reader,
            tuple(stages),
            light,
            view.illegible,
            faces,
        )

    def _name(self, frame: Frame, glance: Glance, light: Light, stages: list[StageTime]) -> None:
        """Follow the things in view. In the dark nothing is, and blurred only what is sure."""
        found: list[Sighting] = []
        if light is not Light.DARK:
            began = time.perf_counter_ns()
            least = SURE if light is Light.BLURRED else 0.0
            found = [
                Sighting(thing.label, thing.score, _thousandths(thing.box))
                for thing in self._detector.detect(frame)
                if thing.score >= least
            ]
            stages.append(_time(Stage.DETECT, began))
        after_cut = glance.is_cut or light is Light.DARK
        self._tracks = tracks.follow(self._tracks, found, after_cut=after_cut)

    def _read(self, frame: Frame, glance: Glance, light: Light, stages: list[StageTime]) -> None:
        """Read what is there, if nothing moves and it was not read before."""
        if not self._reader:
            return
        if not glance.is_still:
            self._is_unread = True
            return
        if not (glance.is_new or self._is_unread):
            return
        self._is_unread = False
        page = Page()
        if light is Light.CLEAR:
            began = time.perf_counter_ns()
            with heap.kept():
                page = self._reader.read(frame)
            stages.append(_time(Stage.READ, began))
        lines = tuple(
            TextLine(text, round(line.score * 100), _thousandths(line.box))
            for line in page.lines[:MOST_LINES]
            if (text := plain(line.text, MOST_LINE_CHARACTERS))
        )
        self._page = lines, min(MOST_ILLEGIBLE, page.illegible)

    def _count_faces(self, frame: Frame, known: Tracks, stages: list[StageTime]) -> int:
        """Count the faces that are turned here, where there are people at all."""
        if not (self._face_counter and any(track.label == "person" for track in known)):
            return 0
        began = time.perf_counter_ns()
        faces = self._face_counter.count(frame)
        stages.append(_time(Stage.FACES, began))
        return faces


def _light(frame: Frame, glance: Glance) -> Light:
    """Say whether a picture can be looked at."""
    if glance.is_dark:
        return Light.DARK
    is_blurred = sharpness.blur(frame.pixels) >= sharpness.BLURRED
    return Light.BLURRED if is_blurred else Light.CLEAR


def _thousandths(box: Sequence[float]) -> Box:
    left, top, right, bottom = (min(1000, max(0, round(side * 1000))) for side in box)
    return left, top, right, bottom


def _time(stage: Stage, began_ns: int) -> StageTime:
    return StageTime(stage, (time.perf_counter_ns() - began_ns) // 1000)


def load(settings: config.Vision, shelf: Shelf) -> Eyes | None:
    """Load what sees and, unless it is switched off, what reads; nothing for closed eyes."""
    if settings.eyes == "closed":
        return None
    cv2.setNumThreads(1)
    network = shelf.take("centernet", "detector.onnx")
    detector = Detector(network, shelf.take("centernet", "labels.txt").decode(), settings)
    detector.warm_up()
    reader = load_reader(settings, shelf) if settings.eyes == "open" else None
    faces = _load_faces(settings, shelf)
    return Eyes(SceneGate(settings.scene_change), detector, reader, faces, settings.mask)


def _load_faces(settings: config.Vision, shelf: Shelf) -> Faces | None:
    """Load what counts faces; where it was not fetched, people are seen and their faces are not."""
    try:
        model = shelf.take("blazeface", "faces.onnx")
    except ModelNotFetched:
        return None
    faces = Faces(model, settings.threads)
    faces.warm_up()
    return faces


def load_reader(settings: config.Vision, shelf: Shelf) -> Reader:
    """Load what reads text."""
    files = ("detect.onnx", "recognise.onnx", "characters.txt")
    finder, recogniser, characters = (shelf.take("pp-ocr", file) for file in files)
    reader = Reader(finder, recogniser, characters.decode(), settings)
    reader.warm_up()
    return reader
