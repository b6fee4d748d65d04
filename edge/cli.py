"""What the user types: `offrecord COMMAND`. Every refusal is one sentence and a non-zero exit."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from edge import (
    bench,
    config,
    config_file,
    control,
    doctor,
    enrolment,
    footprints,
    journal,
    providers,
    scene,
    tune,
    view,
)
from edge.bench import wer
from edge.bench.commands import Command, add_benches, subcommand
from edge.capture import BadSource
from edge.commands import agents as agents_commands
from edge.commands import companion as companion_commands
from edge.commands import gpio as gpio_commands
from edge.commands import metrics as metrics_commands
from edge.commands import notes as notes_commands
from edge.commands import team as team_commands
from edge.commands import tools as tools_commands
from edge.commands.addressee import NotExported, add_addressee
from edge.commands.home import add_home
from edge.commands.ledger import add_ledger
from edge.commands.licences import Version, add_licences
from edge.commands.mind import add_mind
from edge.commands.models import add_models
from edge.commands.offers import add_offers
from edge.commands.run import add_running
from edge.commands.simulate import add_simulate
from edge.commands.specialists import add_specialists
from edge.commands.status import add_status
from edge.commands.today import add_today
from edge.commands.wearer import add_wearer
from edge.commands.why import add_why
from edge.launcher.child import LOG_LEVEL
from edge.launcher.own_folder import StartFailed
from edge.ledger import query as ledger_query
from edge.why import NoSuchReply
from models import manifest

USER_ERROR: Final = 2
REFUSALS: Final = (
    config_file.BadConfig,
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
    NoSuchReply,
    *notes_commands.REFUSALS,
    *tools_commands.REFUSALS,
    *companion_commands.REFUSALS,
    *agents_commands.REFUSALS,
    *metrics_commands.REFUSALS,
    *gpio_commands.REFUSALS,
    *team_commands.REFUSALS,
)
"""Errors that are the user's to mend; each is one sentence."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = _parser().parse_args(argv)
    if arguments.log:
        os.environ[LOG_LEVEL] = arguments.log.upper()  # for the children
        logs = logging.StreamHandler()
        logs.setFormatter(journal.formatter(sys.stderr.fileno(), os.environ))
        logging.basicConfig(level=arguments.log.upper(), handlers=[logs])
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


def list_devices(arguments: argparse.Namespace) -> int:
    """Print the microphones and cameras of this machine."""
    from edge.capture import devices  # noqa: PLC0415 (PortAudio is loaded when this is imported)

    found = devices.list_devices()
    view.print_devices(found, as_json=arguments.json)
    return 0


def print_config(arguments: argparse.Namespace) -> int:
    """Print the configuration's defaults as commented TOML, or check a file."""
    if arguments.check:
        config_file.load(arguments.check)
        print(f"{arguments.check} is good")
    else:
        print(config_file.commented(), end="")
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


def audit(arguments: argparse.Namespace) -> int:
    """Prove that what hears and sees cannot keep or send anything."""
    from edge.audit import page, parts  # noqa: PLC0415 (a run never needs what it brings)

    settings = config_file.load(arguments.config)
    report = parts.report(
        arguments.data or config.data_folder(settings.notes),
        settings,
        [part for part in parts.PARTS if getattr(arguments, part)],
        arguments.without,
    )
    page.show(report, as_json=arguments.json)
    return report.exit_status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="offrecord",
        description="A companion that hears and sees with you, and cannot keep or send it.",
    )
    parser.add_argument(
        "--version", action=Version, nargs=0, help="print the version with its hashes, and end"
    )
    parser.add_argument("--log", choices=("debug", "info", "warning"), help="log to stderr")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Command, *, as_json: bool = False) -> argparse.ArgumentParser:
        return subcommand(commands, name, command, as_json=as_json)

    add_running(commands)
    add_simulate(commands)
    add_home(commands)
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
    for each in (diagnosing, auditing):
        each.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    auditing.add_argument(
        "--data", type=Path, metavar="FOLDER", help="notes and ledger are here instead"
    )
    add_status(commands)
    metrics_commands.add_metrics(commands)
    gpio_commands.add_gpio(commands)
    team_commands.add_team(commands)
    add_wearer(commands)
    add_today(commands)
    add_why(commands)
    add_ledger(commands)
    notes_commands.add_notes(commands)
    tools_commands.add_tools(commands)
    companion_commands.add_companion(commands)
    agents_commands.add_agents(commands)
    add_models(commands)
    add_licences(commands)
    add_mind(commands)
    add_addressee(commands)
    add_offers(commands)
    add_specialists(commands)
    add_benches(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
