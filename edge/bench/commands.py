"""`offrecord bench NAME`: what each takes, and which file measures it."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.bench import report
from edge.bench.boards import BOARDS
from edge.bench.hearing_commands import add_hearing

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
    add("companion", _companion).add_argument(
        "--rounds", type=int, default=6, metavar="N", help="with junk, and so many without (6)"
    )
    idling = add("idle", _idle)
    idling.add_argument(
        "--seconds", type=int, default=60, metavar="S", help="of each kind of sound (60)"
    )
    idling.add_argument(
        "--noise", type=Path, metavar="FOLDER", help="sounds without speech; else a seed's"
    )
    idling.add_argument(
        "--manifest", type=Path, metavar="FILE", help="clips whose first words are waited for"
    )
    add("seal", _seal)
    add("soak", _soak).add_argument(
        "--hours", type=float, default=24, metavar="H", help="of sound, as fast as it goes (24)"
    )
    offering = add("proactive", _proactive)
    offering.add_argument(
        "--days", type=Path, metavar="FILE", help="scripted days, instead of the held-out ones"
    )
    offering.add_argument("--level", choices=("quiet", "helpful"), default="quiet")
    lending = add("supervisor", _supervisor)
    lending.add_argument(
        "--shares",
        type=float,
        nargs="+",
        default=(),
        metavar="SHARE",
        help="of everything's memory, instead of 1 0.5 0.25 0.15, 192 MB and the largest",
    )
    seeing = add("vision", _vision)
    seeing.add_argument(
        "--images", type=Path, metavar="FOLDER", help="photographs; without them our own"
    )
    seeing.add_argument(
        "--labels", type=Path, metavar="FILE", help='JSON: {"file": ["label|alternative", …]}'
    )
    seeing.add_argument(
        "--still-s", type=int, default=20, metavar="S", help="how long a scene stands still (20)"
    )
    remembering = add("memory", _memory)
    remembering.add_argument(
        "--data", type=Path, required=True, metavar="FOLDER", help="dialogues with questions, JSON"
    )
    remembering.add_argument("--large", action="store_true", help="among a million notes too")
    rendering = add("context", _context)
    rendering.add_argument(
        "--data", type=Path, metavar="FOLDER", help="dialogues with questions, JSON; else none"
    )
    rendering.add_argument("--scenes", nargs="*", metavar="NAME", help="scenes to play (all)")
    escalating = add("escalation", _escalation)
    escalating.add_argument(
        "--questions", type=Path, metavar="FILE", help="others, in the form of questions.toml"
    )
    escalating.add_argument("--no-mind", action="store_true", help="by words alone")
    add("team", _team).add_argument(
        "--wearables", type=int, default=200, metavar="N", help="at one broker (200)"
    )
    add_hearing(add)
    asking = add("addressee", _addressee)
    asked = asking.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "--manifest",
        type=Path,
        metavar="FILE",
        help="JSON lines with file, text and addressed; the sounds lie beside it",
    )
    asked.add_argument(
        "--scenes",
        nargs="?",
        const="development",
        choices=("development", "held-out", "last"),
        help="written conversations instead of sounds: the half that rules were written from, the "
        "other, or what was written last",
    )
    asking.add_argument(
        "--bystanders", type=Path, metavar="FILE", help="JSON lines of what strangers say"
    )
    asking.add_argument(
        "--enrolled", action="store_true", help="the manifest's voice was learnt before"
    )


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


def _companion(arguments: argparse.Namespace) -> int:
    """Have strangers crowd the phones' port: what do hearing and memory pay?"""
    from edge.bench import companion  # noqa: PLC0415 (see above)

    report(companion.measure(arguments.rounds), as_json=arguments.json)
    return 0


def _idle(arguments: argparse.Namespace) -> int:
    """Show what listening costs while nobody speaks, and how soon it is noticed that one does."""
    from edge.bench import idle  # noqa: PLC0415 (see above)

    found = idle.measure(arguments.seconds, arguments.noise, arguments.manifest)
    report(found, as_json=arguments.json)
    return 0


def _proactive(arguments: argparse.Namespace) -> int:
    """Live through scripted days: is help offered when it is wanted, and only then?"""
    from edge.bench import proactive  # noqa: PLC0415 (as above)

    report(proactive.measure(arguments.days, arguments.level), as_json=arguments.json)
    return 0


def _seal(arguments: argparse.Namespace) -> int:
    """How much slower is an inference behind the seal, and what does the seal's birth cost?"""
    from edge.bench import seal  # noqa: PLC0415 (see above)

    report(seal.measure(), as_json=arguments.json)
    return 0


def _soak(arguments: argparse.Namespace) -> int:
    """Show whether memory, descriptors or threads grow in a long day."""
    from edge.bench import soak  # noqa: PLC0415 (see above)

    report(soak.measure(arguments.hours), as_json=arguments.json)
    return 0


def _supervisor(arguments: argparse.Namespace) -> int:
    """How much slower is a day when all specialists share a quarter of the memory?"""
    from edge.bench import supervisor  # noqa: PLC0415 (see above)

    report(supervisor.measure(arguments.shares), as_json=arguments.json)
    return 0


def _vision(arguments: argparse.Namespace) -> int:
    """Are things named and signs read, how fast, and what does a still scene cost?"""
    from edge.bench import vision  # noqa: PLC0415 (see above)

    found = vision.measure(arguments.images, arguments.labels, arguments.still_s)
    report(found, as_json=arguments.json)
    return 0


def _memory(arguments: argparse.Namespace) -> int:
    """Show whether the note that holds an answer is found, how soon, and what a note takes."""
    from edge.bench import memory  # noqa: PLC0415 (see above)

    report(memory.measure(arguments.data, large=arguments.large), as_json=arguments.json)
    return 0


def _context(arguments: argparse.Namespace) -> int:
    """Show how little the reasoner is given, and whether it holds what answers the question."""
    from edge import scene  # noqa: PLC0415 (see above)
    from edge.bench import context  # noqa: PLC0415 (see above)

    names = scene.names() if arguments.scenes is None else arguments.scenes
    report(context.measure(arguments.data, names), as_json=arguments.json)
    return 0


def _team(arguments: argparse.Namespace) -> int:
    """Let many wearables tell each other things through one broker; is any letter lost?"""
    from edge.bench import CannotMeasure  # noqa: PLC0415 (see above)

    try:
        from edge.bench import team  # noqa: PLC0415 (see above)
    except ModuleNotFoundError:
        raise CannotMeasure("it needs a library: `pip install 'offrecord[home]'`") from None
    report(team.measure(arguments.wearables), as_json=arguments.json)
    return 0


def _escalation(arguments: argparse.Namespace) -> int:
    """Show who answers questions over known notes, how often wrongly, and what would leave."""
    from edge.bench import escalation  # noqa: PLC0415 (see above)

    questions = arguments.questions or escalation.FILE
    found = escalation.measure(questions, mind=not arguments.no_mind)
    report(found, as_json=arguments.json)
    return 0


def _addressee(arguments: argparse.Namespace) -> int:
    """Show which requests are acted on, and what else is, in recordings or written scenes."""
    from edge.bench import addressee, scenes  # noqa: PLC0415 (see above)

    if arguments.scenes:
        report(scenes.measure(part=arguments.scenes), as_json=arguments.json)
        return 0
    found = addressee.measure(arguments.manifest, arguments.bystanders, enrolled=arguments.enrolled)
    report(found, as_json=arguments.json)
    return 0
