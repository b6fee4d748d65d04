import struct
import subprocess
import sys
from pathlib import Path

import pytest
from pulse_room import SoundServer

from edge.capture import devices

LISTING = "from edge.capture import devices; print(devices.list_devices())"


def listed() -> str:
    """List in a process of its own: PortAudio looks at the devices once."""
    return subprocess.run(
        [sys.executable, "-c", LISTING], capture_output=True, check=True, text=True
    ).stdout


def test_microphones_have_the_names_that_the_sound_server_gives_them(
    sound_server: SoundServer,
) -> None:
    monitor = "Microphone(name='Monitor of Null Output', rate_hz=16000, channels=1, default=True)"
    assert monitor in listed()
    sound_server.pactl("load-module", *SoundServer.OTHER_MICROPHONE)
    found = listed()  # a real microphone is preferred to a loudspeaker's monitor
    assert "Microphone(name='Null Input', rate_hz=16000, channels=1, default=True)" in found
    assert "Monitor" not in found


def test_without_a_sound_server_the_list_is_short_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    found = listed()
    assert "problems=(" in found
    assert "no microphone was found" in found or "PortAudio" in found


def test_a_camera_is_known_by_what_the_kernel_says_of_it() -> None:
    # struct v4l2_capability: driver, card, bus, version, capabilities, device_caps, reserved.
    answer = struct.pack("=16s32s32sIII3I", b"uvcvideo", b"Cam", b"usb", 1, 0x84A00001, 1, 0, 0, 0)
    assert devices.device_capabilities(answer) & devices.TAKES_PICTURES
    metadata = answer[:88] + struct.pack("=I", 0x00800000) + answer[92:]
    assert not devices.device_capabilities(metadata) & devices.TAKES_PICTURES
