"""`offrecord ledger`: what left the chamber and the device, to whom and why?"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from edge import config, config_file
from edge.bench.commands import subcommand
from edge.ledger import days as ledger_days
from edge.ledger import query as ledger_query
from edge.notes import keys, opening


def add_ledger(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    reading = subcommand(commands, "ledger", show, as_json=True)
    reading.add_argument("--day", default="", metavar="DATE|all", help="instead of today")
    reading.add_argument("--search", default="", metavar="TEXT", help="rows with these words")
    reading.add_argument("--verify", action="store_true", help="check the chain; exit 1 if broken")
    reading.add_argument("--export", type=Path, metavar="FILE", help="JSON lines into a new file")
    reading.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    reading.add_argument("--data", type=Path, metavar="FOLDER", help="it is here instead")


def show(arguments: argparse.Namespace) -> int:
    """Show what left the chamber and the device, to whom and why."""
    from edge.view import ledger_page  # noqa: PLC0415 (a run never needs what it brings)

    settings = config_file.load(arguments.config)
    path = ledger_query.path_in(arguments.data or config.data_folder(settings.notes))
    today = ledger_days.day_of(time.time())
    usual = ledger_query.ALL if arguments.search or arguments.export else ""
    day = ledger_query.day_asked(arguments.day or usual, today)
    query = ledger_query.Query(day, arguments.search)
    with opening.texts(path.parent, lambda: keys.secret(may_make=False)) as texts:
        if arguments.verify:
            broken = ledger_query.verify(path, texts)
            _say(ledger_query.verdict(path, broken, as_json=arguments.json))
            return 1 if broken else 0
        if arguments.export:
            count = ledger_query.export(path, query, arguments.export, texts)
            rows = "1 row is" if count == 1 else f"{count:,} rows are"
            _say(f"{rows} in {arguments.export}, readable by you alone")
            return 0
        found = ledger_query.ask(path, query, texts)
    if arguments.json:
        _say(json.dumps(ledger_query.found_as_json(found)))
    else:
        ledger_page.show(found, path, settings.airlock.day_bytes, sys.stdout)
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
