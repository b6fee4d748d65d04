"""`offrecord run | demo`: hear and see with these sources, and show what becomes of it."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge import config, config_file, scene, view
from edge.bench.commands import subcommand
from edge.capture.sources import Source, describe, of_wearable
from edge.commands import home_door, wearable
from edge.launcher.births import Run
from edge.launcher.doorway import Doorway, HomeDoor
from edge.launcher.own_folder import StartFailed
from edge.launcher.run import Launcher
from edge.messages import Shown, SourceKind
from edge.notes import keys, vault
from edge.reason import neighbours


def add_running(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add both commands."""
    running = subcommand(commands, "run", _run, as_json=True)
    running.add_argument("--audio", metavar="mic|FILE", help="a microphone or a sound file")
    running.add_argument(
        "--video",
        metavar="camera|pi|jetson|URL|FILE|FOLDER",
        help="a camera, a board's own, an MJPEG or RTSP stream, a film, or a folder of pictures",
    )
    running.add_argument(
        "--picture-s",
        type=float,
        default=2.0,
        metavar="S",
        help="how long a picture of a folder is shown (2)",
    )
    running.add_argument(
        "--wearable",
        metavar="WHERE",
        help="hear and see with a wearable: PORT (it connects to that loopback port) or "
        "phone[:PORT] (a paired one, by the app; 8758) or "
        "serial:/dev/ttyACM0[@BAUD] (a board on a wire) or "
        "omi[:NAME|ADDRESS] (a pendant, by Bluetooth) or "
        "omi-app:[ADDRESS:]PORT (the Omi app on a phone) or "
        "xiaozhi:[ADDRESS:]PORT (a board with the xiaozhi firmware)",
    )
    running.add_argument("--home", metavar="[ADDRESS:]PORT", help=home_door.HELP)
    playing = subcommand(commands, "demo", _demo, as_json=True)
    playing.add_argument("scene", nargs="?", default="demo", help="one of edge/scenes (demo)")
    for each in (running, playing):
        each.add_argument(
            "--fast",
            action="store_true",
            help="on the stream's own clock, as fast as this machine can",
        )
        each.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
        each.add_argument(
            "--data", type=Path, metavar="FOLDER", help="notes and ledger are here instead"
        )


def _run(arguments: argparse.Namespace) -> int:
    """Hear and see until the sources end."""
    settings = config_file.load(arguments.config)
    sources = _sources(arguments, settings)
    data = arguments.data or config.data_folder(settings.notes)
    if not settings.reasoner and not arguments.json and not data.exists():  # the first run
        for each in neighbours.found():
            hint = "`offrecord doctor` has the lines that connect it"
            sys.stderr.write(f"offrecord: {each.found()}; {hint}\n")
    return play(
        Run(
            config=settings,
            sources=sources,
            data=data,
            fast=arguments.fast,
            picture_s=arguments.picture_s,
            doorway=_doorway(arguments, settings.companion.port),
            home=_home(arguments),
        ),
        as_json=arguments.json,
    )


def _doorway(arguments: argparse.Namespace, page_port: int) -> Doorway | None:
    """Return where the wearable is to come in, and tell its token to whoever started us."""
    if arguments.wearable is None:
        return None
    doorway, told = wearable.meant(arguments.wearable, page_port)
    sys.stderr.write(f"offrecord: {told}\n")
    return doorway


def _home(arguments: argparse.Namespace) -> HomeDoor | None:
    """Return where the house is to come in."""
    if arguments.home and arguments.fast:
        raise StartFailed("--fast is for files alone; the house has its own pace")
    return home_door.door(arguments.home) if arguments.home else None


def _demo(arguments: argparse.Namespace) -> int:
    """Play a scene, the demo unless another is named, with notes of its own."""
    shown = scene.load(scene.folder(arguments.scene))
    with tempfile.TemporaryDirectory(prefix="offrecord-demo-") as notes:
        return play(
            Run(
                config=config_file.load(arguments.config),
                sources=scene.sources(shown),
                data=arguments.data or Path(notes),
                fast=arguments.fast,
                picture_s=shown.picture_s,
                secret=b"" if arguments.data else secrets.token_bytes(vault.SECRET_BYTES),
            ),
            as_json=arguments.json,
        )


def play(wanted: Run, *, as_json: bool) -> int:
    """Launch a run and show it. It ends, with BrokenPipeError, when whoever reads it has gone."""
    wanted = replace(wanted, secret=wanted.secret or keys.secret())  # it may ask a person
    screen = view.choose(as_json=as_json, stream=sys.stdout)
    wanted = wanted.watched() if screen.wants_levels else wanted
    gone: list[BrokenPipeError] = []

    def show(message: Shown) -> None:
        try:
            if not gone:
                screen.show(message)
        except BrokenPipeError as reader_has_gone:  # as in `offrecord run | head`
            gone.append(reader_has_gone)
            launcher.nobody_looks()

    launcher = Launcher(wanted, show)
    try:
        asyncio.run(launcher.launch())
    finally:
        screen.close()
    if gone:
        raise gone[0]
    return 0


def _sources(arguments: argparse.Namespace, settings: config.Config) -> list[Source]:
    """Return what to hear and see with; refuse what cannot work before a process is started."""
    is_blind = settings.vision.eyes == "closed"
    if arguments.wearable is not None:
        if arguments.audio or arguments.video:
            raise StartFailed("--wearable hears and sees; leave out --audio and --video")
        if arguments.fast:
            raise StartFailed("--fast is for files; a wearable has its own pace")
        own = of_wearable(settings)
        return own[:1] if arguments.wearable.startswith(wearable.BLIND) else own
    if is_blind and arguments.video and not arguments.audio:
        raise StartFailed(
            "the eyes are closed ([vision] eyes in the configuration); name a sound with --audio"
        )
    wanted: tuple[tuple[SourceKind, str | None], ...] = (
        ("audio", arguments.audio or (None if arguments.video else "mic")),
        ("video", None if is_blind else arguments.video),
    )
    sources = [describe(kind, spec, settings) for kind, spec in wanted if spec]
    for source in sources:
        if arguments.fast and source.live:
            raise StartFailed(f"--fast is for files; the {source.name} runs at its own pace")
    return sources
