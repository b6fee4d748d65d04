"""A capture process that is late: nothing is lost for a second, and what is lost is counted."""

import signal
import socket
import tempfile
import time
from collections.abc import Callable
from ctypes.util import find_library
from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from pulse_room import SoundServer
from running_capture import Capture, copied

from edge.capture import DeviceLost
from edge.capture.outlet import Outlet
from edge.capture.report import Report
from edge.slot import MAX_RECORD_BYTES, SlotReader

STARVED_S = 1.2
"""Less than what counts as a microphone that gives nothing any more."""
RATE_HZ = 16_000
READS, OVERRUN = 12, 5


def test_a_second_without_a_processor_loses_nothing(
    capture: Callable[..., Capture], sound_server: SoundServer
) -> None:
    assert sound_server
    running = capture("--kind", "audio", "--source", "mic")
    running.until("ready")
    running.go()
    running.drain()
    while (before := running.next_state()).samples < RATE_HZ:
        pass
    running.process.send_signal(signal.SIGSTOP)
    time.sleep(STARVED_S)
    running.process.send_signal(signal.SIGCONT)
    while (after := running.next_state()).samples < before.samples + 3 * RATE_HZ:
        pass
    assert after.dropped == 0
    assert all(one.end == other.start for one, other in pairwise(running.signals))


class Overrun:
    """The lowest layer: a stream of PortAudio's whose device overran once, and which then ends."""

    samplerate, read_available = float(RATE_HZ), 0

    def __init__(self, sounddevice: ModuleType) -> None:
        self._ended = sounddevice.PortAudioError
        self.reads = 0
        self.lost = 0

    def read(self, frames: int) -> tuple[np.ndarray, bool]:
        time.sleep(1.1 * frames / RATE_HZ)
        self.reads += 1
        if self.reads > READS:
            raise self._ended("the end of the test")
        has_overrun = self.reads == OVERRUN
        self.lost += frames * has_overrun
        return np.full((frames, 1), 99, np.int16), has_overrun


def test_an_overrun_of_the_device_is_a_hole_that_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not find_library("portaudio"):
        pytest.skip("UNCHECKED: needs PortAudio; apt install libportaudio2 libasound2-plugins")
    microphone = pytest.importorskip("edge.capture.microphone")
    stream = Overrun(microphone.sounddevice)
    monkeypatch.setattr(microphone, "_choose", lambda _wanted: (0, "pulse"))
    monkeypatch.setattr(microphone, "_open", lambda _index, _name: stream)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    outlet = Outlet(theirs.detach(), epoch=1)
    with ours, outlet._socket, tempfile.TemporaryFile() as status:
        report = Report("audio", outlet, status_fd=status.fileno())
        with pytest.raises(DeviceLost, match="was taken away"):
            microphone.Microphone("").listen(outlet, report, 0)
        outlet._socket.shutdown(socket.SHUT_WR)
        reader, chunks = SlotReader(), []
        while record := ours.recv(MAX_RECORD_BYTES):
            if chunk := reader.feed(record):
                chunks.append(copied(chunk))
    (hole,) = [b.start - a.end for a, b in pairwise(chunks) if b.start != a.end]
    assert outlet.dropped == hole >= stream.lost > 0
