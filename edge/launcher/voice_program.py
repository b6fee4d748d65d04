"""Piper, where the user has it and names a voice of it: found, started behind its walls, and ended.

It is not ours, so its walls stand before it starts (`edge/seal/programs.py`). It gets one pipe with
the sentences and one for its samples; at their other ends is the voice. It lives as long as that.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import msgspec

from edge import config, seal
from edge.garbled import GARBLED
from edge.launcher import foreign_program
from edge.seal.programs import PIPER

SUFFIX: Final = ".onnx"
"""Of a Piper voice's file; espeak-ng's voices have names."""
DESCRIBED_BY: Final = ".json"
"""Ends the name of the file beside it."""
USUAL_WPM: Final = 165
"""The default of `speed_wpm`, at which a voice speaks as it was trained."""
ADDED: Final = {
    "ORT_DISABLE_TELEMETRY": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}
PROGRAM: Final = "piper"
NOT_THERE: Final = "piper is not on your PATH; install it for yourself: `pipx install piper-tts`"


class NoPiper(RuntimeError):
    """It cannot be started; one sentence with what to do."""


class _Audio(msgspec.Struct):
    sample_rate: int


class _Espeak(msgspec.Struct):
    voice: str = config.Voice().voice


class _Description(msgspec.Struct):
    audio: _Audio
    espeak: _Espeak = msgspec.field(default_factory=_Espeak)


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """A voice and the program that speaks it."""

    program: Path
    model: Path
    rate_hz: int

    @classmethod
    def find(cls, voice: str) -> Self:
        """Find what `[voice] voice` names. Raises NoPiper."""
        model = Path(voice).expanduser().resolve()
        if not model.is_file():
            raise NoPiper(f"there is no Piper voice {model}; correct [voice] voice")
        try:
            rate_hz = _described(model).audio.sample_rate
        except (OSError, *GARBLED):
            complaint = f"{model.name}{DESCRIBED_BY}, which belongs beside {model}, "
            raise NoPiper(f"{complaint}cannot be read; get both files of the voice") from None
        if not 8_000 <= rate_hz <= 48_000:  # noqa: PLR2004 (what any loudspeaker plays)
            raise NoPiper(f"{model.name} speaks at {rate_hz} Hz, which is no speech's rate")
        program = shutil.which(PROGRAM)
        if not program:
            raise NoPiper(NOT_THERE)
        return cls(Path(program), model, rate_hz)

    @property
    def reads(self) -> tuple[Path, ...]:
        """What it must be able to read: its voice, itself, and where it is Python's, that."""
        return (self.model, Path(f"{self.model}{DESCRIBED_BY}"), *_installed(self.program))


def is_named(voice: str) -> bool:
    """Say whether a configured voice is one of Piper's."""
    return voice.endswith(SUFFIX)


def spoken_by_espeak(settings: config.Config) -> config.Config:
    """Return settings in which espeak-ng takes the place of Piper, in the same language."""
    voice = settings.voice.voice
    if not is_named(voice):
        return settings
    try:
        language = _described(Path(voice).expanduser()).espeak.voice
    except (OSError, *GARBLED):
        language = config.Voice().voice
    spoken = msgspec.structs.replace(settings.voice, voice=language)
    return msgspec.structs.replace(settings, voice=spoken)


class VoiceProgram:
    """The running program, and this side's ends of its pipes."""

    def __init__(self, voice: PiperVoice, speed_wpm: int) -> None:
        """Start it."""
        self.rate_hz = voice.rate_hz
        text_end, self.text_fd = os.pipe2(os.O_CLOEXEC)
        self.sound_fd, sound_end = os.pipe2(os.O_CLOEXEC)
        argv = [str(voice.program), "--model", str(voice.model), "--output_raw"]
        if speed_wpm != USUAL_WPM:
            argv += ["--length_scale", f"{USUAL_WPM / speed_wpm:.2f}"]
        self._process = subprocess.Popen(  # noqa: S603 (what the user installed, no shell)
            seal.stage0(PIPER, argv, readable=voice.reads),
            stdin=text_end,
            stdout=sound_end,
            stderr=subprocess.DEVNULL,
            env=foreign_program.environment() | ADDED,
            process_group=0,  # Ctrl-C is the launcher's to hear
        )
        os.close(text_end)
        os.close(sound_end)

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        """End it at once, and give the pipes back."""
        foreign_program.end(self._process)
        os.close(self.text_fd)
        os.close(self.sound_fd)


def _described(model: Path) -> _Description:
    text = Path(f"{model}{DESCRIBED_BY}").read_bytes()
    return msgspec.json.decode(text, type=_Description)


def _installed(program: Path) -> Iterator[Path]:
    """Yield the folders of a program: those of its environment and of its Python, or its own."""
    folder = program.resolve().parent
    settings = folder.parent / "pyvenv.cfg"
    if not settings.is_file():
        yield folder
        return
    yield folder.parent
    for line in settings.read_text("utf-8", "replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home":
            python = Path(value.strip()).resolve()
            yield from (each for each in (python, python.parent / "lib") if each.is_dir())
