"""`offrecord models`: which are on this device, and how do others come onto it, or leave it?"""

import argparse
import sys
from pathlib import Path
from typing import Any

from edge import view
from edge.bench.commands import subcommand
from models import bundle, fetch, manifest, progress
from models.download import sha256_of


def add_models(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `models` and all of its own."""
    within = commands.add_parser("models", help="The models on this device").add_subparsers(
        metavar="COMMAND", required=True
    )
    subcommand(within, "list", _list, as_json=True)
    fetching = subcommand(within, "fetch", _fetch)
    building = subcommand(within, "build", _build)
    building.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="PATH", help="what you have"
    )
    building.add_argument("--name", required=True, help="what it is to be called here")
    exporting = subcommand(within, "export", _export)
    exporting.add_argument(
        "--target", required=True, metavar="NAME", help="hailo, rknn, qnn, edgetpu or static"
    )
    exporting.add_argument(
        "--out", type=Path, default=Path("exported"), metavar="FOLDER", help="(exported)"
    )
    verifying = subcommand(within, "verify", _verify, as_json=True)
    bundling = subcommand(within, "export-bundle", _export_bundle)
    bundling.add_argument("file", type=Path, metavar="FILE", help="to be written")
    importing = subcommand(within, "import", _import)
    importing.add_argument("file", type=Path, metavar="FILE", help="that export-bundle wrote")
    for each in (fetching, exporting, verifying, bundling):
        each.add_argument("names", nargs="*", help="models; none means the default ones")


def _list(arguments: argparse.Namespace) -> int:
    """Print every model of the manifest and whether it is on this device."""
    view.print_models(manifest.rows(), fetch.verify(), as_json=arguments.json)
    return 0


def _fetch(arguments: argparse.Namespace) -> int:
    """Bring models onto this device."""
    fetch.fetch(arguments.names)
    return 0


def _build(arguments: argparse.Namespace) -> int:
    """Build a Whisper that you have: OpenAI's .pt, or a folder of transformers or CTranslate2."""
    from models import own  # noqa: PLC0415 (it brings onnx)

    own.build(arguments.source, arguments.name, progress.say)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    """Write graphs with fixed sizes, for an accelerator's own converter."""
    from models import export  # noqa: PLC0415 (it brings onnx)

    done = export.export(arguments.target, arguments.names, arguments.out, progress.say)
    exported = sum(each.path is not None for each in done)
    sys.stdout.write(f"{exported} of {len(done)} graphs are in {arguments.out}\n")
    return 0 if exported == len(done) or not arguments.names else 1


def _export_bundle(arguments: argparse.Namespace) -> int:
    """Write models that are here into one file, for a board that builds nothing."""
    digest = bundle.export(arguments.names, arguments.file)
    sys.stdout.write(f"{arguments.file}: carry it over, and run `offrecord models import` there\n")
    sys.stdout.write(f"sha256 {digest}\n")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    """Install the models of a bundle: all of them, if each is what it should be."""
    names = bundle.bring(arguments.file)
    sys.stdout.write(f"installed: {', '.join(names)}\n")
    sys.stdout.write(f"sha256 {sha256_of(arguments.file)}\n")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """Hash every installed file again."""
    results = fetch.verify(arguments.names)
    view.print_models(manifest.rows(), results, as_json=arguments.json)
    return 0 if all(result.ok for result in results) else 1
