"""`offrecord simulate`: this computer's camera and microphone as a wearable, in a browser."""

import argparse
import asyncio
import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge import config, config_file, view
from edge.bench.commands import subcommand
from edge.capture.sources import of_wearable
from edge.commands import wearable
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import Shown
from edge.notes import keys

if TYPE_CHECKING:
    from edge.simulator.stage import Stage


def add_simulate(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the command."""
    command = subcommand(commands, "simulate", _simulate, as_json=True)
    command.add_argument(
        "--port", type=int, default=0, metavar="PORT", help="of the page, on loopback (a free one)"
    )
    command.add_argument(
        "--no-open", action="store_true", help="print the page's address, open no browser"
    )
    command.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    command.add_argument(
        "--data", type=Path, metavar="FOLDER", help="notes and ledger are here instead"
    )


def _simulate(arguments: argparse.Namespace) -> int:
    """Hear and see with a browser's camera and microphone, until Ctrl-C."""
    from edge.simulator.stage import Stage  # noqa: PLC0415 (a run never needs what it brings)

    settings = config_file.load(arguments.config)
    listener = wearable.listening(arguments.port)
    doorway = wearable.on_loopback(0, origin=f"http://127.0.0.1:{listener.getsockname()[1]}")
    wanted = Run(
        config=settings,
        sources=of_wearable(settings),
        data=arguments.data or config.data_folder(settings.notes),
        secret=keys.secret(),
        doorway=doorway,
    ).watched()
    stage = Stage(listener, doorway)
    sys.stderr.write(f"offrecord: the page is {stage.address}\n")
    if not arguments.no_open and {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        webbrowser.open(stage.address)
    screen = view.choose(as_json=arguments.json, stream=sys.stdout)
    try:
        asyncio.run(_play(wanted, stage, screen))
    finally:
        screen.close()
    return 0


async def _play(wanted: Run, stage: "Stage", screen: view.View) -> None:
    def show(message: Shown) -> None:
        screen.show(message)
        stage.show(message)

    launcher = Launcher(wanted, show)
    stage.ask = launcher.do
    server = await stage.open()
    try:
        await launcher.launch()
    finally:
        server.close()
        await stage.close()
