"""`offrecord why [REPLY]`: on what does a reply rest, and what was sent on for it?"""

import argparse
import sys
from pathlib import Path
from typing import Any

from edge import config, config_file, why
from edge.bench.commands import subcommand
from edge.ledger import query as ledger_query
from edge.notes import keys, opening
from edge.view import why_page


def add_why(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `why`."""
    asking = subcommand(commands, "why", _why, as_json=True)
    asking.add_argument(
        "reply",
        nargs="*",
        metavar="REPLY",
        help="the number of its note, or words of it; the last one otherwise",
    )
    asking.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    asking.add_argument("--data", type=Path, metavar="FOLDER", help="the notes are here instead")


def _why(arguments: argparse.Namespace) -> int:
    """Show what a reply rests on: notes, what was heard or seen, models, and what was sent on."""
    folder = arguments.data or config.data_folder(config_file.load(arguments.config).notes)
    path = ledger_query.path_in(folder)
    with opening.for_reading(folder, keys.secret(may_make=False)) as reading:
        found = why.explain(reading, path, why.meant(reading, arguments.reply))
    why_page.show(found, sys.stdout, as_json=arguments.json)
    return 0
