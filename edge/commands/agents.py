"""`offrecord mcp`: agents of yours read what was noted, by standard input and output, or HTTP."""

import argparse
import contextlib
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from edge import config, config_file
from edge.bench.commands import subcommand
from edge.notes import keys

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer


class NoAgents(RuntimeError):
    """What agents are served with is not installed; one sentence."""


REFUSALS: Final = (NoAgents,)


def add_agents(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    serving = subcommand(commands, "mcp", _serve)
    serving.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    serving.add_argument("--data", type=Path, metavar="FOLDER", help="the notes are here instead")
    serving.add_argument(
        "--http", type=int, metavar="PORT", help="serve HTTP on this port of loopback (0: any)"
    )


def _serve(arguments: argparse.Namespace) -> int:
    """Serve notes, context and ledger to an agent (MCP): on standard input and output, or HTTP."""
    folder = arguments.data or config.data_folder(config_file.load(arguments.config).notes)
    try:
        from edge.agents import reach, server  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as missing:
        if missing.name not in {"mcp", "mcp_types"}:
            raise
        raise NoAgents(
            "serving agents needs the extra `agents`: pip install 'offrecord[agents]'"
        ) from None
    made = server.made(reach.Reach(folder, partial(keys.secret, may_make=False)))
    if arguments.http is None:
        made.run("stdio")
        return 0
    _serve_http(made, folder, arguments.http)
    return 0


def _serve_http(made: "MCPServer", folder: Path, port: int) -> None:
    """Say where agents connect, and serve them until Ctrl-C."""
    from edge.agents import http  # noqa: PLC0415 (the extra is there by now)

    try:
        token, listener = http.token(folder), http.listening(port)
    except http.NotServed as refusal:
        raise NoAgents(str(refusal)) from None
    port = listener.getsockname()[1]
    sys.stdout.write(
        f"Agents connect to http://{http.HOST}:{port}{http.PATH} and bring `Authorization: Bearer` "
        f"with the token in {folder / http.TOKEN_FILE}. Ctrl-C ends it.\n"
    )
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        http.serve(made, listener, token)
