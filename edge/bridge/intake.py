"""What becomes of what a wearable sends? Sound and pictures go into the slots, the rest is told.

Sound goes in at once; where the slot is full the newest is left out and counted. A photo waits in
a box for one until the thread that decodes takes it; a newer one takes its place. The next photo
is asked for when one is due, so a still scene costs a wearable little.
"""

import contextlib
import os
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from edge.capture.chunks import Patchwork
from edge.capture.outlet import Outlet
from edge.capture.pictures import fit
from edge.capture.stillness import Stillness
from edge.signals import AudioChunk, ClosedSound, Frame, Pixels, Still
from edge.slot import STEPS
from firmware_bridge import jpeg
from firmware_bridge.session import Closed, Heard, Pictured

CHAMBER_GONE: Final = 5
"""Exit status, as that of `edge.capture`."""
MOST_PIXELS: Final = 4096 * 3072
"""A photo of more is not decoded."""
SILENCE_SAMPLES: Final = 12_800  # 800 ms


class SoundIntake:
    """One stream of sound, with the holes that it has."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._patchwork = Patchwork()
        self._closed_until = 0
        """Where the sound ends that only the chamber can open; 0 without any."""

    @property
    def repeated(self) -> int:
        """Samples that lie before what has been handed over."""
        return self._patchwork.repeated

    def end(self) -> None:
        """Let silence follow, as long as a speaker is waited for: who was speaking has finished."""
        if begin := max(self._patchwork.until, self._closed_until):
            self.take(Heard(bytes(2 * SILENCE_SAMPLES), begin))

    def take(self, heard: Heard) -> None:
        """Hand over the chunks that this completes."""
        samples = np.frombuffer(heard.samples, "<i2").astype(np.float32)
        samples /= STEPS
        missing, chunks = self._patchwork.lay(samples, heard.start)
        self._leave_hole(missing)
        for chunk in chunks:
            self._offer(chunk)

    def pass_on(self, closed: Closed) -> None:
        """Hand over what only the chamber can open."""
        if self._closed_until:
            self._leave_hole(closed.start - self._closed_until)
        self._closed_until = closed.start + closed.samples
        self._offer(
            ClosedSound(
                *(closed.encapsulated, closed.number, closed.known, closed.box),
                closed.start,
                closed.samples,
            )
        )

    def _leave_hole(self, samples: int) -> None:
        if samples > 0:
            self._outlet.skip(samples)

    def _offer(self, sound: AudioChunk | ClosedSound) -> None:
        try:
            self._outlet.offer(sound)
        except (BrokenPipeError, ConnectionResetError):  # of the slot: nobody listens any more
            os._exit(CHAMBER_GONE)


@dataclass(frozen=True, slots=True)
class _Waiting:
    photo: Pictured
    missed: int


class PhotoIntake:
    """One stream of photos. `done` is called on its thread: when the next photo is due, in s."""

    def __init__(self, outlet: Outlet, stillness: Stillness, done: Callable[[float], None]) -> None:
        self._outlet, self._stillness, self._done = outlet, stillness, done
        self._newest: queue.Queue[_Waiting] = queue.Queue(1)
        self.refused = 0
        """Photos that could not be decoded."""

    def take(self, photo: Pictured) -> None:
        """Put a photo in the place of one that nobody took."""
        missed = 0
        with contextlib.suppress(queue.Empty):
            missed = self._newest.get_nowait().missed + 1
        self._newest.put_nowait(_Waiting(photo, missed))

    def run(self) -> None:
        """On a thread of its own: decode what comes, for ever."""
        while True:
            waiting = self._newest.get()
            begun_s = time.monotonic()
            if waiting.missed:
                self._outlet.skip(waiting.missed, waiting.missed)
            self._hand_over(waiting.photo)
            del waiting
            self._done(max(0.0, self._stillness.interval_s - (time.monotonic() - begun_s)))

    def _hand_over(self, photo: Pictured) -> None:
        pixels = decoded(photo.jpeg)
        if pixels is None:
            self.refused += 1
            self._outlet.skip(1)
            return
        if photo.quarter_turns:
            upright = np.ascontiguousarray(np.rot90(pixels, -photo.quarter_turns))
            pixels.fill(0)
            pixels = upright
        is_news = self._stillness.taken(pixels)
        try:
            self._outlet.offer(Frame(fit(pixels), photo.at) if is_news else Still(photo.at))
        except (BrokenPipeError, ConnectionResetError):
            os._exit(CHAMBER_GONE)
        pixels.fill(0)


def decoded(data: bytes) -> Pixels | None:
    """Return a JPEG's pixels, uint8 (height, width, 3), RGB; None for what is none, or too large.

    A few bytes may claim to be a picture of gigabytes: its head is read first.
    """
    size = jpeg.size(data)
    if not size or not 0 < size[0] * size[1] <= MOST_PIXELS:
        return None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        return None
    return None if pixels is None else pixels.astype(np.uint8, copy=False)
