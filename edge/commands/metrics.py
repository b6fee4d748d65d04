"""`offrecord metrics`: the numbers of a running Offrecord, for Prometheus, on loopback alone.

A program of its own, which asks the launcher as `offrecord status` does: no process that listens
to anybody's words listens to a port for this.
"""

import argparse
import sys
import time
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

from edge import config, config_file, control, ledger, metrics
from edge.bench.commands import subcommand
from edge.commands.status import pss_bytes
from edge.ledger import days as ledger_days
from edge.ledger import query as ledger_query
from edge.messages import Inquire

HERE: Final = "127.0.0.1"
PATH: Final = "/metrics"
READS_WITHIN_S: Final = 5.0
"""Who connects and says nothing is let go: there is one at a time."""


class CannotServe(RuntimeError):
    """Nobody can be told on this port; the message is one sentence."""


REFUSALS: Final = (CannotServe,)


def add_metrics(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    metrics_command = subcommand(commands, "metrics", _show)
    metrics_command.add_argument(
        "--port", type=int, metavar="N", help=f"answer Prometheus on http://{HERE}:N{PATH} instead"
    )
    metrics_command.add_argument("--config", type=Path, metavar="FILE", help="another one")
    metrics_command.add_argument("--data", type=Path, metavar="FOLDER", help="it runs on this one")


def _show(arguments: argparse.Namespace) -> int:
    """Print the numbers of what runs, as Prometheus reads them; no word of what was heard."""
    folder = arguments.data or config.data_folder(config_file.load(arguments.config).notes)
    if arguments.port is None:
        sys.stdout.write(page(folder))
        return 0
    try:
        server = HTTPServer((HERE, arguments.port), partial(_Answer, folder))
    except (OSError, OverflowError) as problem:
        reason = getattr(problem, "strerror", "") or "no such port"
        raise CannotServe(
            f"port {arguments.port} of {HERE} cannot be listened on ({reason}); choose another"
        ) from None
    with server:
        sys.stdout.write(f"Prometheus is answered on http://{HERE}:{server.server_port}{PATH}\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def page(folder: Path) -> str:
    """Return the numbers as they are now. Raises control.NoAnswer."""
    standing = control.ask(folder, Inquire())
    ledger_path = ledger_query.path_in(folder)
    newest = next(ledger.newest_first(ledger_path), None) if ledger_path.exists() else None
    sizes = {each.process: pss_bytes(each.pid) for each in standing.processes} if standing else {}
    outside = metrics.Outside(
        ledger_days.left_on(ledger_path, ledger_days.day_of(time.time())),
        newest[0].number + 1 if newest else 0,
        {name: size for name, size in sizes.items() if size is not None},
    )
    return metrics.page(standing, outside)


class _Answer(BaseHTTPRequestHandler):
    """One request."""

    timeout = READS_WITHIN_S
    server_version, sys_version = "offrecord", ""

    def __init__(self, folder: Path, *connection: Any) -> None:  # noqa: ANN401 (as the server gives it)
        self._folder = folder
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Answer Prometheus, and no page that a browser was led here by."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in {HERE, "localhost"}:
            self._say(HTTPStatus.MISDIRECTED_REQUEST, "")
        elif self.path != PATH:
            self._say(HTTPStatus.NOT_FOUND, "")
        else:
            try:
                self._say(HTTPStatus.OK, page(self._folder))
            except control.NoAnswer as problem:
                self._say(HTTPStatus.SERVICE_UNAVAILABLE, f"# {problem}\n")

    def _say(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", metrics.TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 (as the server calls it)
        """Say nothing: it is asked every few seconds."""
