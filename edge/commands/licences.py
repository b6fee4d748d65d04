"""`offrecord licences` and `offrecord --version`: what is this copy made of?"""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from edge import inventory
from edge.bench.commands import subcommand


def add_licences(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    listing = subcommand(commands, "licences", _list, as_json=True)
    listing.add_argument(
        "--sbom", action="store_true", help="as a bill of materials, CycloneDX 1.6 in JSON"
    )


class Version(argparse.Action):
    """Print what runs here with its hashes, and end; nothing is hashed unless it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """End the program."""
        sys.stdout.write(f"{inventory.of_version()}\n")
        parser.exit()


def _list(arguments: argparse.Namespace) -> int:
    """List every package and model with its licence and hash."""
    if arguments.sbom:
        sys.stdout.write(f"{json.dumps(inventory.bill_of_materials(), indent=2)}\n")
        return 0
    parts = inventory.parts()
    if arguments.json:
        sys.stdout.write(f"{json.dumps([asdict(each) for each in parts])}\n")
        return 0
    for each in parts:
        shown = each.sha256[: inventory.SHOWN_HASH]
        words = f"{each.kind:<9}{each.name:<28}{each.version:<16}{shown}  {each.licence}"
        sys.stdout.write(f"{words}\n")
    return 0
