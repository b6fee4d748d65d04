"""A loudspeaker through PortAudio: sound out, and how much of it has really been played.

Importing this opens the sound system, so it is imported only where something is to be spoken. No
code of ours runs on PortAudio's own thread: the library that would call it keeps memory that is
both written and executable, which the seal forbids. `stop()` does not wait for the device, so
`wait` asks it how much it still has.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

CLIENT: Final = Path(__file__).parents[1] / "capture" / "pulse-client.conf"
"""Sound goes through the connection itself: no memory is mapped after the seal."""
os.environ["PULSE_CLIENTCONFIG"] = str(CLIENT)

import sounddevice  # noqa: E402 (it reads the line above)

BUFFER_S: Final = 0.08
"""What the device keeps: as little as a busy small board can fill in time."""
LOOK_EVERY_S: Final = 0.005
MOST_WAIT_S: Final = 1.0
"""A device that keeps its sound longer than this plays nothing any more."""

Sound = npt.NDArray[np.int16]


class NoLoudspeaker(RuntimeError):
    """There is nothing to play on; one sentence with what to do."""


class Loudspeaker:
    """An output stream. For one thread."""

    def __init__(self, wanted: str, rate_hz: int) -> None:
        """Open the output device whose name contains `wanted`, or the sound server's of that name.

        At `rate_hz` where it can, else at its own rate. Raises NoLoudspeaker.
        """
        self._stream = _open(_choose(wanted), rate_hz)
        self.rate_hz = int(self._stream.samplerate)
        self._room = self._written = 0

    def warm_up(self) -> None:
        """Play a moment of silence, so that all that is loaded when first needed is there."""
        self.start()
        self.write(np.zeros(self.rate_hz // 20, np.int16))
        self.wait(lambda: True)
        self.start()
        self.drop()

    def start(self) -> None:
        """Begin to play what is written from now on."""
        self._stream.start()
        self._room, self._written = int(self._stream.write_available), 0

    def write(self, sound: Sound) -> None:
        """Take int16 (n,), and wait until the device has room for it."""
        self._stream.write(sound[:, np.newaxis])
        self._written += len(sound)

    @property
    def waiting_s(self) -> float:
        """How long what was written and has not been played will take."""
        waiting = self._room - int(self._stream.write_available)
        return min(max(0, waiting), self._written) / self.rate_hz

    @property
    def played_ms(self) -> int:
        """How much of what was written since `start` has been played."""
        return max(0, round(1000 * (self._written / self.rate_hz - self.waiting_s)))

    def wait(self, is_wanted: Callable[[], bool]) -> None:
        """Wait until everything has been played, or is not wanted any more; then be silent."""
        until_s = time.monotonic() + MOST_WAIT_S
        while is_wanted() and self.waiting_s > 0 and time.monotonic() < until_s:
            time.sleep(LOOK_EVERY_S)
        if is_wanted():
            self._stream.stop()
        else:
            self.drop()

    def drop(self) -> None:
        """Be silent at once: what the device still has is thrown away."""
        self._stream.abort()


def names() -> list[str]:
    """Return what there is to play on."""
    return [str(device["name"]) for device in _outputs()]


def _outputs() -> list[dict[str, Any]]:
    return [device for device in sounddevice.query_devices() if device["max_output_channels"]]


def _choose(wanted: str) -> int:
    """Return the number of the output device, the sound server's where it is known by that name."""
    outputs = _outputs()
    if not outputs:
        raise NoLoudspeaker("no loudspeaker was found: plug one in, or start PulseAudio")
    if not wanted:
        default = sounddevice.default.device[1]
        outputs.sort(key=lambda device: bool(device["index"] != default))
        return int(outputs[0]["index"])
    for device in outputs:
        if wanted.casefold() in str(device["name"]).casefold():
            return int(device["index"])
    for device in outputs:
        if device["name"] == "pulse":
            os.environ["PULSE_SINK"] = wanted
            return int(device["index"])
    raise NoLoudspeaker(f"no loudspeaker is called {wanted!r}; there are: {', '.join(names())}")


def _open(index: int, rate_hz: int) -> sounddevice.OutputStream:
    own = int(sounddevice.query_devices(index)["default_samplerate"])
    for rate in dict.fromkeys((rate_hz, own)):
        try:
            return sounddevice.OutputStream(
                samplerate=rate, device=index, channels=1, dtype="int16", latency=BUFFER_S
            )
        except sounddevice.PortAudioError:
            continue
    raise NoLoudspeaker("the loudspeaker cannot be opened; is it in use or unplugged?")
