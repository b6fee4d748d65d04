"""`offrecord grants | plans`: what may tools do without asking, and what is being gone about?"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from edge import config, config_file, control, errand
from edge.airlock import plain
from edge.bench.commands import Command, subcommand
from edge.messages import Granted
from edge.notes import keys, opening
from edge.tools.grants import Choice, GrantsFile, GrantsUnwritable


class NothingRuns(RuntimeError):
    """Nobody is there to be answered; one sentence."""


REFUSALS: Final = (GrantsUnwritable, NothingRuns)


def add_tools(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add both, and what `grants` has of its own."""
    within = commands.add_parser(
        "grants", help="What tools with an effect may do without asking you"
    ).add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command) -> argparse.ArgumentParser:
        made = subcommand(within, name, command, as_json=name == "list")
        _add_places(made)
        return made

    add("list", _list)
    add("allow", _allow).add_argument("tool", help="as `offrecord run` names it when it asks")
    add("deny", _deny).add_argument("tool", help="as `offrecord run` names it when it asks")
    add("reset", _reset).add_argument("tool", nargs="?", default="", help="none: all of them")
    answering = add("answer", _answer)
    answering.add_argument("number", type=int, metavar="NUMBER", help="of what was asked")
    answering.add_argument("choice", choices=get_args(Choice), help="for how long")
    _add_places(subcommand(commands, "plans", _plans, as_json=True))


def _add_places(made: argparse.ArgumentParser) -> None:
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    made.add_argument("--data", type=Path, metavar="FOLDER", help="notes are here instead")


def _list(arguments: argparse.Namespace) -> int:
    """Show what was decided for good; everything else is asked."""
    decided: Mapping[str, str] = GrantsFile(_folder(arguments)).read()
    if arguments.json:
        _say(json.dumps(decided))
        return 0
    for tool, standing in sorted(decided.items()):
        _say(f"{standing:<8}{plain(tool)}")
    if not decided:
        _say("Nothing is granted or denied: tools with an effect ask you each time.")
    return 0


def _allow(arguments: argparse.Namespace) -> int:
    """Let a tool be used from now on without asking."""
    GrantsFile(_folder(arguments)).decide(arguments.tool, "always")
    _say(f"{arguments.tool} is used without asking from now on.")
    return 0


def _deny(arguments: argparse.Namespace) -> int:
    """Let a tool never be used, and not even ask."""
    GrantsFile(_folder(arguments)).decide(arguments.tool, "never")
    _say(f"{arguments.tool} is not used, and does not ask.")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    """Be asked again: about one tool, or about all."""
    grants = GrantsFile(_folder(arguments))
    if arguments.tool:
        grants.decide(arguments.tool, None)
    else:
        grants.reset()
    _say(f"{arguments.tool or 'Every tool with an effect'} asks again.")
    return 0


def _answer(arguments: argparse.Namespace) -> int:
    """Answer what a running Offrecord asks just now."""
    folder = _folder(arguments)
    if arguments.number < 0 or not control.ask(folder, Granted(arguments.number, arguments.choice)):
        raise NothingRuns(f"nothing runs on {folder} that could have asked")
    _say("Told.")
    return 0


def _plans(arguments: argparse.Namespace) -> int:
    """Show the open plans and which of their steps are done."""
    with opening.for_reading(_folder(arguments), keys.secret(may_make=False)) as reading:
        kept = errand.of_notes(reading.recent(errand.MOST_OPEN, ("errand",)))
    plans = [each for each in kept if each.sort == "plan"]
    if arguments.json:
        fields = ({"goal": e.text, "steps": e.steps, "done": e.done} for e in plans)
        _say(json.dumps(msgspec.to_builtins(list(fields))))
        return 0
    for plan in plans:
        _say(plain(plan.text))
        for number, step in enumerate(plan.steps, 1):
            _say(f"  [{'x' if number in plan.done else ' '}] {number}. {plain(step)}")
    if not plans:
        _say("There is no open plan.")
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    return arguments.data or config.data_folder(config_file.load(arguments.config).notes)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
