"""What is the canary? Real speech and a real picture, under a noise that nobody else has.

The speech is of the demo, so that it is heard as speech and goes the whole way; the noise is drawn
for this run alone, so that no other memory and no other file on earth holds these samples. It is
as loud as a quiet room, and the same in front of and behind the speech, where it is not the canary.
"""

import secrets
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import soundfile

from edge import scene
from edge.audit.memory import MOST_PIXEL_BYTES, Canary
from edge.clock import SAMPLE_RATE_HZ, to_samples

SCENE: Final = "demo"
NOISE_PEAK: Final = 400
"""In steps of int16: -43 dBFS, and more than nine bits in each sample that chance cannot guess."""
PICTURE_NOISE_PEAK: Final = 32
LEAD_S: Final = 1.2
"""The noise floor is learnt before anybody speaks."""
QUIET_S: Final = 9.0
"""Between the canary and the second one: longer than anything is kept."""
TAIL_S: Final = 4.0
MARGIN_S: Final = 0.15
PICTURE_S: Final = 3.0
"""How long the picture is seen, before one that is not the canary takes its place."""

Sound = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Bait:
    """Where the canary lies, and what it is."""

    sound: Path
    pictures: Path
    canary: Canary
    """What must be gone in the end."""
    second: Canary
    """What is being heard when the chamber is killed."""

    @property
    def ends_at_s(self) -> float:
        """Where in the sound the canary ends."""
        return LEAD_S + len(self.canary.audio) / SAMPLE_RATE_HZ


def lay(folder: Path) -> Bait:
    """Write the sound and the pictures that the run is given; the only copy outside of memory."""
    first, second = _speech(), _speech()
    quiet = {name: _noise(to_samples(duration_s)) for name, duration_s in _PAUSES.items()}
    sound = folder / "canary.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        for piece in (quiet["lead"], first, quiet["pause"], second, quiet["tail"]):
            file.writeframes(piece.tobytes())
    pictures = folder / "pictures"
    pictures.mkdir(mode=0o700)
    pixels = _picture()
    cv2.imwrite(str(pictures / "0.png"), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    whole_s = sum(_PAUSES.values()) + (len(first) + len(second)) / SAMPLE_RATE_HZ
    for number in range(1, 2 + int(whole_s / PICTURE_S)):
        cv2.imwrite(str(pictures / f"{number}.png"), np.full_like(pixels, 96))
    return Bait(sound, pictures, Canary(first, pixels), Canary(second))


_PAUSES: Final = {"lead": LEAD_S, "pause": QUIET_S, "tail": TAIL_S}


def _noise(samples: int) -> Sound:
    drawn = np.frombuffer(secrets.token_bytes(2 * samples), np.int16)
    noise: Sound = drawn % np.int16(2 * NOISE_PEAK) - np.int16(NOISE_PEAK)
    return noise


def _speech() -> Sound:
    """Return two sentences of the scene, in an order of this run, under this run's noise."""
    shown = scene.load(scene.folder(SCENE))
    assert shown.audio
    samples, rate_hz = soundfile.read(shown.audio, dtype="int16")
    assert rate_hz == SAMPLE_RATE_HZ
    told = [said for said in shown.said if not said.text.endswith("?")]
    pieces = []
    for said in secrets.SystemRandom().sample(told, 2):
        begin, end = to_samples(said.start_s - MARGIN_S), to_samples(said.end_s + MARGIN_S)
        pieces.append(samples[begin:end])
    speech = np.concatenate(pieces).astype(np.int32)
    noisy: Sound = np.clip(speech + _noise(len(speech)), -32768, 32767).astype(np.int16)
    return noisy


def _picture() -> npt.NDArray[np.uint8]:
    """Return a photograph of the scene, under this run's noise: RGB, all of it searchable."""
    shown = scene.load(scene.folder(SCENE))
    assert shown.pictures
    file = secrets.choice(sorted(shown.pictures.iterdir()))
    pixels = cv2.imread(str(file), cv2.IMREAD_COLOR_RGB)
    assert pixels is not None
    scale = min(1.0, (MOST_PIXEL_BYTES / pixels.size) ** 0.5)
    size = int(pixels.shape[1] * scale), int(pixels.shape[0] * scale)
    pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    noise = np.frombuffer(secrets.token_bytes(pixels.size), np.uint8).reshape(pixels.shape)
    room = 255 - 2 * PICTURE_NOISE_PEAK  # so that black and white are as noisy as the rest
    return (pixels.astype(np.uint16) * room // 255 + noise % (2 * PICTURE_NOISE_PEAK)).astype(
        np.uint8
    )
