"""A camera, a stream, or what a camera's program gives, into the slot: the newest at each beat.

A thread takes every picture that the camera gives, so that none grows old in a buffer, and keeps
the newest in a box for one. When the slot is full the picture is left out and counted.

It has given its first picture before the process is sealed: by then the device is mapped, or the
connection made, and afterwards nothing is opened and nothing sent.
"""

import os
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from edge.capture import GONE_AFTER_S, BadSource, DeviceLost, programs
from edge.capture.outlet import Outlet
from edge.capture.pictures import fit
from edge.capture.play import Schedule
from edge.capture.raw_video import RawVideo
from edge.capture.report import EVERY_S, Report
from edge.capture.sources import Form, Source
from edge.capture.stillness import Stillness
from edge.signals import Frame, Pixels, Still

OPEN_LIMIT_MS: Final = 5000
PROGRAM_OPEN_LIMIT_S: Final = 12.0
"""A network camera's film can be understood from its next whole picture on, which may take 10 s."""
STREAM_OPTIONS: Final = "protocol_whitelist;http,https,tls,tcp|format_whitelist;mpjpeg,mjpeg"
"""An address leads to pictures, not to a playlist that names files or other addresses."""
SHORTEST_WAIT_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Taken:
    """uint8, shape (height, width, 3), RGB, and the moment at which it came."""

    pixels: Pixels | None
    """None where it shows what those before it showed."""
    taken_s: float
    missed: int
    """Pictures before it that were due and that nobody took out of the box."""


class Camera:
    """A camera that runs; what it sees is forgotten until `watch` is called."""

    def __init__(self, source: Source, stillness: Stillness, pictures_fd: int = -1) -> None:
        """Open it and wait for its first picture; raise BadSource."""
        self.name = source.name
        self._stillness = stillness
        self._newest: queue.Queue[Taken] = queue.Queue(1)
        self._watching = False
        self._due_s = 0.0
        self._grabbed_s = time.monotonic()
        is_program = source.form is Form.CAMERA_PROGRAM
        self._video: cv2.VideoCapture | RawVideo = (
            RawVideo(pictures_fd) if is_program else _open(source)
        )
        self._first = threading.Event()
        self._reader = threading.Thread(target=self._read, name="camera", daemon=True)
        self._reader.start()
        patience_s = PROGRAM_OPEN_LIMIT_S if is_program else OPEN_LIMIT_MS / 1000
        if not self._first.wait(patience_s) or not self._reader.is_alive():
            raise BadSource(_nothing_came(source, self._video))

    def _read(self) -> None:
        """On a thread of its own: take what comes until nothing does."""
        while self._video.grab():
            self._grabbed_s = time.monotonic()
            self._first.set()
            is_due = self._grabbed_s >= self._due_s or self._stillness.is_wanted_now
            if not (self._watching and is_due):
                continue
            whole, pixels = self._video.retrieve()
            if not whole:
                continue
            fitted = None
            if self._stillness.taken(np.asarray(pixels, np.uint8)):
                rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
                fitted = fit(rgb)
            self._due_s = max(self._due_s + self._stillness.interval_s, self._grabbed_s)
            self._put(fitted)
        self._first.set()

    def _put(self, pixels: Pixels | None) -> None:
        """Put a picture in the place of one that nobody took; nothing new takes no place."""
        missed = 0
        with suppress(queue.Empty):
            older = self._newest.get_nowait()
            if pixels is None:
                pixels, missed = older.pixels, older.missed
            else:
                missed = older.missed + (older.pixels is not None)
        self._newest.put_nowait(Taken(pixels, self._grabbed_s, missed))

    def watch(self, outlet: Outlet, report: Report, skip: int) -> None:
        """Send pictures from now on, for ever; raise DeviceLost.

        `skip` is the stream's clock at this moment, in samples of 16 kHz.
        """
        schedule = Schedule(skip, time.monotonic())
        self._watching = True
        while True:
            try:
                taken = self._newest.get(timeout=self._patience_s())
            except queue.Empty:
                self._complain_if_lost()
                now_s = time.monotonic()
                report.clock(schedule.position(now_s), now_s)
                continue
            if taken.missed:
                outlet.skip(taken.missed, taken.missed)
            at = schedule.position(taken.taken_s)
            outlet.offer(Still(at) if taken.pixels is None else Frame(taken.pixels, at))
            report.clock(at, taken.taken_s)

    def _patience_s(self) -> float:
        """Return how long to wait before looking whether the camera has stalled."""
        left_s = self._grabbed_s + GONE_AFTER_S - time.monotonic()
        return min(EVERY_S, max(left_s, SHORTEST_WAIT_S))

    def _complain_if_lost(self) -> None:
        if not self._reader.is_alive() and (cut := _cut_at(self._video)):
            raise DeviceLost(
                f"the camera {self.name} ended within a picture, after {cut} bytes of it"
            )
        if not self._reader.is_alive():
            raise DeviceLost(f"the camera {self.name} stopped giving pictures; is it still there?")
        if time.monotonic() - self._grabbed_s > GONE_AFTER_S:
            raise DeviceLost(f"the camera {self.name} gave no picture for {GONE_AFTER_S:g} s")


def _nothing_came(source: Source, video: cv2.VideoCapture | RawVideo) -> str:
    if source.form is not Form.CAMERA_PROGRAM:
        return f"the camera {source.name} is there but gives no picture"
    program = source.command[0].rpartition("/")[2]
    if cut := _cut_at(video):
        return f"{program} ended within its first picture, after {cut} bytes; is it the right one?"
    if source.address:
        return f"no picture comes from {source.name}; check its address and password"
    return f"{program} gives no picture; try `{programs.row(source.spec).try_this}`"


def _cut_at(video: cv2.VideoCapture | RawVideo) -> int:
    return video.ended_within if isinstance(video, RawVideo) else 0


def _open(source: Source) -> cv2.VideoCapture:
    limits = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_LIMIT_MS),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(1000 * GONE_AFTER_S)),
    ]
    if source.form is Form.CAMERA:
        number = int(source.name.removeprefix("/dev/video"))
        video = cv2.VideoCapture(number, cv2.CAP_V4L2, limits)
        video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    else:
        os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = STREAM_OPTIONS
        # With more threads the decoder keeps one picture back for each.
        threads = [cv2.CAP_PROP_N_THREADS, 1]
        video = cv2.VideoCapture(source.address, cv2.CAP_FFMPEG, limits + threads)
    if not video.isOpened():
        raise BadSource(f"the camera {source.name} cannot be opened; see `offrecord devices`")
    return video
