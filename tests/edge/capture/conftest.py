"""Captures that end with their test, and a sound server that stands in for a microphone."""

from collections.abc import Callable, Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest
from pulse_room import SoundServer
from running_capture import Capture, needs_apt


@pytest.fixture
def capture() -> Iterator[Callable[..., Capture]]:
    """Start captures that are gone when the test is."""
    started: list[Capture] = []

    def start(
        *argv: object, wrap: Callable[..., list[str]] | None = None, given_fd: int = -1
    ) -> Capture:
        started.append(Capture.start(*argv, wrap=wrap, given_fd=given_fd))
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
