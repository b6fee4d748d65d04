"""`offrecord home`: the house has sound made text and text sound, and nobody else is heard."""

import argparse
from pathlib import Path
from typing import Any

from edge import config, config_file
from edge.bench.commands import subcommand
from edge.commands import home_door
from edge.commands.run import play
from edge.launcher.births import Run


def add_home(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    command = subcommand(commands, "home", _home, as_json=True)
    command.add_argument("where", metavar="[ADDRESS:]PORT", help=home_door.HELP)
    command.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    command.add_argument("--data", type=Path, metavar="FOLDER", help="the ledger is here instead")


def _home(arguments: argparse.Namespace) -> int:
    """Serve the house (Home Assistant, by Wyoming), and hear nobody else, until Ctrl-C."""
    settings = config_file.load(arguments.config)
    return play(
        Run(
            config=settings,
            sources=[],
            data=arguments.data or config.data_folder(settings.notes),
            home=home_door.door(arguments.where),
        ),
        as_json=arguments.json,
    )
