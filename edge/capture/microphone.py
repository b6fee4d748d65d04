"""A microphone through PortAudio, into the slot as it is heard.

Importing this opens the sound system (PortAudio looks at every device when it is imported), so
it is imported only where a microphone is meant.

A thread reads the device; no code of ours runs on PortAudio's own thread, because the library
that would call it keeps memory that is both written and executable, which the seal forbids.

Two queues. That thread -> ours holds `WAITING_BLOCKS`; when it is full the newest block is lost
and counted. Ours -> chamber is the slot; when it is full the newest chunk is left out and
counted. Either way the stream's clock goes on, and the chamber sees the hole.

A sick device is left by ending the process, never with `stop()`, which waits for a device that no
longer answers (seen with a Pulse source that has no writer: it hangs for ever), and not with
`close()`, which after the seal may not close the sound server's pipes and then aborts.

Behind a sound server the device is called `pulse` or `default`, and the server moves the stream
to another microphone when one is unplugged, without a word to us. `edge.capture.sound_server`
asks it which one it is, and says when that changes.
"""

import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import sounddevice

from edge.capture import GONE_AFTER_S, BadSource, DeviceLost, bare
from edge.capture.chunks import Chunker, to_mono
from edge.capture.outlet import Outlet
from edge.capture.pace import SHORT_CHUNKS, Pace
from edge.capture.report import Report
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import BLOCK_SAMPLES, CHUNK_MS, CHUNK_SAMPLES, Samples

WAITING_BLOCKS: Final = 2000 // (SHORT_CHUNKS * CHUNK_MS)
"""Two seconds at least."""
DEVICE_CHUNKS: Final = 3
"""What the device is asked to hand over at once: 96 ms, for it wakes us each time."""
STEREO: Final = 2
BUFFER_S: Final = 0.4
"""What the device keeps while the thread that reads it waits for its turn."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One block at the device's rate, float32, shape (frames,)."""

    sound: Samples
    first: int
    """The device's frames before it, since we began to listen."""
    captured_s: float
    """`time.monotonic()` of its last frame."""


BEGINS_WITHIN_S: Final = 5.0
"""PulseAudio keeps up to two seconds in hand of what nobody heard yet; later it does not."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The sound server gives us another microphone from now on."""

    name: str


class Microphone:
    """An input stream that runs; what it hears is forgotten until `listen` is called."""

    def __init__(self, wanted: str) -> None:
        """Open and start the input device whose name contains `wanted`; raise BadSource."""
        index, self.name = _choose(wanted)
        self._stream = _open(index, self.name)
        self._rate_hz = int(self._stream.samplerate)
        self._mono = bare.Channels(self._rate_hz).mono if bare.is_bare(self.name) else to_mono
        self._heard: queue.Queue[Heard | Moved | None] = queue.Queue(WAITING_BLOCKS)
        self._since_s = float("inf")
        threading.Thread(target=self._read, name="microphone", daemon=True).start()

    def _read(self) -> None:
        """On a thread of its own: take what comes until nothing does."""
        pace, first = Pace(), 0
        with suppress(sounddevice.PortAudioError):
            while True:
                frames = self._rate_hz * pace.chunks * CHUNK_SAMPLES // SAMPLE_RATE_HZ
                block, overflowed = self._stream.read(frames)
                captured_s = time.monotonic() - self._stream.read_available / self._rate_hz
                if captured_s - frames / self._rate_hz < self._since_s:
                    continue  # any of it is from before GO
                # How much an overflow lost nobody says; a block is the least that is likely.
                first += frames * bool(overflowed)
                sound = self._mono(block)
                pace.heard(sound)
                with suppress(queue.Full):  # then `listen` sees the hole in `first`
                    self._heard.put_nowait(Heard(sound, first, captured_s))
                first += frames
        self._heard.put(None)

    def moved(self, name: str) -> None:
        """Note, on any thread, which microphone it is now."""
        self._heard.put(Moved(name))

    def listen(self, outlet: Outlet, report: Report, skip: int) -> None:
        """Send what is heard from now on, for ever; raise DeviceLost.

        `skip` is the position of the first sample, in samples of 16 kHz.
        """
        self._since_s = time.monotonic()
        chunker, next_frame = self._chunker(skip), 0
        limit_s = BEGINS_WITHIN_S
        while True:
            heard = self._next(limit_s)
            limit_s = GONE_AFTER_S
            if isinstance(heard, Moved):
                report.device = self.name = heard.name
                report.tell(
                    "running", f"the sound server has changed the microphone to {heard.name}"
                )
                continue
            if heard.first != next_frame:
                lost = self._samples(heard.first - next_frame) + chunker.pending
                outlet.skip(lost)
                chunker = self._chunker(skip + self._samples(heard.first))
            next_frame = heard.first + len(heard.sound)
            for block in chunker.feed(heard.sound):
                outlet.offer(block)
            report.clock(skip + self._samples(next_frame), heard.captured_s)

    def _next(self, limit_s: float) -> Heard | Moved:
        try:
            heard = self._heard.get(timeout=limit_s)
        except queue.Empty:
            raise self._lost(f"gave no sound for {limit_s:g} s") from None
        if heard is None:
            raise self._lost("was taken away")
        return heard

    def _lost(self, why: str) -> DeviceLost:
        return DeviceLost(f"the microphone {self.name} {why}; check its cable and the sound server")

    def _chunker(self, start: int) -> Chunker:
        return Chunker(self._rate_hz, start, BLOCK_SAMPLES)

    def _samples(self, frames: int) -> int:
        return frames * SAMPLE_RATE_HZ // self._rate_hz


def _open(index: int, name: str) -> sounddevice.InputStream:
    """Open and start at 16 kHz mono, else as the device likes it; raise BadSource.

    One without a sound server is asked for all that it has: nobody else makes 16 kHz mono of it.
    """
    is_bare = bare.is_bare(name)
    device = sounddevice.query_devices(index)
    own, channels = int(device["default_samplerate"]), int(device["max_input_channels"])
    ways = [(SAMPLE_RATE_HZ, 1), (own, 1), (own, channels)]
    if is_bare:
        both = min(channels, STEREO)
        ways = [(bare.RATE_HZ, both), (own, both), (own, channels), *ways]
    for rate_hz, wanted in dict.fromkeys(ways):
        try:
            stream = sounddevice.InputStream(
                samplerate=rate_hz,
                blocksize=rate_hz * DEVICE_CHUNKS * CHUNK_SAMPLES // SAMPLE_RATE_HZ,
                device=index,
                channels=wanted,
                dtype="float32" if is_bare else "int16",
                latency=BUFFER_S,
            )
            stream.start()
        except sounddevice.PortAudioError:
            continue
        return stream
    if pid := bare.holder(name):
        raise BadSource(f"the microphone {name} is in use by process {pid}; see `ps {pid}`")
    raise BadSource(f"the microphone {name} cannot be opened; is it in use or unplugged?")


def _choose(wanted: str) -> tuple[int, str]:
    """Return the number and name of the first input device whose name contains `wanted`."""
    inputs = [device for device in sounddevice.query_devices() if device["max_input_channels"]]
    names = ", ".join(str(device["name"]) for device in inputs)
    if not inputs:
        raise BadSource("there is no microphone: plug one in, or start PulseAudio or PipeWire")
    if not wanted:
        default = sounddevice.default.device[0]
        inputs.sort(key=lambda device: bool(device["index"] != default))
    for device in inputs:
        if wanted.casefold() in str(device["name"]).casefold():
            return int(device["index"]), str(device["name"])
    raise BadSource(f"no microphone is called {wanted!r}; there are: {names}")
