"""Clips that a bench plays: JSON lines that name sounds, and the sounds beside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import soundfile
import soxr

from edge.bench import CannotMeasure
from edge.clock import SAMPLE_RATE_HZ
from edge.garbled import GARBLED
from edge.signals import Samples

_Clip = TypeVar("_Clip", bound=msgspec.Struct)


class Clip(msgspec.Struct, frozen=True):
    """What was said in a sound; further keys of the line are ignored."""

    file: str
    text: str


def read_manifest(path: Path, kind: type[_Clip], keys: Sequence[str]) -> list[_Clip]:
    """Return the clips of a manifest; raise CannotMeasure, which names the `keys`."""
    try:
        lines = path.read_text("utf-8").splitlines()
        return [msgspec.json.decode(line, type=kind) for line in lines if line.strip()]
    except OSError:
        raise CannotMeasure(f"cannot read the manifest {path}") from None
    except GARBLED:
        *first, last = (f"`{key}`" for key in keys)
        names = f"{', '.join(first)} and {last}"
        raise CannotMeasure(f"{path} is no manifest: JSON lines with {names}") from None


def load_clip(path: Path) -> Samples:
    """Return a sound file as float32 mono samples at 16 kHz, shape (n,)."""
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        raise CannotMeasure(f"cannot read the clip {path}") from None
    mono: Samples = soxr.resample(sound.mean(axis=1), rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
    return mono
