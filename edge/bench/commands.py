"""`offrecord bench NAME`: what each takes, and which file measures it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.bench import report
from edge.bench.boards import BOARDS

Command = Callable[[argparse.Namespace], int]


def subcommand(
    within: Any,  # noqa: ANN401 (argparse has no public name for it)
    name: str,
    command: Command,
    *,
    as_json: bool = False,
) -> argparse.ArgumentParser:
    """Add a command that its function's docstring explains."""
    words = command.__doc__ or ""
    made: argparse.ArgumentParser = within.add_parser(
        name, help=words.rstrip("."), description=words
    )
    made.set_defaults(command=command)
    if as_json:
        made.add_argument("--json", action="store_true", help="JSON on stdout, nothing else")
    return made


def add_benches(commands: Any) -> None:  # noqa: ANN401 (as above)
    """Add `bench` and all of its own."""
    benches = commands.add_parser("bench", help="Measure").add_subparsers(
        metavar="COMMAND", required=True
    )

    def add(name: str, command: Command) -> argparse.ArgumentParser:
        return subcommand(benches, name, command, as_json=True)

    living = add("day", _day)
    living.add_argument("--board", choices=sorted(BOARDS), default="desktop")
    living.add_argument("scenes", nargs="*", help="scenes; none means all")
    add("mute", _mute).add_argument(
        "--times", type=int, default=20, metavar="N", help="how often (20)"
    )
    add("seal", _seal)
    _take_clips(add("speaker", _speaker), "file, text and speaker")
    speaking = _take_clips(add("speech", _speech), "file and text")
    speaking.add_argument(
        "--peers",
        action="store_true",
        help="other recognisers too, with the same weights, clip by clip in turn",
    )
    speaking.add_argument(
        "--peers-python",
        type=Path,
        default=Path(sys.executable),
        metavar="FILE",
        help="the Python that has `offrecord[peers]`; this one unless another is named",
    )
    turning = _take_clips(add("turn", _turn), "file and text")
    turning.add_argument(
        "--noise", type=Path, metavar="FOLDER", help="sounds without speech to lay under the clips"
    )
    turning.add_argument(
        "--snr-db", type=float, default=0.0, metavar="DB", help="how much louder speech is (0)"
    )
    asking = _take_clips(add("addressee", _addressee), "file, text and addressed")
    asking.add_argument(
        "--bystanders", type=Path, metavar="FILE", help="JSON lines of what strangers say"
    )
    asking.add_argument(
        "--enrolled", action="store_true", help="the manifest's voice was learnt before"
    )


def _take_clips(parser: argparse.ArgumentParser, keys: str) -> argparse.ArgumentParser:
    parser.add_argument(
        "--manifest",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"JSON lines with {keys}; the sounds lie beside it",
    )
    return parser


# Each is imported only when it is run: some bring what nobody else needs.


def _day(arguments: argparse.Namespace) -> int:
    """Play all scenes through the sealed process tree under a board's limits."""
    from edge.bench import day  # noqa: PLC0415 (see above)

    report(day.measure(arguments.board, arguments.scenes), as_json=arguments.json)
    return 0


def _mute(arguments: argparse.Namespace) -> int:
    """How soon after `offrecord mute` are the microphone and the camera closed?"""
    from edge.bench import mute  # noqa: PLC0415 (see above)

    report(mute.measure(arguments.times), as_json=arguments.json)
    return 0


def _seal(arguments: argparse.Namespace) -> int:
    """How much slower is an inference behind the seal, and what does the seal's birth cost?"""
    from edge.bench import seal  # noqa: PLC0415 (see above)

    report(seal.measure(), as_json=arguments.json)
    return 0


def _speaker(arguments: argparse.Namespace) -> int:
    """How well are voices told apart?"""
    from edge.bench import speaker  # noqa: PLC0415 (see above)

    report(speaker.measure(arguments.manifest), as_json=arguments.json)
    return 0


def _speech(arguments: argparse.Namespace) -> int:
    """Word error rate inside the sealed chamber, beside the full-window reference and peers."""
    from edge.bench import speech  # noqa: PLC0415 (see above)

    python = arguments.peers_python if arguments.peers else None
    report(speech.measure(arguments.manifest, peers_python=python), as_json=arguments.json)
    return 0


def _turn(arguments: argparse.Namespace) -> int:
    """Show how soon the end of speech is noticed, and how often a speaker is cut off."""
    from edge.bench import turn  # noqa: PLC0415 (see above)

    noise = turn.Noise(arguments.noise, arguments.snr_db) if arguments.noise else None
    report(turn.measure(arguments.manifest, noise), as_json=arguments.json)
    return 0


def _addressee(arguments: argparse.Namespace) -> int:
    """Show which requests are acted on, and what else is, in recordings of both."""
    from edge.bench import addressee  # noqa: PLC0415 (see above)

    found = addressee.measure(arguments.manifest, arguments.bystanders, enrolled=arguments.enrolled)
    report(found, as_json=arguments.json)
    return 0
