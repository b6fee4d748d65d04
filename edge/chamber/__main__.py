"""The chamber's birth: import, load, warm up, seal, say hello, wait for GO, then hear and see.

Before the seal a failure is one sentence on stderr, which the launcher shows. After it there is no
stderr: this process can only speak through the airlock, or die.
"""

import argparse
import hashlib
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import cv2

import models.manifest
from edge import config, seal
from edge.chamber.asr import Recogniser
from edge.chamber.doors import AIRLOCK_FD, ENTERS_FD, Exit, Slot, as_they_come, in_step, told
from edge.chamber.ears import Ears
from edge.chamber.eyes import Eyes
from edge.chamber.loop import Senses, run_in_step, run_live
from edge.chamber.reader import Reader
from edge.chamber.scene import SceneGate
from edge.chamber.segmenter import Segmenter
from edge.chamber.vision import Detector
from edge.chamber.voice_activity import VoiceActivity
from edge.messages import Dying, Ended, Go, Hello, Model, Watch

STDERR_FD: Final = 2
LOADED_WHEN_NEEDED: Final = ("numpy.fft", "numpy.linalg", "numpy.ma")
"""Libraries load these at their first use, which after the seal is too late."""
PACKAGE: Final = str(Path(__file__).parent.parent)


class Shelf:
    """Model files, read and checked before the seal, and the names that provenance gives them."""

    def __init__(self) -> None:
        self.models: list[Model] = []

    def take(self, model: str, file: str) -> bytes:
        """Return a file's bytes; a model is known to provenance by the first file taken of it.

        Raises ModelNotFetched, or CorruptModel for a file that is not what was installed.
        """
        content = models.manifest.read(model, file)
        if model not in (known.name for known in self.models):
            self.models.append(Model(model, hashlib.sha256(content).hexdigest()[:16]))
        return content

    def index(self, model: str) -> int:
        """Return the place of a model in `Hello`, 0 for one that was not taken."""
        names = [known.name for known in self.models]
        return names.index(model) if model in names else 0


Life = Callable[[Sequence[Slot], Senses, Exit, int], Ended]
"""What a chamber does between GO and its end. The last number is of sources to keep in step."""


def hear_and_see(slots: Sequence[Slot], senses: Senses, exit_: Exit, lockstep: int) -> Ended:
    """Live: understand what comes through the slots until every source has ended."""
    if lockstep:
        return run_in_step(in_step(slots[:lockstep]), senses, exit_)
    return run_live(as_they_come(slots), senses, exit_)


def main(life: Life = hear_and_see) -> int:
    """Be born, sealed and checked; then live. The attack suite brings a life of its own."""
    arguments = _arguments()
    settings = config.from_argument(arguments.settings)
    cv2.setNumThreads(1)
    for module in LOADED_WHEN_NEEDED:
        importlib.import_module(module)
    shelf = Shelf()
    senses = load(settings, arguments.senses.split(","), shelf)
    slots = [int(descriptor) for descriptor in arguments.slot_fds.split(",")]
    seal.close_all_but({ENTERS_FD, AIRLOCK_FD, STDERR_FD, *slots})
    seal.silence_stderr()
    seal.seal("chamber", writable_fds={AIRLOCK_FD})
    exit_ = Exit(settings.airlock)
    die_saying_where(exit_)
    exit_.leave(Hello(tuple(shelf.models)))
    if not isinstance(told(), Go):
        return 0
    obeying = threading.Thread(target=obey, args=(senses,), name="obeying", daemon=True)
    obeying.start()
    ended = life([Slot(descriptor) for descriptor in slots], senses, exit_, arguments.lockstep)
    exit_.leave(ended)
    obeying.join()  # until the launcher has counted what this process wrote
    return 0


def load(settings: config.Config, wanted: list[str], shelf: Shelf) -> Senses:
    """Load and warm up the specialists of the senses that are wanted."""
    return Senses(
        ears=load_ears(settings, shelf) if "audio" in wanted else None,
        eyes=load_eyes(settings.vision, shelf) if "video" in wanted else None,
        asr=shelf.index(settings.recogniser.model),
        detector=shelf.index("centernet"),
        reader=shelf.index("pp-ocr"),
    )


def load_ears(settings: config.Config, shelf: Shelf) -> Ears:
    """Load what hears."""
    model = settings.recogniser.model
    activity = VoiceActivity(shelf.take("silero-vad", "silero_vad.onnx"), settings.gate)
    recogniser = Recogniser.load(lambda file: shelf.take(model, file), settings.recogniser)
    activity.warm_up()
    recogniser.warm_up()
    return Ears(activity, Segmenter(settings.gate, pauses=True), recogniser)


def load_eyes(settings: config.Vision, shelf: Shelf) -> Eyes:
    """Load what sees and, unless it is switched off, what reads."""
    network = shelf.take("centernet", "detector.onnx")
    detector = Detector(network, shelf.take("centernet", "labels.txt").decode(), settings)
    detector.warm_up()
    reader = None
    if settings.read_text:
        files = ("detect.onnx", "recognise.onnx", "characters.txt")
        finder, recogniser, characters = (shelf.take("pp-ocr", file) for file in files)
        reader = Reader(finder, recogniser, characters.decode(), settings)
        reader.warm_up()
    return Eyes(SceneGate(settings.scene_change), detector, reader)


def die_saying_where(exit_: Exit) -> None:
    """Make an error in any thread end the process with its kind and our line, and no more."""

    def die(kind: type[BaseException], trace: TracebackType | None) -> None:
        lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
        ours = [(Path(file).name, line) for file, line in lines if PACKAGE in file]
        file, line = ours[-1] if ours else ("unknown.py", 0)
        exit_.leave(Dying(f"{kind.__name__} at {file}:{line}"))
        os._exit(1)

    sys.excepthook = lambda kind, _error, trace: die(kind, trace)
    threading.excepthook = lambda dead: die(dead.exc_type, dead.exc_traceback)


def obey(senses: Senses) -> None:
    """Do what the chamber is told; when the launcher is gone, so is the reason to live."""
    while message := told():
        if isinstance(message, Watch) and senses.ears:
            senses.ears.watched = message.levels
    os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.chamber")
    parser.add_argument("--slot-fds", required=True)
    parser.add_argument("--senses", required=True)
    parser.add_argument("--lockstep", type=int, default=0)
    parser.add_argument("--settings", default="")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
