"""Are the things in photographs named, is print read exactly, and what does it cost?

Every picture is looked at on its own, as one of a folder is. Times are the best of a few runs of a
picture that is made to fit 640 by 480, as a camera gives it, at the configured threads (one).
"""

from pathlib import Path
from typing import Any

import msgspec

from edge import workbench
from edge.bench import CannotMeasure, photographs, still
from edge.bench.sights import Labels, as_a_camera
from edge.capture import pictures
from edge.garbled import GARBLED
from edge.signals import Pixels


def measure(images: Path | None, labels: Path | None, still_s: int) -> dict[str, Any]:
    """Judge the pictures of a folder by the labels of a file, or our own; raise CannotMeasure."""
    strange = [] if images else ["--strangers"]
    wanted: Labels = read_labels(labels) if images else photographs.labels()
    images = images or photographs.fetch()
    if strange:
        photographs.fetch(photographs.STRANGERS)
    films = [_read(images / name) for name in wanted]
    where = ["--images", str(images.resolve()), "--labels", msgspec.json.encode(wanted).decode()]
    told = workbench.asked("edge.bench.sights", *where, *strange)
    if isinstance(told, int):
        raise CannotMeasure(f"the process that looks at the pictures ended with {told}")
    result = {
        "images": len(films),
        "classes": len({shown for each in wanted.values() for shown in each}),
        **msgspec.json.decode(told, type=dict[str, Any]),
    }
    if still_s:
        result["still_scene"] = still.core_percent(as_a_camera(films[0]), still_s)
    return result


def read_labels(path: Path | None) -> Labels:
    """Return what a labels file says; raise CannotMeasure."""
    if path is None:
        raise CannotMeasure('--images needs --labels: {"file": ["label|alternative", …]}')
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError:
        raise CannotMeasure(f"cannot read the labels {path}") from None
    except GARBLED:
        raise CannotMeasure(
            f'{path} holds no labels; they are JSON: {{"file": ["label|alternative", …]}}'
        ) from None


def _read(path: Path) -> Pixels:
    pixels = pictures.read(path)
    if pixels is None:
        raise CannotMeasure(f"cannot read the picture {path}")
    return pixels
