"""A room with a loudspeaker and a microphone in it, out of PulseAudio and a calculated echo.

Both are real devices to whoever opens them: two null sinks of a sound server of our own. What the
loudspeaker plays is read back, goes through the room's answer (`edge/bench/reverberation.py`) and,
with what somebody says in the room, into the microphone. The room counts its own samples, so that
a sound that went in and one that came out are on one clock.
"""

import array
import contextlib
import fcntl
import os
import select
import shutil
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.bench import CannotMeasure
from edge.bench.reverberation import LIVING_ROOM, impulse_response
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.signals import Samples

NEEDED: Final = "PulseAudio is not installed; run `sudo apt install pulseaudio pulseaudio-utils`"
LOUDSPEAKER, MICROPHONE = "loudspeaker", "room"
BLOCK_SAMPLES: Final = to_samples(0.01)
STARTS_WITHIN_S: Final = 10.0
SETTLES_S: Final = 1.0
FIRST: Final = -15
"""A niceness."""
LATE_BYTES: Final = 20 * BLOCK_SAMPLES
"""100 ms."""
LOUD: Final = 0.004
"""-48 dBFS: the loudspeaker plays."""
STEPS: Final = 32768


@dataclass(slots=True)
class EchoRoom:
    """What is going on in it. `run` is its life, on a thread of its own."""

    echo: float
    """How much louder the echo is at the microphone than the loudspeaker's own signal."""
    at: int = 0
    """Samples since it began."""
    loud_at: int = -1
    """Of the last sample that the loudspeaker played loud."""
    loud_s: float = 0.0
    """And when it was noticed, by `time.monotonic()`."""
    said_at: int = -1
    """Of the first sample of what was said last."""
    said_s: float = 0.0
    """And when that was, by `time.monotonic()`."""
    gaps: int = 0
    """How often the machine was too busy for it, and sound was lost."""
    _said: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_over: bool = False

    def say(self, samples: Samples) -> None:
        """Say this from the next block on."""
        with self._lock:
            self._said, self.said_at = samples, -1

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is speaking in it."""
        return not len(self._said)

    def run(self, played: int, heard: int) -> None:
        """Take what is played from one descriptor, and write what is heard to the other."""
        _go_first(threading.get_native_id())
        answer = self.echo * impulse_response(LIVING_ROOM).astype(np.float32)
        ringing = np.zeros(len(answer) + BLOCK_SAMPLES - 1, np.float32)
        size = 1 << (len(ringing) - 1).bit_length()
        spectrum = np.fft.rfft(answer, size)
        noise = np.random.default_rng(4)
        while not self._is_over and len(data := _read(played)) == 2 * BLOCK_SAMPLES:
            block = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(STEPS)
            if _waiting(played) > LATE_BYTES:  # a busy machine: a gap, and no delay for good
                _drain(played)
                self.gaps += 1
            self._listen(block)
            ringing += np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)[: len(ringing)]
            sound = ringing[:BLOCK_SAMPLES] + self._next()
            sound += noise.standard_normal(BLOCK_SAMPLES).astype(np.float32) * np.float32(1e-3)
            ringing = np.concatenate([ringing[BLOCK_SAMPLES:], np.zeros(BLOCK_SAMPLES, np.float32)])
            if _waiting(heard) <= LATE_BYTES:
                os.write(heard, (np.clip(sound, -1, 0.9999) * STEPS).astype("<i2").tobytes())
            self.at += BLOCK_SAMPLES

    def end(self) -> None:
        """Let `run` return."""
        self._is_over = True

    def _listen(self, block: NDArray[np.float32]) -> None:
        loud = np.flatnonzero(np.abs(block) > LOUD)
        if len(loud):
            self.loud_at, self.loud_s = self.at + int(loud[-1]), time.monotonic()

    def _next(self) -> Samples:
        with self._lock:
            now, self._said = self._said[:BLOCK_SAMPLES], self._said[BLOCK_SAMPLES:]
            if len(now) and self.said_at < 0:
                self.said_at, self.said_s = self.at, time.monotonic()
        return np.pad(now, (0, BLOCK_SAMPLES - len(now)))


@contextlib.contextmanager
def opened(folder: Path, echo: float) -> Iterator[EchoRoom]:
    """Yield a room; processes started meanwhile find its loudspeaker and its microphone."""
    if not (shutil.which("pulseaudio") and shutil.which("parec")):
        raise CannotMeasure(NEEDED)
    runtime = folder / "pulse"
    runtime.mkdir(mode=0o700)
    before = dict(os.environ)
    os.environ |= {"XDG_RUNTIME_DIR": str(runtime), "PULSE_SERVER": f"unix:{runtime}/native"}
    room = EchoRoom(echo)
    with contextlib.ExitStack() as stack:
        stack.callback(_restore, before)
        _start(stack, _server(runtime))
        _wait_for_server()
        ours = ("--raw", "--format=s16le", f"--rate={SAMPLE_RATE_HZ}", "--channels=1")
        parec = ("parec", *ours, "--latency-msec=10", f"--device={LOUDSPEAKER}.monitor")
        pacat = ("pacat", *ours, "--latency-msec=20", f"--device={MICROPHONE}")
        played = _start(stack, parec, stdout=subprocess.PIPE)
        heard = _start(stack, pacat, stdin=subprocess.PIPE)
        assert played.stdout
        assert heard.stdin
        fds = played.stdout.fileno(), heard.stdin.fileno()
        time.sleep(SETTLES_S)
        _drain(fds[0])  # what lies there now would delay everything for good
        thread = threading.Thread(target=room.run, args=fds, name="room", daemon=True)
        thread.start()
        yield room
        room.end()
        thread.join()


def _server(runtime: Path) -> tuple[str, ...]:
    sink = f"module-null-sink rate={SAMPLE_RATE_HZ} channels=1 sink_name="
    return (
        *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error"),
        *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={runtime}/native"),
        *("-L", f"{sink}{LOUDSPEAKER}", "-L", f"{sink}{MICROPHONE}"),
    )


def _start(
    stack: contextlib.ExitStack, command: tuple[str, ...], stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":  # fmt: skip
    started = subprocess.Popen(  # noqa: S603 (programs of the sound server, no shell)
        command, bufsize=0, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL
    )
    stack.enter_context(started)
    stack.callback(started.kill)
    _go_first(started.pid)
    return started


def _go_first(thread_or_process: int) -> None:
    """Let the room keep time on a busy machine, where that is allowed."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, thread_or_process, FIRST)


def _wait_for_server() -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while subprocess.run(("pactl", "info"), capture_output=True, check=False).returncode:  # noqa: S607
        if time.monotonic() > until_s:
            raise CannotMeasure("PulseAudio does not start")
        time.sleep(0.05)


def _waiting(pipe: int) -> int:
    """Return how many bytes are in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def _drain(descriptor: int) -> None:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    while waiting.poll(0):
        os.read(descriptor, 1 << 16)


def _read(descriptor: int) -> bytes:
    data = b""
    while len(data) < 2 * BLOCK_SAMPLES:
        piece = os.read(descriptor, 2 * BLOCK_SAMPLES - len(data))
        if not piece:
            break
        data += piece
    return data


def _restore(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)
