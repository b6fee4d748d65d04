"""The chamber's birth: import, load, warm up, seal, say hello, wait for GO, then hear and see.

Before the seal a failure is one sentence on stderr, which the launcher shows. After it there is no
stderr: this process can only speak through the airlock, or die.
"""

import argparse
import contextlib
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final

from edge import config, seal
from edge.chamber import onnx_session
from edge.chamber.doors import AIRLOCK_FD, ENTERS_FD, Exit, Slot, as_they_come, in_step, told
from edge.chamber.loop import Senses, run_in_step, run_live
from edge.chamber.shelf import Shelf
from edge.chamber.spec import Unusable
from edge.chamber.specialist import MIB
from edge.messages import (
    Allowance,
    Attend,
    Dying,
    Ended,
    Enrol,
    Expect,
    Go,
    Hello,
    Look,
    Share,
    VoiceProfile,
    Watch,
)
from firmware_bridge.frames import KEY_BYTES
from models.manifest import CorruptModel, ModelNotFetched

if TYPE_CHECKING:
    from edge.chamber.ears import Ears
    from edge.chamber.echo import Echo
    from edge.chamber.eyes import Eyes
    from edge.chamber.home import Home
    from edge.chamber.opener import Opener

STDERR_FD: Final = 2
LOADED_WHEN_NEEDED: Final = ("numpy.fft", "numpy.linalg", "numpy.ma")
"""Libraries load these at their first use, which after the seal is too late."""
PACKAGE: Final = str(Path(__file__).parent.parent)


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
    for module in LOADED_WHEN_NEEDED:
        importlib.import_module(module)
    onnx_session.use_chosen()
    without = arguments.without.split(",") if arguments.without else ()
    shelf = Shelf(settings.memory.budget_mb * MIB, without)
    senses = load(settings, arguments.senses.split(","), shelf)
    refused = list(shelf.residents.refused.values())
    if refused and not (senses.ears or senses.eyes):
        sys.stderr.write(f"{refused[0].sentence}\n")
        return 1
    opener = _opener(arguments.opening_key_fd)
    seal.give_back_memory()
    slots = [int(descriptor) for descriptor in arguments.slot_fds.split(",")]
    seal.close_all_but({ENTERS_FD, AIRLOCK_FD, STDERR_FD, *slots, *shelf.kept})
    seal.silence_stderr()
    seal.seal("chamber", writable_fds={AIRLOCK_FD})
    exit_ = Exit(settings.airlock)
    die_saying_where(exit_)
    shelf.residents.watch.stuck = lambda name, thread: give_up(exit_, name, thread)
    exit_.leave(Hello(tuple(shelf.models)))
    if not isinstance(told(), Go):
        return 0
    told_to = (senses, shelf, exit_)
    obeying = threading.Thread(target=obey, args=told_to, name="obeying", daemon=True)
    obeying.start()
    shelf.live(exit_.leave)
    ended = life(
        [Slot(descriptor, opener) for descriptor in slots], senses, exit_, arguments.lockstep
    )
    for lending in shelf.lending():
        exit_.leave(lending)
    exit_.leave(ended)
    obeying.join()  # until the launcher has counted what this process wrote
    return 0


def load(settings: config.Config, wanted: list[str], shelf: Shelf) -> Senses:
    """Load and warm up the specialists of the senses that are wanted.

    Where one sense cannot be had, the other goes on alone; the shelf knows why.
    """
    ears = _load_ears(settings, shelf, wanted) if "audio" in wanted else None
    return Senses(
        ears=ears,
        eyes=_load_eyes(settings.vision, shelf) if "video" in wanted else None,
        asr=shelf.index(settings.recogniser.weights),
        detector=shelf.index("centernet"),
        reader=shelf.index("pp-ocr"),
        echo=_load_echo() if "echo" in wanted else None,
        home=_load_home(ears, settings, shelf) if ears and "home" in wanted else None,
    )


# Imported when wanted, before the seal: who only listens need not carry OpenCV.


def _load_ears(settings: config.Config, shelf: Shelf, wanted: list[str]) -> "Ears | None":
    """Load what hears. Without what knows voices, where that is wanted, all words would leave."""
    from edge.chamber import ears  # noqa: PLC0415 (see above)

    with contextlib.suppress(Unusable, CorruptModel, ModelNotFetched):
        return ears.load(settings, shelf, knows_voices="voices" in wanted)
    return None


def _load_echo() -> "Echo":
    from edge.chamber.echo import Echo  # noqa: PLC0415 (see above)

    echo = Echo()
    echo.warm_up()
    return echo


def _load_home(ears: "Ears", settings: config.Config, shelf: Shelf) -> "Home":
    from edge.chamber import home  # noqa: PLC0415 (see above)

    return home.load(ears, settings, shelf)


def _load_eyes(settings: config.Vision, shelf: Shelf) -> "Eyes | None":
    from edge.chamber import eyes  # noqa: PLC0415 (see above)

    return eyes.load(settings, shelf)


def _opener(key_fd: int) -> "Opener | None":
    """Return what opens a wearable's encrypted sound, with the key that is read once."""
    if key_fd < 0:
        return None
    from edge.chamber.opener import Opener  # noqa: PLC0415 (see above)

    key = os.read(key_fd, KEY_BYTES)
    os.close(key_fd)
    return Opener(key)


def die_saying_where(exit_: Exit) -> None:
    """Make an error in any thread end the process with its kind and our line, and no more."""

    def die(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        name = error.name if isinstance(error, Unusable) else None
        _die(exit_, kind.__name__, traceback.walk_tb(trace), name)

    sys.excepthook = die
    threading.excepthook = lambda dead: die(dead.exc_type, dead.exc_value, dead.exc_traceback)


def give_up(exit_: Exit, name: str, thread: int) -> None:
    """End the process for a specialist that does not answer and cannot be ended."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 (the documented way to it)
    _die(exit_, "Hung", reversed(list(traceback.walk_stack(frame))) if frame else (), name)


def _die(
    exit_: Exit, kind: str, lines: Iterable[tuple[FrameType, int]], specialist: str | None
) -> None:
    ours = [
        (Path(frame.f_code.co_filename).name, line)
        for frame, line in lines
        if PACKAGE in frame.f_code.co_filename
    ]
    file, line = ours[-1] if ours else ("unknown.py", 0)
    exit_.leave(Dying(f"{kind} at {file}:{line}", specialist))
    os._exit(1)


def obey(senses: Senses, shelf: Shelf, exit_: Exit) -> None:
    """Do what the chamber is told; when the launcher is gone, so is the reason to live."""
    while message := told():
        if isinstance(message, Watch) and senses.ears:
            senses.ears.watched = message.levels
        elif isinstance(message, Allowance):
            exit_.allow(message.day_left_bytes)
        elif isinstance(message, Share):
            shelf.grow(message.budget_mb * MIB)
        elif isinstance(message, Expect) and senses.ears:
            senses.ears.expect(message.words)
        elif isinstance(message, Look | Attend) and senses.eyes:
            senses.eyes.told(message)
        elif isinstance(message, Enrol | VoiceProfile):
            _meet(message, senses)
    os._exit(0)


def _meet(message: Enrol | VoiceProfile, senses: Senses) -> None:
    """Learn the wearer's voice, or know it; a chamber born without the model for it does not."""
    who = senses.ears.who if senses.ears else None
    if who and isinstance(message, Enrol):
        who.enrol(message)
    elif who and isinstance(message, VoiceProfile):
        who.know(message)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.chamber")
    parser.add_argument("--slot-fds", required=True)
    parser.add_argument("--senses", required=True)
    parser.add_argument("--lockstep", type=int, default=0)
    parser.add_argument("--without", default="")
    parser.add_argument("--opening-key-fd", type=int, default=-1, help="for encrypted sound")
    parser.add_argument("--settings", default="")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
