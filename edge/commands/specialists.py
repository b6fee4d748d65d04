"""`offrecord specialists`: who is on this device, what each takes, and who stays in memory."""

import argparse
import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from edge import config, config_file, footprints
from edge.bench.commands import subcommand
from edge.garbled import GARBLED
from edge.launcher import shares
from edge.ledger import Content
from edge.ledger import query as ledger_query
from edge.ledger.whole_lines import lines_backwards
from edge.messages import Lending
from edge.view import specialists_page
from edge.view.specialists_page import Line


def add_specialists(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    made = subcommand(commands, "specialists", show, as_json=True)
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    made.add_argument("--data", type=Path, metavar="FOLDER", help="the ledger is here instead")
    made.add_argument("--budget-mb", type=int, default=-1, metavar="N", help="what if it were this")


def show(arguments: argparse.Namespace) -> int:
    """Show who shares the memory, what each takes, and who stays under the budget."""
    settings = config_file.load(arguments.config)
    if arguments.budget_mb >= 0:
        memory = config.Memory(budget_mb=arguments.budget_mb)
        settings = msgspec.structs.replace(settings, memory=memory)
    budget_bytes, lines = page(settings, machine_bytes(), footprints.read())
    told = newest(arguments.data or config.data_folder(settings.notes))
    display = specialists_page.dump if arguments.json else specialists_page.show
    display(budget_bytes, lines, told, sys.stdout)
    return 0


def newest(folder: Path) -> Lending | None:
    """Return what a chamber last told of its specialists; the ledger has it, as all that leaves."""
    for line in lines_backwards(ledger_query.path_in(folder)):
        with contextlib.suppress(*GARBLED):
            entry = msgspec.json.decode(line, type=Entry)
            if entry.row.what == Lending.__name__ and entry.open:
                return _lending(entry.open.text)
    return None


def _lending(text: str) -> Lending:
    """Return the message that the ledger spells with its fields' names."""
    fields = msgspec.json.decode(text)
    lent = [tuple(row) for row in fields["lent"]]
    return msgspec.convert([15, fields["budget_mb"], lent], Lending)


class Row(msgspec.Struct, frozen=True):
    """What matters here of a row of the ledger."""

    what: str


class Entry(msgspec.Struct, frozen=True):
    """A line of the ledger."""

    row: Row
    open: Content | None


def machine_bytes() -> int:
    """Return how much memory there is in all."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def page(
    settings: config.Config, machine: int, measured: Mapping[str, footprints.Measured]
) -> tuple[int, list[Line]]:
    """Return the budget, and each specialist with its lot once everything has settled."""
    from edge.chamber import roster  # noqa: PLC0415 (a run never needs it here)
    from edge.chamber.specialist import (  # noqa: PLC0415 (as above)
        Cause,
        History,
        Load,
        Resident,
        State,
        Want,
        plannable_bytes,
    )
    from edge.chamber.supervisor import plan, refusal  # noqa: PLC0415 (as above)

    entries = roster.in_use(roster.entries(measured), settings.recogniser)
    budget_bytes = shares.budget_mb(settings.memory, machine) * shares.MIB
    left_bytes = plannable_bytes(budget_bytes) if budget_bytes else 1 << 62
    pinned = {
        name: Resident(entry.specialist, State.AT_WORK)
        for name, entry in entries.items()
        if entry.specialist.pinned
    }
    wanted = [Want(entry.specialist, Cause.LIKELY) for entry in entries.values()]
    steps = plan(left_bytes, pinned, wanted, History(0.0))
    stays = {step.name for step in steps if isinstance(step, Load)} | pinned.keys()
    lines = []
    for name, entry in entries.items():
        declined = refusal(entry.specialist, left_bytes, pinned)
        state = "declined" if declined else "stays" if name in stays else "in turn"
        footprint = entry.specialist.footprint
        lines.append(
            Line(
                name,
                entry.row.job,
                entry.specialist.patience.name.lower(),
                footprint.resident_bytes,
                footprint.loading_bytes,
                footprint.working_bytes,
                footprint.load_ms,
                footprint.run_ms,
                entry.is_measured,
                state,
                declined.why if declined else "",
            )
        )
    return budget_bytes, lines
