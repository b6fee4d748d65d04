"""A picture in, one message out if something changed: the seeing specialists in their order.

In front of everything stands a glance: a scene that stands still costs no more than that. Things
are followed from look to look (`tracks`). Text is read when nothing moves, once for each scene.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import cv2

from edge import config
from edge.airlock import plain
from edge.attention import CENTRE, Gaze, Point
from edge.chamber import colours, heap, masks, sharpness, tracks
from edge.chamber.faces import Faces
from edge.chamber.precedence import Precedence
from edge.chamber.reader import Page, Reader, thousandths
from edge.chamber.scene import Glance, SceneGate
from edge.chamber.shelf import Shelf
from edge.chamber.spec import Unusable
from edge.chamber.tracks import SURE, Sighting, Track, Tracks
from edge.chamber.vision import Detector
from edge.clock import to_ms
from edge.messages import Attend, Colour, Light, Look, Seen, Stage, StageTime, TextLine, Thing
from edge.signals import Frame
from models.manifest import CorruptModel, ModelNotFetched

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

    def is_news_after(self, told: "View", point: Point = CENTRE) -> bool:
        """Say whether this is worth telling when that was told last, to who looks there."""
        return (
            tracks.is_news(told.things, self.things, point)
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
        detector: Detector | None,
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
        self._is_asked = threading.Event()
        """Somebody wants to know what the next picture shows."""
        self._gaze = Gaze()

    def told(self, message: Look | Attend) -> None:
        """Look at the next picture, whatever it shows; know where the wearer looks. Any thread."""
        if isinstance(message, Attend):
            self._gaze = Gaze.told(message, time.monotonic())
        else:
            self._is_asked.set()

    def go_behind(self, hearing: Precedence) -> None:
        """Let those go first who hear."""
        if self._reader:
            self._reader.give_way = hearing.give_way

    def glance(self, frame: Frame) -> Glance | None:
        """Black out what nobody may see; say what is new in a picture, None if it is no matter.

        This is for the thread on which pictures come; `look` may be on another.
        """
        if self._mask:
            masks.blacken(frame, self._mask)
        glance = self._scene.glance(frame)
        if self._is_asked.is_set():
            self._is_asked.clear()
            glance = replace(glance, is_new=True, is_wanted=True)
        if not (glance.is_new or self._wants_more):
            return None
        self._scene.look()
        return glance

    def stood_still(self, at: int) -> None:
        """Know that a picture was taken at this moment that shows what the last one showed."""
        self._scene.stood_still(at)

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
        if not (glance.is_cut or glance.is_wanted) and not self._is_news(view):
            return None
        self._told, self._told_light = view, light
        things = tuple(
            Thing(each.label, round(each.score * 100), each.box, _colour(frame, each))
            for each in known
        )
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

    def _is_news(self, view: View) -> bool:
        point = self._gaze.now(time.monotonic())
        return self._told is None or view.is_news_after(self._told, point)

    def _name(self, frame: Frame, glance: Glance, light: Light, stages: list[StageTime]) -> None:
        """Follow the things in view. In the dark nothing is, and blurred only what is sure."""
        found: list[Sighting] = []
        if self._detector and light is not Light.DARK:
            began = time.perf_counter_ns()
            least = SURE if light is Light.BLURRED else 0.0
            try:
                detections = self._detector.detect(frame)
            except Unusable:  # it hangs or fails: the rest of sight goes on
                self._detector, detections = None, ()
            found = [
                Sighting(thing.label, thing.score, thousandths(thing.box))
                for thing in detections
                if thing.score >= least
            ]
            stages.append(_time(Stage.DETECT, began))
        after_cut = glance.is_cut or light is Light.DARK
        self._tracks = tracks.follow(self._tracks, found, after_cut=after_cut)

    def _read(self, frame: Frame, glance: Glance, light: Light, stages: list[StageTime]) -> None:
        """Read what is there, if nothing moves and it was not read before."""
        if not self._reader:
            return
        if not (glance.is_still or glance.is_wanted):
            self._is_unread = True
            return
        if not (glance.is_new or self._is_unread):
            return
        self._is_unread = False
        page = Page()
        if light is Light.CLEAR:
            began = time.perf_counter_ns()
            try:
                with heap.kept():
                    page = self._reader.read(frame, self._gaze.now(time.monotonic()))
            except Unusable:
                self._reader = None
            stages.append(_time(Stage.READ, began))
        lines = tuple(
            TextLine(text, round(line.score * 100), thousandths(line.box))
            for line in page.lines[:MOST_LINES]
            if (text := plain(line.text, MOST_LINE_CHARACTERS))
        )
        self._page = lines, min(MOST_ILLEGIBLE, page.illegible)

    def _count_faces(self, frame: Frame, known: Tracks, stages: list[StageTime]) -> int:
        """Count the faces that are turned here, where there are people at all."""
        if not (self._face_counter and any(track.label == "person" for track in known)):
            return 0
        began = time.perf_counter_ns()
        try:
            faces = self._face_counter.count(frame)
        except Unusable:
            self._face_counter, faces = None, 0
        stages.append(_time(Stage.FACES, began))
        return faces


def _light(frame: Frame, glance: Glance) -> Light:
    """Say whether a picture can be looked at."""
    if glance.is_dark:
        return Light.DARK
    is_blurred = sharpness.blur(frame.pixels) >= sharpness.BLURRED
    return Light.BLURRED if is_blurred else Light.CLEAR


def _colour(frame: Frame, track: Track) -> Colour:
    """Return a thing's colour; of people nobody asks."""
    if track.label == "person":
        return Colour.UNKNOWN
    left, top, right, bottom = (side / 1000 for side in track.box)
    return colours.of(frame.pixels, track.label, (left, top, right, bottom))


def _time(stage: Stage, began_ns: int) -> StageTime:
    return StageTime(stage, (time.perf_counter_ns() - began_ns) // 1000)


def load(settings: config.Vision, shelf: Shelf) -> Eyes | None:
    """Load what sees and, unless it is switched off, what reads; nothing for closed eyes."""
    if settings.eyes == "closed":
        return None
    cv2.setNumThreads(1)
    detector = _if_usable(_load_detector, settings, shelf)
    reader = _if_usable(load_reader, settings, shelf) if settings.eyes == "open" else None
    if not (detector or reader):
        return None
    faces = _if_usable(_load_faces, settings, shelf)
    return Eyes(SceneGate(settings.scene_change), detector, reader, faces, settings.mask)


Part = TypeVar("Part")


def _if_usable(
    load_part: Callable[[config.Vision, Shelf], Part], settings: config.Vision, shelf: Shelf
) -> Part | None:
    """Load a part of sight; without one that cannot be had, of which the shelf knows why, go on."""
    with suppress(Unusable, CorruptModel, ModelNotFetched):
        return load_part(settings, shelf)
    return None


def _load_detector(settings: config.Vision, shelf: Shelf) -> Detector:
    network = shelf.take("centernet", "detector.onnx")
    detector = Detector(network, shelf.take("centernet", "labels.txt").decode(), settings)
    detector.warm_up()
    return detector


def _load_faces(settings: config.Vision, shelf: Shelf) -> Faces:
    faces = Faces(shelf.take("blazeface", "faces.onnx"), settings.threads)
    faces.warm_up()
    return faces


def load_reader(settings: config.Vision, shelf: Shelf) -> Reader:
    """Load what reads text."""
    files = ("detect.onnx", "recognise.onnx", "characters.txt")
    finder, recogniser, characters = (shelf.take("pp-ocr", file) for file in files)
    reader = Reader(finder, recogniser, characters.decode(), settings)
    reader.warm_up()
    return reader
