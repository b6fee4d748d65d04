"""`offrecord status`: what runs, how it is sealed, what it senses, and what left today."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from edge import config, config_file, control, mute
from edge.bench.commands import subcommand
from edge.ledger import days as ledger_days
from edge.ledger import query as ledger_query
from edge.messages import Figures, Inquire, Standing

STAGES: Final = {
    "words": "last word until its text is there",
    "reply": "end of a question until the answer",
    "picture": "picture taken until told what it shows",
    "mel": "hearing: spectrum",
    "encode": "hearing: encoder",
    "decode": "hearing: decoder",
    "detect": "seeing: objects in a picture",
    "read": "seeing: text in a picture",
    "faces": "seeing: faces in a picture",
}
"""How a person reads the steps of `Figures`."""


def add_status(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    asking = subcommand(commands, "status", _show, as_json=True)
    asking.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    asking.add_argument("--data", type=Path, metavar="FOLDER", help="it runs on this one instead")


def _show(arguments: argparse.Namespace) -> int:
    """Say what runs, how it is sealed, whether it hears and sees, and what left today."""
    folder = arguments.data or config.data_folder(config_file.load(arguments.config).notes)
    standing = control.ask(folder, Inquire())
    today = ledger_days.day_of(time.time())
    left_bytes = ledger_days.left_on(ledger_query.path_in(folder), today)
    if arguments.json:
        _say(json.dumps(as_json(standing, left_bytes)))
    elif standing is None:
        _say(f"Nothing runs on {folder}. Today {left_bytes:,} bytes left the chamber.")
    else:
        for line in lines(standing, left_bytes):
            _say(line)
    return 0


def lines(standing: Standing, left_bytes: int) -> list[str]:
    """Return what a person reads of a running Offrecord."""
    state = standing.mute
    muted = f"muted {mute.until(state, time.time())}" if state.muted else "not muted"
    sees = "sees" if standing.sees else "does not see"
    found = [f"Runs as {standing.run}: {muted}, {sees}. Today {left_bytes:,} bytes left."]
    for each in standing.processes:
        size = pss_bytes(each.pid)
        memory = "memory unknown" if size is None else f"{size / (1 << 20):.0f} MiB"
        level = f"level {each.level}" if each.is_checked else "being born"
        found.append(f"  {each.process:<16}{level:<12}pid {each.pid:<8}{memory}")
    if standing.spares:
        found.append(f"  {standing.spares}")
    return [*found, *(_numbers(standing.figures) if standing.figures else ())]


def _numbers(figures: Figures) -> list[str]:
    """Return what a person reads of a run's figures."""
    head = (
        f"This run: heard {figures.heard:,}, seen {figures.seen:,}, answered {figures.answered:,}, "
        f"dropped {figures.dropped:,}; {figures.raw_bytes:,} bytes of sound and pictures in, "
        f"{figures.airlock_bytes:,} bytes of facts out."
    )
    found = [head]
    if figures.stages:
        found.append(f"  {'in the last hour':<40}{'times':>7}{'p50':>14}{'p95':>14}")
    for each in figures.stages:
        name = STAGES.get(each.stage, each.stage)
        found.append(f"  {name:<40}{each.count:>7}{each.p50_ms:>11,.0f} ms{each.p95_ms:>11,.0f} ms")
    return found


def as_json(standing: Standing | None, left_bytes: int) -> dict[str, Any]:
    """Return the same for a program."""
    found: dict[str, Any] = {"runs": standing is not None, "left_chamber_today_bytes": left_bytes}
    if standing:
        found |= {
            "run": standing.run,
            "muted": standing.mute.muted,
            "sees": standing.sees,
            "spares": standing.spares,
            "processes": [
                {
                    "process": each.process,
                    "pid": each.pid,
                    "level": each.level if each.is_checked else None,
                    "pss_bytes": pss_bytes(each.pid),
                }
                for each in standing.processes
            ],
        }
        if standing.figures:
            figures = msgspec.structs.asdict(standing.figures)
            stages = [msgspec.structs.asdict(each) for each in standing.figures.stages]
            found["figures"] = figures | {"stages": stages}
    return found


def pss_bytes(pid: int) -> int | None:
    """Return a process's share of the memory; None where this user may not look, or it ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    found = (int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return sum(found) * 1024


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
