"""A PulseAudio of our own: the room whose sounds the microphone hears."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from running_capture import PATIENCE_S


class SoundServer:
    """A PulseAudio of our own with a null sink, whose monitor is the microphone."""

    OTHER_MICROPHONE = ("module-null-source", "source_name=desk", "rate=16000", "channels=1")

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.setenv("PULSE_SERVER", f"unix:{runtime}/pulse/native")
        self._process = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error"),
                *("-L", "module-native-protocol-unix auth-anonymous=1"),
                *("-L", "module-null-sink sink_name=room rate=16000 channels=1"),
            ],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._players: list[subprocess.Popen[bytes]] = []
        self._wait_for("Server Name", "info")
        # Keeps the null sink's clock ticking in 20 ms steps; without it the steps are 2 s.
        self.play("pacat", "--rate=16000", "--channels=1", "/dev/zero")
        self._wait_for("RUNNING", "list", "short", "sinks")

    def _wait_for(self, words: str, *question: str) -> None:
        give_up_s = time.monotonic() + PATIENCE_S
        while words not in self.pactl(*question):
            assert time.monotonic() < give_up_s, f"PulseAudio never says {words}"
            time.sleep(0.05)

    def pactl(self, *words: str) -> str:
        return subprocess.run(
            ["pactl", *words], capture_output=True, check=False, text=True
        ).stdout.strip()

    def play(self, program: str, *argv: str) -> None:
        self._players.append(
            subprocess.Popen([program, "--latency-msec=20", "--device=room", *argv])
        )

    def move_to_another_microphone(self) -> None:
        self.pactl("load-module", *self.OTHER_MICROPHONE)
        stream = self.pactl("list", "short", "source-outputs").split()[0]
        self.pactl("move-source-output", stream, "desk")

    def stop(self) -> None:
        """Hang, as a sick driver does: connections stay, nothing comes."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def die(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)
        for player in self._players:
            player.kill()
            player.wait(PATIENCE_S)
