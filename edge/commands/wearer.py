"""`offrecord enroll | mute | unmute`: who is heard, and when is nobody?"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from edge import config, config_file, control, enrolment, schedule
from edge.bench.commands import subcommand
from edge.capture.sources import describe
from edge.messages import Enrol, Mute, Unmute

MOST_MINUTES: Final = 7 * 24 * 60
"""Of a mute; without a time it lasts until `offrecord unmute`."""


def add_wearer(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add what the wearer decides."""
    enrolling = subcommand(commands, "enroll", _enroll)
    enrolling.add_argument(
        "--audio", default="mic", metavar="mic|FILE", help="a microphone or a sound file"
    )
    enrolling.add_argument(
        "--seconds",
        type=_whole(5, 300),
        default=60,
        metavar="N",
        help="how much of your speech (60)",
    )
    enrolling.add_argument("--forget", action="store_true", help="delete what was learnt")
    muting = subcommand(commands, "mute", _mute)
    muting.add_argument(
        "--minutes",
        type=_whole(1, MOST_MINUTES),
        default=0,
        metavar="N",
        help="so long only; otherwise until `offrecord unmute`",
    )
    for each in (enrolling, muting, subcommand(commands, "unmute", _unmute)):
        each.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
        each.add_argument(
            "--data", type=Path, metavar="FOLDER", help="notes and ledger are here instead"
        )


def _enroll(arguments: argparse.Namespace) -> int:
    """Learn your voice, so that only your own words leave the chamber."""
    settings = config_file.load(arguments.config)
    folder = arguments.data or config.data_folder(settings.notes)
    if arguments.forget:
        known = enrolment.forget(folder)
        _say("Your voice is forgotten." if known else "There was no voice to forget.")
        return 0
    wanted = Enrol(arguments.seconds)
    sources = [describe("audio", arguments.audio, settings)]
    _say(f"Speak, or read something aloud, until {wanted.speech_s} s of your voice were heard.")
    enrolment.learn(
        folder,
        settings,
        sources,
        wanted,
        lambda heard_ms: _say(f"{heard_ms / 1000:5.0f} of {wanted.speech_s} s"),
    )
    _say("Your voice is known. From now on only your own words leave the chamber.")
    return 0


def _mute(arguments: argparse.Namespace) -> int:
    """Close the microphone and the camera, now and after every start, until `unmute`."""
    return _change(arguments, Mute(arguments.minutes))


def _unmute(arguments: argparse.Namespace) -> int:
    """Hear and see again."""
    return _change(arguments, Unmute())


def _change(arguments: argparse.Namespace, message: Mute | Unmute) -> int:
    settings = config_file.load(arguments.config)
    folder = arguments.data or config.data_folder(settings.notes)
    changed = control.change(folder, message, schedule.read(settings.mute.schedule))
    _say(control.outcome(folder, *changed, time.time()))
    return 0


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Return the type of an argument that is a whole number from `least` to `most`."""

    def number(words: str) -> int:
        if words.isdecimal() and least <= int(words) <= most:
            return int(words)
        raise argparse.ArgumentTypeError(f"{words!r} is not a number from {least} to {most}")

    return number


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
