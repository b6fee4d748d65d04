"""`offrecord mcp`: agents of yours read what was noted, over standard input and output."""

import argparse
from functools import partial
from pathlib import Path
from typing import Any, Final

from edge import config, config_file
from edge.bench.commands import subcommand
from edge.notes import keys


class NoAgents(RuntimeError):
    """What agents are served with is not installed; one sentence."""


REFUSALS: Final = (NoAgents,)


def add_agents(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    serving = subcommand(commands, "mcp", _serve)
    serving.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    serving.add_argument("--data", type=Path, metavar="FOLDER", help="the notes are here instead")


def _serve(arguments: argparse.Namespace) -> int:
    """Serve notes, context and ledger to an agent (MCP), on standard input and output."""
    folder = arguments.data or config.data_folder(config_file.load(arguments.config).notes)
    try:
        from edge.agents import reach, server  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as missing:
        if missing.name not in {"mcp", "mcp_types"}:
            raise
        raise NoAgents(
            "serving agents needs the extra `agents`: pip install 'offrecord[agents]'"
        ) from None
    server.made(reach.Reach(folder, partial(keys.secret, may_make=False))).run("stdio")
    return 0
