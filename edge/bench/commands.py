"""`offrecord bench NAME`: what each takes, and which file measures it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge import config
from edge.bench import peer, report
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
    lending = add("supervisor", _supervisor)
    lending.add_argument(
        "--shares",
        type=float,
        nargs="+",
        default=(),
        metavar="SHARE",
        help="of everything's memory, instead of 1 0.5 0.25 0.15, 192 MB and the largest",
    )
    _take_clips(add("speaker", _speaker), "file, text and speaker")
    speaking = _take_clips(add("speech", _speech), "file and text")
    speaking.add_argument("--model", metavar="NAME", help="instead of the default recogniser")
    _take_noise_and_board(speaking)
    speaking.add_argument(
        "--snr-db",
        type=float,
        nargs="+",
        default=[20, 10, 5, 0],
        metavar="DB",
        help="with --noise: how much louder speech is, each in turn (20 10 5 0)",
    )
    speaking.add_argument("--room", action="store_true", help="in a room that echoes")
    speaking.add_argument(
        "--peers",
        nargs="*",
        choices=tuple(peer.PEERS),
        help="other recognisers too, all or those named, clip by clip in turn",
    )
    speaking.add_argument(
        "--peers-model",
        default="",
        metavar="NAME",
        help="the weights of the others; the same as ours unless named",
    )
    speaking.add_argument(
        "--peers-python",
        type=Path,
        default=Path(sys.executable),
        metavar="FILE",
        help="the Python that has `offrecord[peers]`; this one unless another is named",
    )
    speaking.add_argument(
        "--language", default="", metavar="CODE|auto", help="of a multilingual model (en)"
    )
    speaking_others = add("languages", _languages)
    speaking_others.add_argument(
        "--clips", type=Path, metavar="FOLDER", help="instead of those of pytest-audioeval"
    )
    speaking_others.add_argument("--model", metavar="NAME", help="instead of whisper-base")
    turning = _take_clips(add("turn", _turn), "file and text")
    _take_noise_and_board(turning)
    turning.add_argument(
        "--snr-db", type=float, default=0.0, metavar="DB", help="how much louder speech is (0)"
    )
    saying = add("voice", _voice)
    saying.add_argument("--replies", type=int, default=20, metavar="N", help="left alone (20)")
    saying.add_argument(
        "--interruptions", type=int, default=10, metavar="N", help="and interrupted (10)"
    )
    saying.add_argument(
        "--echo-db",
        type=float,
        default=0.0,
        metavar="DB",
        help="how much louder the voice is at the microphone than who speaks in the room (0)",
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
    naming = _take_clips(add("vocabulary", _vocabulary), "file and text")
    naming.add_argument(
        "--names", nargs="+", metavar="NAME", help="instead of those of the LibriSpeech clips"
    )
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


def _take_noise_and_board(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--noise", type=Path, metavar="FOLDER", help="sounds without speech to lay under the clips"
    )
    parser.add_argument("--board", choices=sorted(BOARDS), default="desktop")


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


def _idle(arguments: argparse.Namespace) -> int:
    """Show what listening costs while nobody speaks, and how soon it is noticed that one does."""
    from edge.bench import idle  # noqa: PLC0415 (see above)

    found = idle.measure(arguments.seconds, arguments.noise, arguments.manifest)
    report(found, as_json=arguments.json)
    return 0


def _seal(arguments: argparse.Namespace) -> int:
    """How much slower is an inference behind the seal, and what does the seal's birth cost?"""
    from edge.bench import seal  # noqa: PLC0415 (see above)

    report(seal.measure(), as_json=arguments.json)
    return 0


def _supervisor(arguments: argparse.Namespace) -> int:
    """How much slower is a day when all specialists share a quarter of the memory?"""
    from edge.bench import supervisor  # noqa: PLC0415 (see above)

    report(supervisor.measure(arguments.shares), as_json=arguments.json)
    return 0


def _speaker(arguments: argparse.Namespace) -> int:
    """How well are voices told apart?"""
    from edge.bench import speaker  # noqa: PLC0415 (see above)

    report(speaker.measure(arguments.manifest), as_json=arguments.json)
    return 0


def _speech(arguments: argparse.Namespace) -> int:
    """Word error rate inside the sealed chamber, beside the full-window reference and peers."""
    from edge.bench import peers, speech  # noqa: PLC0415 (see above)
    from edge.bench.conditions import Noise  # noqa: PLC0415 (see above)

    named = {
        key: value
        for key, value in (("model", arguments.model), ("language", arguments.language))
        if value
    }
    noise = Noise(arguments.noise, tuple(arguments.snr_db)) if arguments.noise else None
    others = peers.Others(
        arguments.peers_python, arguments.peers_model, arguments.peers or tuple(peer.PEERS)
    )
    asked = speech.Asked(
        arguments.manifest,
        config.Config(recogniser=config.Recogniser(**named)),
        noise,
        room=arguments.room,
        board=arguments.board,
        others=None if arguments.peers is None else others,
    )
    report(speech.measure(asked), as_json=arguments.json)
    return 0


def _languages(arguments: argparse.Namespace) -> int:
    """Word error rates of nine languages, each pinned, listened for, and in full windows."""
    from edge.bench import languages  # noqa: PLC0415 (see above)

    found = languages.measure(arguments.clips, arguments.model or languages.MODEL)
    report(found, as_json=arguments.json)
    return 0


def _vision(arguments: argparse.Namespace) -> int:
    """Are things named and signs read, how fast, and what does a still scene cost?"""
    from edge.bench import vision  # noqa: PLC0415 (see above)

    found = vision.measure(arguments.images, arguments.labels, arguments.still_s)
    report(found, as_json=arguments.json)
    return 0


def _turn(arguments: argparse.Namespace) -> int:
    """Show how soon the end of speech is noticed, and how often a speaker is cut off."""
    from edge.bench import turn  # noqa: PLC0415 (see above)

    noise = turn.Noise(arguments.noise, arguments.snr_db) if arguments.noise else None
    report(turn.measure(arguments.manifest, noise, board=arguments.board), as_json=arguments.json)
    return 0


def _memory(arguments: argparse.Namespace) -> int:
    """Show whether the note that holds an answer is found, how soon, and what a note takes."""
    from edge.bench import memory  # noqa: PLC0415 (see above)

    report(memory.measure(arguments.data, large=arguments.large), as_json=arguments.json)
    return 0


def _vocabulary(arguments: argparse.Namespace) -> int:
    """Show whether expected names are heard, and what they cost where nobody says them."""
    from edge.bench import vocabulary  # noqa: PLC0415 (see above)

    found = vocabulary.measure(arguments.manifest, arguments.names or vocabulary.NAMES)
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


def _voice(arguments: argparse.Namespace) -> int:
    """Show whether the companion hears itself, and how soon it is silent when somebody speaks."""
    from edge.bench import voice  # noqa: PLC0415 (see above)

    found = voice.measure(arguments.replies, arguments.interruptions, arguments.echo_db)
    report(found, as_json=arguments.json)
    return 0
