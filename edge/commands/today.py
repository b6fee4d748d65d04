"""`offrecord today [DAY]`: what was kept about a day, from the notes alone."""

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from edge import config, config_file
from edge.bench.commands import subcommand
from edge.digest import day
from edge.digest.compaction import compacted
from edge.digest.stored import promised, undigested
from edge.notes import keys, opening, wishes
from edge.view import day_page

MOST_UNDIGESTED: Final = 2000
"""Notes of a day that nobody has looked back on yet."""


def add_today(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `today`."""
    showing = subcommand(commands, "today", _today, as_json=True)
    showing.add_argument(
        "day", nargs="?", default="today", metavar="DAY", help="2026-11-20, or yesterday (today)"
    )
    showing.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    showing.add_argument("--data", type=Path, metavar="FOLDER", help="the notes are here instead")


def _today(arguments: argparse.Namespace) -> int:
    """Show what was kept about a day: what happened, who was there, what was promised and asked."""
    stretch = wishes.read(("day", arguments.day), datetime.now().astimezone())
    folder = arguments.data or config.data_folder(config_file.load(arguments.config).notes)
    with opening.for_reading(folder, keys.secret(may_make=False)) as reading:
        before = [note for note in promised(reading) if note.at_wall_s < stretch.until_s]
        notes = reading.between(stretch.since_s, stretch.until_s)
        late = undigested(reading, stretch.since_s, stretch.until_s, MOST_UNDIGESTED)
    kept = day.of([*notes, *compacted(late, before)], before, stretch.since_s)
    now_s = min(time.time(), stretch.until_s)
    day_page.show(kept, stretch.since_s, now_s, sys.stdout, as_json=arguments.json)
    return 0
