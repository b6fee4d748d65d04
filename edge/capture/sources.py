"""What does `--audio X` or `--video X` mean? Answered without opening a device or reading media.

The command line asks first, so that a wrong path is one sentence before any process starts; the
capture process asks again.
"""

import os
import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Final

from edge.capture import BadSource, programs
from edge.config import Config
from edge.messages import SourceKind

PICTURE_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
SHOWN_CHARACTERS: Final = 48
"""So much of a path stands in a sentence, which has room for 120 characters."""


_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?|rtsp)://(?:[^/?#\s]*@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^:@/?#\[\]\s]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#\s]*)?(?:[?#]\S*)?"
)
"""Of a camera. Read here, because this process imports no network library."""
USUAL_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554}


class Form(Enum):
    """The kinds of source that are opened differently."""

    MICROPHONE = auto()
    SOUND_FILE = auto()
    CAMERA = auto()
    CAMERA_STREAM = auto()
    CAMERA_PROGRAM = auto()
    """A program beside the process gives the pictures (`edge/capture/programs.py`)."""
    PICTURES = auto()
    VIDEO_FILE = auto()
    WEARABLE = auto()
    """What a paired wearable sends; all that it sends comes by one process, `edge.bridge`."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be opened."""

    kind: SourceKind
    form: Form
    name: str
    """For a person: no password of a camera's address in it."""
    paths: tuple[Path, ...] = ()
    """What must be readable: the file, or the pictures in the order of the film."""
    address: str = ""
    """Of a camera stream; part of the name of a microphone."""
    spec: str = ""
    """The words it was described by; of a camera, those of the configuration."""
    command: tuple[str, ...] = ()
    """Of the program that gives the pictures."""

    @property
    def live(self) -> bool:
        """Whether it is a device, which cannot wait."""
        return self.form not in {Form.SOUND_FILE, Form.PICTURES, Form.VIDEO_FILE}


def describe(kind: SourceKind, spec: str, config: Config) -> Source:
    """Return what a source's words mean; raise BadSource."""
    found = _audio(spec, config) if kind == "audio" else _video(spec, config)
    return replace(found, spec=found.spec or spec)


def of_wearable(settings: Config) -> list[Source]:
    """Return the sources that one wearable is: what it hears, and unless eyes are closed, sees."""
    kinds: tuple[SourceKind, ...] = (
        ("audio",) if settings.vision.eyes == "closed" else ("audio", "video")
    )
    return [Source(kind, Form.WEARABLE, "wearable", spec="wearable") for kind in kinds]


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be left to a source's process by the first wall; what exists of it."""

    readable: tuple[Path, ...] = ()
    devices: tuple[Path, ...] = ()
    ports: tuple[int, ...] = ()


def needs(source: Source) -> Needs:
    """Return what the launcher has to let a source's process reach before its seal."""
    if source.form is Form.MICROPHONE:
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "pulse"
        return Needs(readable=_present(runtime), devices=_present(Path("/dev/snd")))
    if source.form is Form.CAMERA:
        return Needs(devices=_present(*source.paths))
    if source.form is Form.CAMERA_STREAM:
        return Needs(ports=ports(source))
    if source.form is Form.CAMERA_PROGRAM:
        return Needs()
    return Needs(readable=(Path(source.spec),))


def ports(source: Source) -> tuple[int, ...]:
    """Return the one port of a camera that has an address."""
    if not source.address:
        return ()
    parts = _parts(source.address)
    return (int(parts["port"] or USUAL_PORTS[parts["scheme"]]),)


def _present(*paths: Path) -> tuple[Path, ...]:
    return tuple(path for path in paths if path.exists())


def _audio(spec: str, config: Config) -> Source:
    if spec == "mic":
        wanted = config.microphone.device
        return Source("audio", Form.MICROPHONE, wanted or "default microphone", address=wanted)
    path = Path(spec)
    if path.is_dir():
        raise BadSource(f"{shown(path)} is a folder; --audio takes a sound file, or mic")
    if path.suffix.lower() == ".raw":
        raise BadSource(f"{shown(path)} does not say what rate it has; make it a wav file")
    return Source("audio", Form.SOUND_FILE, str(path), (_readable(path),))


def _video(spec: str, config: Config) -> Source:  # noqa: PLR0911 (one sort of source each)
    if spec == "camera":
        spec = config.camera.device
        if spec.isdecimal():
            return Source("video", Form.CAMERA, f"/dev/video{spec}", (Path(f"/dev/video{spec}"),))
    if device := re.fullmatch(r"/dev/video\d+", spec):
        return Source("video", Form.CAMERA, device[0], (Path(spec),))
    if spec.startswith(("http://", "https://")):
        return Source("video", Form.CAMERA_STREAM, shown_address(spec), address=spec)
    if spec in programs.PROGRAMS:
        return _of_program(spec, spec)
    if spec.startswith("rtsp://"):
        return replace(_of_program(spec, shown_address(spec)), address=spec)
    path = Path(spec)
    if path.is_dir():
        return Source("video", Form.PICTURES, str(path), _pictures_in(path))
    form = Form.PICTURES if path.suffix.lower() in PICTURE_SUFFIXES else Form.VIDEO_FILE
    return Source("video", form, str(path), (_readable(path),))


def _of_program(spec: str, name: str) -> Source:
    command = tuple(programs.command(spec))
    return Source("video", Form.CAMERA_PROGRAM, name, spec=spec, command=command)


def _readable(path: Path) -> Path:
    if not path.exists():
        raise BadSource(f"there is no file {shown(path)}")
    if not path.is_file():
        raise BadSource(f"{shown(path)} is not a file")
    if not os.access(path, os.R_OK):
        raise BadSource(f"{shown(path)} may not be read by this user; see its permissions")
    if not path.stat().st_size:
        raise BadSource(f"{shown(path)} is empty")
    return path


def _pictures_in(folder: Path) -> tuple[Path, ...]:
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES]
    except PermissionError:
        raise BadSource(
            f"{shown(folder)} may not be read by this user; see its permissions"
        ) from None
    if not files:
        raise BadSource(f"{shown(folder)} holds no pictures (jpg, jpeg, png, webp, bmp)")
    return tuple(sorted(files, key=_natural))


def _natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Order `2.jpg` before `10.jpg`."""
    parts = re.findall(r"\d+|\D+", path.name.lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], path.name


def shown(path: Path) -> str:
    """Return a path as a sentence has room for it."""
    return shorten(str(path), SHOWN_CHARACTERS)


def shown_address(address: str) -> str:
    """Return an address without the user, the password and the query in it."""
    parts = _parts(address)
    port = f":{parts['port']}" if parts["port"] else ""
    spelled = f"{parts['scheme']}://{parts['host']}{port}{parts['path'] or ''}"
    return shorten(spelled, SHOWN_CHARACTERS)


def _parts(address: str) -> re.Match[str]:
    if parts := _ADDRESS.fullmatch(address):
        return parts
    raise BadSource("the camera's address is not a valid http or rtsp address")


def shorten(text: str, characters: int) -> str:
    """Return a text of at most so many characters; an ellipsis stands for what was in its middle.

    A sentence may begin with a long path or end with what to do: both ends are worth keeping.
    """
    if len(text) <= characters:
        return text
    tail = (characters - 1) * 2 // 3
    return text[: characters - 1 - tail] + "…" + text[-tail:]
