"""Captures that end with their test, and a sound server that stands in for a microphone."""

import shutil
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest
from pulse_room import SoundServer
from running_capture import Capture


def needs_apt(program: str, packages: str) -> None:
    """Skip, loudly, where a system package is not installed."""
    if not shutil.which(program):
        pytest.skip(f"UNCHECKED: needs {program}; apt install {packages}")


@pytest.fixture
def capture() -> Iterator[Callable[..., Capture]]:
    """Start captures that are gone when the test is."""
    started: list[Capture] = []

    def start(*argv: object, wrap: Callable[..., list[str]] | None = None) -> Capture:
        started.append(Capture.start(*argv, wrap=wrap))
        return started[-1]

    yield start
    for running in started:
        running.close()


@pytest.fixture
def sound_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    needs_apt("pulseaudio", "pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins")
    needs_apt("pacat", "pulseaudio-utils")
    if not find_library("portaudio"):
        pytest.skip("UNCHECKED: needs PortAudio; apt install libportaudio2 libasound2-plugins")
    server = SoundServer(tmp_path, monkeypatch)
    yield server
    server.die()
