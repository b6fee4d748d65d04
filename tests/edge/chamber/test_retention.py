"""What is left of a spoken sentence and of a picture, in the whole sealed pipeline at its own pace.

A canary, speech under noise that is nobody else's, goes through the real capture into the real
chamber with Whisper and the detector loaded, and silence follows. While it is spoken it must be
found, two seconds after it has ended nothing of it may be.
"""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
import soxr

from edge import config, scene
from edge.audit.memory import Canary, Left, share_left
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.launcher.births import Run
from edge.launcher.run import PROGRAMS, Launcher
from edge.messages import Shown, SourceState, Transcript

pytestmark = pytest.mark.alone

SENTENCES_S = ((15.85, 18.4), (1.25, 3.6))
"""Of the demo; together they are one utterance."""
LEAD_S, CANARY_S, HANGOVER_S, SILENCE_S = 1.0, 4, 0.6, 120.0
RETENTION_S = 2.0
HELD = 0.1
"""Of the canary, while it is spoken, so that the search is known to find it."""
SEED = 3
"""The same noise each time: eight bytes of another would now and then be in anybody's memory."""
NOISE = 130
"""Standard deviation of the noise in sixteen-bit steps: -48 dBFS."""


@dataclass
class Played:
    """One run: what the chamber held in the middle of it, and what each process did afterwards."""

    canary: Canary
    ends_s: float
    """Of the utterance, on the stream's clock."""
    launcher: Launcher | None = None
    began_s: float = 0.0
    """The stream's beginning, by `time.monotonic()`."""
    understood: threading.Event = field(default_factory=threading.Event)
    during: dict[str, Left] = field(default_factory=dict)
    after: dict[str, Left] = field(default_factory=dict)

    def show(self, message: Shown) -> None:
        if isinstance(message, SourceState) and message.kind == "audio" and not self.began_s:
            if message.phase == "running":
                self.began_s = message.monotonic_s - message.samples / SAMPLE_RATE_HZ
                threading.Thread(target=self.look, args=(asyncio.get_running_loop(),)).start()
        elif isinstance(message, Transcript):
            self.understood.set()

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        """On a thread of its own, beside the launcher's loop."""
        self.wait_until(self.ends_s - HANGOVER_S - CANARY_S * 3 / 4)
        self.during = self.left("chamber")
        while self.during["chamber"].int16 < HELD and not self.understood.is_set():
            self.during = self.left("chamber")  # a busy machine looks slowly
        self.understood.wait(60)
        self.wait_until(self.ends_s + RETENTION_S)
        assert self.launcher
        self.after = self.left(*self.launcher.children)
        loop.call_soon_threadsafe(self.launcher.stop)

    def wait_until(self, stream_s: float) -> None:
        time.sleep(max(0.0, self.began_s + stream_s - time.monotonic()))

    def left(self, *names: str) -> dict[str, Left]:
        assert self.launcher
        children = self.launcher.children
        return {name: share_left(children[name].pid, self.canary) for name in names}


def play(folder: Path, chamber: str) -> Played:
    """Play the canary through a whole run whose chamber is this program."""
    audio, pixels = write_canary(folder)
    speech_s = len(audio) / SAMPLE_RATE_HZ
    canary = Canary(audio[-to_samples(CANARY_S) :], pixels)
    played = Played(canary, ends_s=LEAD_S + speech_s + HANGOVER_S)
    settings = config.Config()
    sources = [
        describe("audio", str(folder / "canary.wav"), settings),
        describe("video", str(folder / "canary.png"), settings),
    ]
    run = Run(config=settings, sources=sources, data=folder / "data", picture_s=SILENCE_S)
    played.launcher = Launcher(run, played.show, {**PROGRAMS, "chamber": chamber})
    asyncio.run(asyncio.wait_for(played.launcher.launch(), timeout=120))
    assert played.understood.is_set(), "nothing was understood"
    return played


def write_canary(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    noise = np.random.default_rng(SEED)
    audio = scene.load(scene.folder("demo")).audio
    assert audio
    sound, rate_hz = soundfile.read(audio, dtype="float32")
    sound = soxr.resample(sound, rate_hz, SAMPLE_RATE_HZ)
    cuts = [sound[to_samples(start) : to_samples(end)] for start, end in SENTENCES_S]
    speech = np.concatenate(cuts) * 16000 / np.abs(sound).max()
    spoken = (speech + noise.normal(0, NOISE, len(speech))).astype(np.int16)
    silence = [np.zeros(to_samples(length_s), np.int16) for length_s in (LEAD_S, SILENCE_S)]
    whole = np.concatenate([silence[0], spoken, silence[1]])
    soundfile.write(folder / "canary.wav", whole, SAMPLE_RATE_HZ, subtype="PCM_16")
    pixels = noise.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    cv2.imwrite(str(folder / "canary.png"), pixels[:, :, ::-1])
    return spoken, pixels


def checked(found: dict[str, Left]) -> dict[str, Left]:
    if unchecked := found["chamber"].unchecked:
        pytest.skip(f"UNCHECKED: {unchecked}")
    return found


def test_two_seconds_after_it_was_said_nothing_of_it_is_left(tmp_path: Path) -> None:
    played = play(tmp_path, PROGRAMS["chamber"])
    assert checked(played.during)["chamber"].int16 >= HELD
    after = {
        (process, form): getattr(found, form)
        for process, found in checked(played.after).items()
        for form in ("int16", "float32", "pixels")
    }
    assert {place: share for place, share in after.items() if share} == {}


def test_a_chamber_that_keeps_what_it_was_given_is_found_out(tmp_path: Path) -> None:
    kept = checked(play(tmp_path, "tests.edge.chamber.keeping_chamber").after)["chamber"]
    assert kept.float32 > 0.9
    assert kept.pixels > 0.9
