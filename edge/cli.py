"""What the user types: `offrecord COMMAND`. Every refusal is one sentence and a non-zero exit."""

import argparse
import asyncio
import json
import logging
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from edge import (
    bench,
    config,
    control,
    doctor,
    enrolment,
    footprints,
    ledger_days,
    ledger_query,
    notes_commands,
    providers,
    scene,
    schedule,
    tune,
    view,
)
from edge.addressee_commands import NotExported, add_addressee
from edge.bench import wer
from edge.bench.commands import Command, add_benches, subcommand
from edge.births import Run
from edge.capture import BadSource
from edge.capture.sources import Source, describe
from edge.child import LOG_LEVEL
from edge.launcher import Launcher, StartFailed
from edge.messages import Enrol, Mute, SourceKind, Unmute
from edge.notes import keys, opening, vault
from edge.specialists_command import add_specialists
from models import fetch, manifest, progress

USER_ERROR: Final = 2
MOST_MINUTES: Final = 7 * 24 * 60
"""Of a mute; without a time it lasts until `offrecord unmute`."""
REFUSALS: Final = (
    config.BadConfig,
    BadSource,
    StartFailed,
    control.NoAnswer,
    control.NotWritten,
    enrolment.NotEnrolled,
    scene.BadScene,
    ledger_query.BadQuestion,
    manifest.ModelError,
    bench.CannotMeasure,
    wer.CannotNormalise,
    tune.CannotTune,
    NotExported,
    *notes_commands.REFUSALS,
)
"""Errors that are the user's to mend; each is one sentence."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = _parser().parse_args(argv)
    if arguments.log:
        os.environ[LOG_LEVEL] = arguments.log.upper()  # for the children
        logging.basicConfig(level=arguments.log.upper(), format="%(name)s: %(message)s")
    else:
        logging.getLogger("edge").addHandler(logging.NullHandler())
    command: Command = arguments.command
    try:
        return command(arguments)
    except REFUSALS as refusal:
        print(f"offrecord: {refusal}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as in `offrecord run | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def run(arguments: argparse.Namespace) -> int:
    """Hear and see until the sources end."""
    settings = config.load(arguments.config)
    sources = _sources(arguments, settings)
    return play(
        Run(
            config=settings,
            sources=sources,
            data=arguments.data or config.data_folder(settings.notes),
            fast=arguments.fast,
            picture_s=arguments.picture_s,
        ),
        as_json=arguments.json,
    )


def demo(arguments: argparse.Namespace) -> int:
    """Play a scene, the demo unless another is named, with notes of its own."""
    shown = scene.load(scene.folder(arguments.scene))
    with tempfile.TemporaryDirectory(prefix="offrecord-demo-") as notes:
        return play(
            Run(
                config=config.load(arguments.config),
                sources=scene.sources(shown),
                data=arguments.data or Path(notes),
                fast=arguments.fast,
                picture_s=shown.picture_s,
                secret=b"" if arguments.data else secrets.token_bytes(vault.SECRET_BYTES),
            ),
            as_json=arguments.json,
        )


def play(wanted: Run, *, as_json: bool) -> int:
    """Launch a run and show it."""
    wanted = replace(wanted, secret=wanted.secret or keys.secret())  # it may ask a person
    screen = view.choose(as_json=as_json, stream=sys.stdout)
    wanted = wanted.watched() if screen.wants_levels else wanted
    try:
        asyncio.run(Launcher(wanted, screen.show).launch())
    finally:
        screen.close()
    return 0


def _sources(arguments: argparse.Namespace, settings: config.Config) -> list[Source]:
    """Return what to hear and see with; refuse what cannot work before a process is started."""
    is_blind = settings.vision.eyes == "closed"
    if is_blind and arguments.video and not arguments.audio:
        raise StartFailed(
            "the eyes are closed ([vision] eyes in the configuration); name a sound with --audio"
        )
    wanted: tuple[tuple[SourceKind, str | None], ...] = (
        ("audio", arguments.audio or (None if arguments.video else "mic")),
        ("video", None if is_blind else arguments.video),
    )
    sources = [describe(kind, spec, settings) for kind, spec in wanted if spec]
    for source in sources:
        if arguments.fast and source.live:
            raise StartFailed(f"--fast is for files; the {source.name} runs at its own pace")
    return sources


def list_devices(arguments: argparse.Namespace) -> int:
    """Print the microphones and cameras of this machine."""
    from edge.capture import devices  # noqa: PLC0415 (PortAudio is loaded when this is imported)

    found = devices.list_devices()
    view.print_devices(found, as_json=arguments.json)
    return 0


def models_list(arguments: argparse.Namespace) -> int:
    """Print every model of the manifest and whether it is on this device."""
    view.print_models(manifest.rows(), fetch.verify(), as_json=arguments.json)
    return 0


def models_fetch(arguments: argparse.Namespace) -> int:
    """Bring models onto this device."""
    fetch.fetch(arguments.names)
    return 0


def models_build(arguments: argparse.Namespace) -> int:
    """Build a Whisper that you have: OpenAI's .pt, or a folder of transformers or CTranslate2."""
    from models import own  # noqa: PLC0415 (it brings onnx)

    own.build(arguments.source, arguments.name, progress.say)
    return 0


def models_export(arguments: argparse.Namespace) -> int:
    """Write graphs with fixed sizes, for an accelerator's own converter."""
    from models import export  # noqa: PLC0415 (it brings onnx)

    done = export.export(arguments.target, arguments.names, arguments.out, progress.say)
    exported = sum(each.path is not None for each in done)
    print(f"{exported} of {len(done)} graphs are in {arguments.out}")
    return 0 if exported == len(done) or not arguments.names else 1


def models_verify(arguments: argparse.Namespace) -> int:
    """Hash every installed file again."""
    results = fetch.verify(arguments.names)
    view.print_models(manifest.rows(), results, as_json=arguments.json)
    return 0 if all(result.ok for result in results) else 1


def print_config(arguments: argparse.Namespace) -> int:
    """Print the configuration's defaults as commented TOML, or check a file."""
    if arguments.check:
        config.load(arguments.check)
        print(f"{arguments.check} is good")
    else:
        print(config.commented(), end="")
    return 0


def diagnose(arguments: argparse.Namespace) -> int:
    """Check this machine and explain."""
    findings = doctor.examine(arguments.config)
    doctor.report(findings, as_json=arguments.json)
    return doctor.exit_status(findings)


def tuning(arguments: argparse.Namespace) -> int:
    """Find out what makes the recogniser fastest on this device; takes half a minute."""
    if arguments.provider:
        print(providers.summary(providers.choose(arguments.provider, footprints.machine())))
    found = tune.tune()
    for model, choice in found.choices.items():
        print(
            f"{model}: {choice.precision}, threads {choice.threads} (listening) and "
            f"{choice.decoder_threads} (words); 5 s of speech take {choice.utterance_ms:.0f} ms"
        )
    print(f"English is heard with {found.model} here")
    measured = footprints.measure(again=True)
    print(f"{len(measured)} specialists were measured; see `offrecord specialists`")
    return 0


def enroll(arguments: argparse.Namespace) -> int:
    """Learn your voice, so that only your own words leave the chamber."""
    settings = config.load(arguments.config)
    folder = arguments.data or config.data_folder(settings.notes)
    if arguments.forget:
        known = enrolment.forget(folder)
        print("Your voice is forgotten." if known else "There was no voice to forget.")
        return 0
    wanted = Enrol(arguments.seconds)
    sources = [describe("audio", arguments.audio, settings)]
    print(f"Speak, or read something aloud, until {wanted.speech_s} s of your voice were heard.")
    enrolment.learn(
        folder,
        settings,
        sources,
        wanted,
        lambda heard_ms: print(f"{heard_ms / 1000:5.0f} of {wanted.speech_s} s", flush=True),
    )
    print("Your voice is known. From now on only your own words leave the chamber.")
    return 0


def audit(arguments: argparse.Namespace) -> int:
    """Prove that what hears and sees cannot keep or send anything."""
    from edge.audit import page, parts  # noqa: PLC0415 (a run never needs what it brings)

    settings = config.load(arguments.config)
    report = parts.report(
        arguments.data or config.data_folder(settings.notes),
        settings,
        [part for part in parts.PARTS if getattr(arguments, part)],
        arguments.without,
    )
    page.show(report, as_json=arguments.json)
    return report.exit_status


def mute(arguments: argparse.Namespace) -> int:
    """Close the microphone and the camera, now and after every start, until `unmute`."""
    return _change(arguments, Mute(arguments.minutes))


def unmute(arguments: argparse.Namespace) -> int:
    """Hear and see again."""
    return _change(arguments, Unmute())


def _change(arguments: argparse.Namespace, message: Mute | Unmute) -> int:
    settings = config.load(arguments.config)
    folder = arguments.data or config.data_folder(settings.notes)
    changed = control.change(folder, message, schedule.read(settings.mute.schedule))
    print(control.outcome(folder, *changed, time.time()))
    return 0


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Return the type of an argument that is a whole number from `least` to `most`."""

    def number(words: str) -> int:
        if words.isdecimal() and least <= int(words) <= most:
            return int(words)
        raise argparse.ArgumentTypeError(f"{words!r} is not a number from {least} to {most}")

    return number


def ledger(arguments: argparse.Namespace) -> int:
    """Show what left the chamber and the device, to whom and why."""
    from edge.view import ledger_page  # noqa: PLC0415 (a run never needs what it brings)

    settings = config.load(arguments.config)
    path = ledger_query.path_in(arguments.data or config.data_folder(settings.notes))
    today = ledger_days.day_of(time.time())
    usual = ledger_query.ALL if arguments.search or arguments.export else ""
    day = ledger_query.day_asked(arguments.day or usual, today)
    query = ledger_query.Query(day, arguments.search)
    with opening.texts(path.parent, lambda: keys.secret(may_make=False)) as texts:
        if arguments.verify:
            broken = ledger_query.verify(path, texts)
            print(ledger_query.verdict(path, broken, as_json=arguments.json))
            return 1 if broken else 0
        if arguments.export:
            count = ledger_query.export(path, query, arguments.export, texts)
            rows = "1 row is" if count == 1 else f"{count:,} rows are"
            print(f"{rows} in {arguments.export}, readable by you alone")
            return 0
        found = ledger_query.ask(path, query, texts)
    if arguments.json:
        print(json.dumps(ledger_query.found_as_json(found)))
    else:
        ledger_page.show(found, path, settings.airlock.day_bytes, sys.stdout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="offrecord",
        description="A companion that hears and sees with you, and cannot keep or send it.",
    )
    parser.add_argument("--version", action="version", version=f"offrecord {version('offrecord')}")
    parser.add_argument("--log", choices=("debug", "info", "warning"), help="log to stderr")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Command, *, as_json: bool = False) -> argparse.ArgumentParser:
        return subcommand(commands, name, command, as_json=as_json)

    running = add("run", run, as_json=True)
    running.add_argument("--audio", metavar="mic|FILE", help="a microphone or a sound file")
    running.add_argument(
        "--video",
        metavar="camera|URL|FILE|FOLDER",
        help="a camera, an MJPEG stream, a film, or a folder of pictures",
    )
    running.add_argument(
        "--picture-s",
        type=float,
        default=2.0,
        metavar="S",
        help="how long a picture of a folder is shown (2)",
    )
    playing = add("demo", demo, as_json=True)
    playing.add_argument("scene", nargs="?", default="demo", help="one of edge/scenes (demo)")
    for each in (running, playing):
        each.add_argument(
            "--fast",
            action="store_true",
            help="on the stream's own clock, as fast as this machine can",
        )
    enrolling = add("enroll", enroll)
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
    muting, unmuting = add("mute", mute), add("unmute", unmute)
    muting.add_argument(
        "--minutes",
        type=_whole(1, MOST_MINUTES),
        default=0,
        metavar="N",
        help="so long only; otherwise until `offrecord unmute`",
    )
    add("devices", list_devices, as_json=True)
    diagnosing, measuring = add("doctor", diagnose, as_json=True), add("tune", tuning)
    measuring.add_argument(
        "--provider",
        metavar="NAME",
        help="run graphs on what onnxruntime calls so, where it has the processor's results (cpu)",
    )
    printing = add("config", print_config)
    printing.add_argument("--check", type=Path, metavar="FILE", help="check a file instead")
    auditing = add("audit", audit, as_json=True)
    auditing.add_argument(
        "--attack", action="store_true", help="try every way out from inside a sealed process"
    )
    auditing.add_argument(
        "--canary",
        action="store_true",
        help="play a sound and a picture that exist only once, and look for them everywhere",
    )
    auditing.add_argument(
        "--deep", action="store_true", help="watch every system call of a run (needs strace)"
    )
    auditing.add_argument("--without", choices=("seccomp", "landlock"), help=argparse.SUPPRESS)
    reading = add("ledger", ledger, as_json=True)
    reading.add_argument("--day", default="", metavar="DATE|all", help="instead of today")
    reading.add_argument("--search", default="", metavar="TEXT", help="rows with these words")
    reading.add_argument("--verify", action="store_true", help="check the chain; exit 1 if broken")
    reading.add_argument("--export", type=Path, metavar="FILE", help="JSON lines into a new file")
    for each in (running, playing, diagnosing, auditing, muting, unmuting, reading, enrolling):
        each.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    for each in (running, playing, auditing, muting, unmuting, reading, enrolling):
        each.add_argument(
            "--data", type=Path, metavar="FOLDER", help="notes and ledger are here instead"
        )
    models = commands.add_parser("models", help="The models on this device").add_subparsers(
        metavar="COMMAND", required=True
    )
    subcommand(models, "list", models_list, as_json=True)
    fetching = subcommand(models, "fetch", models_fetch)
    building = subcommand(models, "build", models_build)
    building.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="PATH", help="what you have"
    )
    building.add_argument("--name", required=True, help="what it is to be called here")
    exporting = subcommand(models, "export", models_export)
    exporting.add_argument(
        "--target", required=True, metavar="NAME", help="hailo, rknn, qnn, edgetpu or static"
    )
    exporting.add_argument(
        "--out", type=Path, default=Path("exported"), metavar="FOLDER", help="(exported)"
    )
    verifying = subcommand(models, "verify", models_verify, as_json=True)
    for each in (fetching, exporting, verifying):
        each.add_argument("names", nargs="*", help="models; none means the default ones")
    notes_commands.add_notes(commands)
    add_addressee(commands)
    add_specialists(commands)
    add_benches(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
