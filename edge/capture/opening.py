"""What has to be opened before the seal, and what is left to do after GO, for each form of source.

Each imports its own libraries, before the seal: PortAudio opens the sound system when it is
imported, and who only listens need not carry OpenCV.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge.capture import BadSource, play, sources
from edge.capture.outlet import Outlet
from edge.capture.pace import Pace
from edge.capture.report import Report
from edge.capture.sources import Form, Source
from edge.capture.wishes import Wishes
from edge.config import Config
from edge.slot import Signal

if TYPE_CHECKING:
    from edge.capture.stillness import Stillness


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of the process."""

    source: Source
    config: Config
    outlet: Outlet
    report: Report
    skip: int
    """Where the stream's clock starts, in samples of 16 kHz."""
    fast: bool
    picture_s: float
    wishes: Wishes
    pictures_fd: int = -1
    """Where a camera's program writes its pictures."""


def _microphone(job: Job) -> Callable[[], None]:
    from edge.capture import sound_server  # noqa: PLC0415 (see the top)

    sound_server.configure()
    server = sound_server.find()
    wanted = sound_server.choose(server, job.source.address)
    try:
        from edge.capture.microphone import Microphone  # noqa: PLC0415 (see the top)
    except OSError:
        from edge.capture.devices import NO_PORTAUDIO  # noqa: PLC0415 (see the top)

        raise BadSource(NO_PORTAUDIO) from None
    microphone = Microphone(wanted)
    job.report.device = microphone.name
    if ours := server and server.ours():
        job.report.device = microphone.name = ours.description
        server.make_ready_for_the_seal()
        threading.Thread(target=server.follow, args=(microphone.moved,), daemon=True).start()
    elif server:
        server.close()  # the microphone is reached without it, and nothing else is left open
    return partial(microphone.listen, job.outlet, job.report, job.skip)


def _camera(job: Job) -> Callable[[], None]:
    from edge.capture.camera import Camera  # noqa: PLC0415 (see the top)

    camera = Camera(job.source, _stillness(job), job.pictures_fd)
    return partial(camera.watch, job.outlet, job.report, job.skip)


def _sound_file(job: Job) -> Callable[[], None]:
    from edge.capture import sound_file  # noqa: PLC0415 (see the top)

    pace = None if job.fast else Pace()
    return partial(_play, job, sound_file.signals(job.source.paths[0], job.skip, pace))


def _pictures(job: Job) -> Callable[[], None]:
    from edge.capture import pictures  # noqa: PLC0415 (see the top)

    def unreadable(path: Path) -> None:
        job.outlet.dropped += 1
        job.report.tell("running", f"left out {sources.shown(path)}: not a readable picture")

    film = pictures.signals(job.source.paths, job.picture_s, job.skip, unreadable)
    return partial(_play, job, film)


def _video_file(job: Job) -> Callable[[], None]:
    from edge.capture import video_file  # noqa: PLC0415 (see the top)

    film = video_file.signals(job.source.paths[0], _stillness(job), job.skip)
    return partial(_play, job, film)


def _stillness(job: Job) -> "Stillness":
    import cv2  # noqa: PLC0415 (see the top)

    from edge.capture.stillness import Stillness  # noqa: PLC0415 (see the top)

    cv2.setNumThreads(1)  # a second one is woken for every picture, and is no faster for it
    return Stillness(job.config.camera.frames_per_s, job.wishes)


OPENERS: Final[Mapping[Form, Callable[[Job], Callable[[], None]]]] = {
    Form.MICROPHONE: _microphone,
    Form.SOUND_FILE: _sound_file,
    Form.CAMERA: _camera,
    Form.CAMERA_STREAM: _camera,
    Form.CAMERA_PROGRAM: _camera,
    Form.PICTURES: _pictures,
    Form.VIDEO_FILE: _video_file,
}


def _play(job: Job, signals: Iterable[Signal]) -> None:
    if job.fast:
        play.in_lockstep(signals, job.outlet, job.report)
    else:
        schedule = play.Schedule(job.skip, time.monotonic())
        play.at_own_pace(signals, job.outlet, job.report, schedule)
