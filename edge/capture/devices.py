"""Which microphones and cameras are there? Nothing is recorded, and no camera's light goes on."""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.capture import sound_server

NO_PORTAUDIO: Final = (
    "no microphone can be used: PortAudio is not installed; run `sudo apt install libportaudio2`"
)
VIDEO_CLASS: Final = Path("/sys/class/video4linux")
QUERY_CAPABILITIES: Final = 0x80685600
"""VIDIOC_QUERYCAP of linux/videodev2.h: read 104 bytes, type 'V', number 0."""
TAKES_PICTURES: Final = 0x1 | 0x1000
"""V4L2_CAP_VIDEO_CAPTURE, and the same with several planes."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """One microphone, by the name that `[microphone] device` takes (a part of it is enough)."""

    name: str
    rate_hz: int
    channels: int
    default: bool


@dataclass(frozen=True, slots=True)
class Camera:
    """One /dev/videoN that takes pictures."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Devices:
    """What can be heard and seen with."""

    microphones: tuple[Microphone, ...]
    cameras: tuple[Camera, ...]
    problems: tuple[str, ...]
    """One sentence each, with what to do."""


def list_devices() -> Devices:
    """Look at what is plugged in now."""
    microphones, problems = _microphones()
    cameras = tuple(_cameras())
    if not cameras:
        problems.append("no camera was found: no /dev/video* of this user takes pictures")
    return Devices(microphones, cameras, tuple(problems))


def _microphones() -> tuple[tuple[Microphone, ...], list[str]]:
    sound_server.configure()
    try:
        with _silent_libraries():
            import sounddevice  # noqa: PLC0415 (loads PortAudio)
    except OSError:
        return (), [NO_PORTAUDIO]
    server = sound_server.find()
    behind_server = tuple(_behind(server)) if server else ()
    default = sounddevice.default.device[0]
    direct = tuple(
        Microphone(
            str(device["name"]),
            int(device["default_samplerate"]),
            int(device["max_input_channels"]),
            int(device["index"]) == default,
        )
        for device in sounddevice.query_devices()
        if device["max_input_channels"] > 0
        # The other names are doors to the sound server, whose microphones have names of their own.
        and (not behind_server or "hw:" in device["name"])
    )
    found = behind_server + direct
    return found, ([] if found else ["no microphone was found: plug one in, or start PulseAudio"])


def _behind(server: sound_server.SoundServer) -> Iterator[Microphone]:
    for source in server.sources():
        if source.default or not source.name.endswith(".monitor"):
            yield Microphone(source.description, source.rate_hz, source.channels, source.default)
    server.close()


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Keep what ALSA says of every device that is not there off the terminal."""
    terminal = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)


def _cameras() -> Iterator[Camera]:
    numbers = (path.name.removeprefix("video") for path in VIDEO_CLASS.glob("video*"))
    for number in sorted(int(number) for number in numbers if number.isdecimal()):
        if takes_pictures(Path(f"/dev/video{number}")):
            name = (VIDEO_CLASS / f"video{number}" / "name").read_text("utf-8").strip()
            yield Camera(number, name)


def takes_pictures(node: Path) -> bool:
    """Ask a video node whether it gives pictures; many cameras have a second one that does not."""
    try:
        descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        answer = fcntl.ioctl(descriptor, QUERY_CAPABILITIES, bytes(104))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return bool(device_capabilities(answer) & TAKES_PICTURES)


def device_capabilities(answer: bytes) -> int:
    """Return `device_caps` of a `struct v4l2_capability`."""
    (capabilities,) = struct.unpack_from("=I", answer, 16 + 32 + 32 + 4 + 4)
    return int(capabilities)
