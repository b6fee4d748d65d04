"""Microphones without a sound server: an I2S microphone's numbers, and ALSA's own file device."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest

from edge.capture.bare import Channels, holder, is_bare

RATE_HZ, BLOCK = 48_000, 1536
OFFSET = 0.03
TONE = 0.05 * np.sin(2 * np.pi * 200 * np.arange(RATE_HZ) / RATE_HZ)


def heard(stereo: np.ndarray) -> np.ndarray:
    channels = Channels(RATE_HZ)
    blocks = np.split(stereo.astype(np.float32), range(BLOCK, len(stereo), BLOCK))
    return np.concatenate([channels.mono(block) for block in blocks])


@pytest.mark.parametrize("side", [0, 1])
def test_a_microphone_on_either_side_is_heard_as_loud_as_it_is(side: int) -> None:
    stereo = np.zeros((RATE_HZ, 2))
    stereo[:, side] = TONE + OFFSET
    assert np.abs(heard(stereo) - TONE)[BLOCK:].max() < 0.003


def test_two_microphones_are_taken_together() -> None:
    stereo = np.stack([TONE, 0.9 * TONE], axis=1)
    assert np.abs(heard(stereo) - 0.95 * TONE)[BLOCK:].max() < 0.003


def test_one_channel_stays_one() -> None:
    assert np.abs(heard(TONE[:, None] + OFFSET) - TONE)[BLOCK:].max() < 0.003


def test_silence_is_silence() -> None:
    assert not heard(np.zeros((RATE_HZ, 2))).any()


def test_who_holds_a_microphone_is_named(tmp_path: Path) -> None:
    status = tmp_path / "card1" / "pcm0c" / "sub0" / "status"
    status.parent.mkdir(parents=True)
    status.write_text("state: RUNNING\nowner_pid   : 4711\ntrigger_time: 1.2\n")
    assert holder("snd_rpi_i2s: - (hw:1,0)", tmp_path) == 4711
    status.write_text("closed\n")
    assert holder("snd_rpi_i2s: - (hw:1,0)", tmp_path) is None
    assert holder("USB (hw:7,0)", tmp_path) is None
    assert holder("pulse", tmp_path) is None


def test_doors_to_a_sound_server_are_no_devices() -> None:
    assert [is_bare(name) for name in ("pulse", "default", "I2S: - (hw:1,0)")] == [
        *(False, False, True)
    ]


LISTENS = """
import socket, threading
import numpy as np
from edge.capture.microphone import Microphone
from edge.capture.outlet import Outlet
from edge.capture.report import Report
from edge.slot import MAX_RECORD_BYTES, SlotReader
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
microphone = Microphone("i2smic")
outlet = Outlet(theirs.detach(), 0)
report = Report("audio", outlet, status_fd=2)
threading.Thread(target=microphone.listen, args=(outlet, report, 0), daemon=True).start()
reader, chunks = SlotReader(), []
while len(chunks) < 60:
    chunks.append(reader.feed(ours.recv(MAX_RECORD_BYTES)).samples.copy())
sound = np.concatenate(chunks[20:])
print(microphone.name, sound.max(), sound.min(), sound.mean(), flush=True)
import os; os._exit(0)
"""


def give(fifo: Path, second: bytes) -> None:
    """Write the same second again and again, to whoever opens it: PortAudio does so twice."""
    while True:
        with suppress(BrokenPipeError), fifo.open("wb", buffering=0) as file:
            while True:
                file.write(second)


def test_alsa_is_listened_to_without_a_sound_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not sealed: ALSA's stand-in for a device writes to a file, which the seal forbids."""
    if not Path("/usr/share/alsa/alsa.conf").exists() or not find_library("portaudio"):
        pytest.skip(
            "UNCHECKED: needs PortAudio and ALSA; apt install libportaudio2 libasound2-data"
        )
    stereo = np.zeros((RATE_HZ, 2), np.int32)
    stereo[:, 1] = ((TONE + OFFSET) * 2**31).astype(np.int32)
    os.mkfifo(tmp_path / "i2s.raw")
    given = (tmp_path / "i2s.raw", stereo.tobytes())
    threading.Thread(target=give, args=given, daemon=True).start()
    conf = tmp_path / "alsa.conf"
    conf.write_text(
        "</usr/share/alsa/alsa.conf>\n"
        "pcm.i2smic { type lfloat slave { format S32_LE pcm { type file slave.pcm { type null } "
        f'file "/dev/null" infile "{tmp_path / "i2s.raw"}" format "raw" }} }} }}\n',
        "ascii",
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(conf))
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    done = subprocess.run(
        [sys.executable, "-c", LISTENS], capture_output=True, check=False, text=True, timeout=20
    )
    name, *numbers = done.stdout.split()
    most, least, mean = map(float, numbers)
    assert name == "i2smic", done.stderr
    assert 0.04 < most < 0.06
    assert -0.06 < least < -0.04
    assert abs(mean) < 0.005
