"""`offrecord gpio`: a lamp that is lit while anything may sense, and a button that mutes.

A program of its own, which asks the launcher as `offrecord status` and `offrecord mute` do: no
process that listens to anybody's words touches a pin. It tells what the launcher says. Whether that
is true, `offrecord audit` looks from outside.
"""

import argparse
import os
import queue
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NoReturn, Protocol

from edge import config, config_file, control, mute, schedule
from edge.bench.commands import subcommand
from edge.messages import Inquire, Mute, Standing, Unmute
from edge.schedule import Stretch

LOOK_EVERY_S: Final = 0.5
ANSWER_WITHIN_S: Final = 2.0
"""A launcher that takes longer is not waited for: nobody knows, so the lamp is lit."""
BOUNCE_S: Final = 0.05
"""A button's contacts close several times; within this they count once."""
MOST_PRESSES: Final = 8
"""That wait while the launcher answers; more are not meant."""
BLINK_S: Final = 0.1
"""On and off, when the program begins: the wearer sees that lamp and wire work."""


class NoPins(RuntimeError):
    """The pins cannot be reached; the message is one sentence."""


REFUSALS: Final = (NoPins,)


class Lamp(Protocol):
    """As gpiozero's LED."""

    def on(self) -> None: ...
    def off(self) -> None: ...


def add_gpio(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    wiring = subcommand(commands, "gpio", _serve)
    wiring.add_argument("--led", metavar="PIN", help="BCM number of the lamp's pin, such as 17")
    wiring.add_argument(
        "--button", metavar="PIN", help="BCM number of the button's pin, such as 27; to ground"
    )
    wiring.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    wiring.add_argument("--data", type=Path, metavar="FOLDER", help="it runs on this one instead")


def _serve(arguments: argparse.Namespace) -> NoReturn:
    """Light a lamp while anything may hear or see, and mute by a button, on a board's pins."""
    if not (arguments.led or arguments.button):
        raise NoPins("nothing is wired; name the lamp's pin with --led, the button's with --button")
    settings = config_file.load(arguments.config)
    folder = arguments.data or config.data_folder(settings.notes)
    signal.signal(signal.SIGTERM, _end)
    presses: queue.Queue[None] = queue.Queue(MOST_PRESSES)
    with ExitStack() as pins:
        lamp = _open(arguments.led, arguments.button, presses, pins)
        attend(folder, schedule.read(settings.mute.schedule), lamp, presses)


def attend(
    folder: Path, stretches: Sequence[Stretch], lamp: Lamp | None, presses: "queue.Queue[None]"
) -> NoReturn:
    """Show how it stands, and do what the button wants, for ever."""
    complaint = ""
    while True:
        said = _show(folder, lamp)
        try:
            presses.get(timeout=LOOK_EVERY_S)
            said = _toggle(folder, stretches) or said
        except queue.Empty:
            pass
        if said and said != complaint:  # once, not twice a second
            sys.stderr.write(f"offrecord: {said}\n")
            sys.stderr.flush()
        complaint = said


def may_sense(standing: Standing | None) -> bool:
    """Say whether a process is there that has a device or a link, whatever the switch says."""
    return standing is not None and any(
        process.profile in control.HOLD_DEVICES for process in standing.processes
    )


def _show(folder: Path, lamp: Lamp | None) -> str:
    """Light the lamp or do not; return what a person should know. Who does not answer may sense."""
    try:
        is_lit, complaint = may_sense(control.ask(folder, Inquire(), ANSWER_WITHIN_S)), ""
    except control.NoAnswer as problem:
        is_lit, complaint = True, str(problem)
    if lamp:
        (lamp.on if is_lit else lamp.off)()
    return complaint


def _toggle(folder: Path, stretches: Sequence[Stretch]) -> str:
    """Mute or unmute whoever runs, or will; return what a person should know."""
    try:
        message = Unmute() if _is_muted(folder, stretches) else Mute()
        control.change(folder, message, stretches)
    except (control.NoAnswer, control.NotWritten) as problem:
        return str(problem)
    return ""


def _is_muted(folder: Path, stretches: Sequence[Stretch]) -> bool:
    """Return what holds; where nobody answers not, so that a hand on the button can only mute."""
    try:
        standing = control.ask(folder, Inquire(), ANSWER_WITHIN_S)
    except control.NoAnswer:
        return False
    if standing:
        return standing.mute.muted
    return mute.standing(mute.load(folder)[0], stretches, mute.read_clock()).muted


def _open(
    led: str | None, button: str | None, presses: "queue.Queue[None]", pins: ExitStack
) -> Lamp | None:
    """Take the pins, for as long as `pins` is open. Raises NoPins."""
    try:
        import gpiozero  # noqa: PLC0415 (optional, and of no use without pins)
    except ImportError:
        raise NoPins("GPIO needs a library: `pip install 'offrecord[gpio]'`") from None
    lamp = None
    # lgpio, below gpiozero, makes a pipe where it is told to, else where the program was started.
    os.environ.setdefault("LG_WD", pins.enter_context(TemporaryDirectory(prefix="offrecord-")))
    try:
        with warnings.catch_warnings():  # of each library that it tries in vain
            warnings.simplefilter("ignore")
            if led:
                lamp = pins.enter_context(gpiozero.LED(_pin(led)))
                lamp.blink(BLINK_S, BLINK_S, n=1, background=False)
            if button:
                pressed = pins.enter_context(gpiozero.Button(_pin(button), bounce_time=BOUNCE_S))
                pressed.when_pressed = lambda: None if presses.full() else presses.put(None)
    except gpiozero.BadPinFactory:
        raise NoPins(
            "no GPIO pins are found here; on a Raspberry Pi this user has to be in the group gpio"
        ) from None
    except (gpiozero.GPIOZeroError, *_of_lgpio()) as problem:
        raise NoPins(f"a pin cannot be used ({problem}); choose another, by BCM number") from None
    return lamp


def _pin(words: str) -> int:
    """Return the BCM number. gpiozero would take names too, which differ from board to board."""
    if not words.isdecimal():
        raise NoPins(f"{words!r} is not a pin's BCM number, such as 17")
    return int(words)


def _of_lgpio() -> tuple[type[Exception], ...]:
    """Return what the library below gpiozero raises, where that is the one in use."""
    below = sys.modules.get("lgpio")
    return (below.error,) if below else ()


def _end(_signal: int, _frame: object) -> NoReturn:
    """End as systemd asks: the pins are given back on the way out, and the lamp is off."""
    sys.exit(0)
