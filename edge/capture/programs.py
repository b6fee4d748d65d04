"""Which program gives the pictures of a camera that no library of ours can open? A table.

Each writes raw pictures, one after another and all of one size, to its standard output. The
launcher starts it beside the capture process (`edge/launcher/camera_program.py`), which reads them
from a pipe (`edge/capture/raw_video.py`). Pure, but for the look on the PATH.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from edge.capture import BadSource

WIDTH_PX, HEIGHT_PX = 1280, 720
"""The longer side is the longest that fits the slot."""
FRAMES_PER_S: Final = 10
"""No fewer, though few are taken: with more time for a picture a camera would blur it."""
_SIZE: Final = ("--width", str(WIDTH_PX), "--height", str(HEIGHT_PX))
_RAW: Final = f"video/x-raw,format=I420,width={WIDTH_PX},height={HEIGHT_PX}"
_FITTED: Final = (
    f"fps={FRAMES_PER_S},"
    f"scale={WIDTH_PX}:{HEIGHT_PX}:force_original_aspect_ratio=decrease,"
    f"pad={WIDTH_PX}:{HEIGHT_PX}:-1:-1,setsar=1"
)


def _libcamera(_address: str) -> tuple[str, ...]:
    """Of Raspberry Pi OS. Without end, without a window, with few words."""
    never_ends = ("--timeout", "0", "--nopreview", "--verbose", "0")
    raw = ("--codec", "yuv420", "--framerate", str(FRAMES_PER_S), "--flush", "--output", "-")
    return (*never_ends, *_SIZE, *raw)


def _argus(_address: str) -> tuple[str, ...]:
    """Of a Jetson: its camera's own source, scaled and turned into plain memory by its hardware."""
    return (
        *("--quiet", "nvarguscamerasrc", "!", "nvvidconv", "!", _RAW),
        *("!", "videorate", "drop-only=true", "!", f"video/x-raw,framerate={FRAMES_PER_S}/1"),
        *("!", "fdsink", "fd=1", "sync=false"),
    )


def _rtsp(address: str) -> tuple[str, ...]:
    """Of a camera with an address, on the one connection that is asked for."""
    return (
        *("-nostdin", "-hide_banner", "-loglevel", "quiet"),
        *("-protocol_whitelist", "rtp,tcp", "-rtsp_transport", "tcp", "-rtsp_flags", "prefer_tcp"),
        *("-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1"),
        *("-i", address, "-map", "0:v:0", "-vf", _FITTED),
        *("-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"),
    )


@dataclass(frozen=True, slots=True)
class CameraProgram:
    """A row."""

    names: tuple[str, ...]
    """Of the program; the first that is on the PATH is taken."""
    package: str
    """Whose it is."""
    arguments: Callable[[str], tuple[str, ...]]
    """From the camera's address."""
    reaches: str
    """What its walls leave to it, for a person."""
    devices: tuple[str, ...] = ()
    """Patterns below /dev of what it opens."""
    try_this: str = ""
    """What a person may type to see whether the camera works at all."""


PROGRAMS: Final[Mapping[str, CameraProgram]] = {
    "pi": CameraProgram(
        ("rpicam-vid", "libcamera-vid"),
        "rpicam-apps",
        _libcamera,
        "its devices alone",
        ("media*", "video*", "v4l-subdev*", "dma_heap", "udmabuf", "vcsm-cma"),
        "rpicam-hello --list-cameras",
    ),
    "jetson": CameraProgram(
        ("gst-launch-1.0",),
        "gstreamer1.0-tools nvidia-l4t-gstreamer",
        _argus,
        "its devices and NVIDIA's service",
        ("nv*", "host1x*", "media*", "video*", "v4l-subdev*", "dma_heap"),
        "nvgstcapture-1.0",
    ),
    "rtsp": CameraProgram(("ffmpeg",), "ffmpeg", _rtsp, "the camera's port"),
}
"""By the word that `--video` takes, or that its address begins with."""


def row(spec: str) -> CameraProgram:
    """Return the row that `--video SPEC` means; raise KeyError where it means none."""
    return PROGRAMS[spec.partition("://")[0]]


def found(program: CameraProgram) -> str:
    """Return the program's path; raise BadSource."""
    for name in program.names:
        if path := shutil.which(name):
            return path
    raise BadSource(
        f"{program.names[0]} is not on this device; run `sudo apt install {program.package}`"
    )


def command(spec: str) -> list[str]:
    """Return the command line of what gives the pictures of `--video SPEC`; raise BadSource."""
    program = row(spec)
    return [found(program), *program.arguments(spec)]
