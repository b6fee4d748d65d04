"""`offrecord mind`: which language models can be brought here, and how are they made to answer?"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.bench.commands import subcommand
from edge.config import GGUF
from models import fetch, manifest
from models.manifest import ModelError, Row


class NoLanguageModel(ModelError, LookupError):
    """A model of the manifest is none that answers."""


def add_mind(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `mind` and all of its own."""
    within = commands.add_parser("mind", help="Language models on this device").add_subparsers(
        metavar="COMMAND", required=True
    )
    subcommand(within, "list", _list)
    getting = subcommand(within, "get", _get)
    getting.add_argument("name", nargs="?", default="", help="of `mind list` (the smallest)")


def offered() -> list[Row]:
    """Return the language models of the manifest, the smallest first."""
    rows = (row for row in manifest.rows() if any(f.name.endswith(GGUF) for f in row.files))
    return sorted(rows, key=lambda row: row.bytes_on_disk)


def weights(row: Row) -> Path:
    """Return where a language model's file is, once it is here."""
    (name,) = (file.name for file in row.files if file.name.endswith(GGUF))
    return manifest.folder() / row.name / name


def get(name: str = "", bring: Callable[[list[str]], None] = fetch.fetch) -> Path:
    """Bring a language model onto this device and return its file. Raises ModelError."""
    rows = offered()
    wanted = [row for row in rows if name in {"", row.name}]
    if not wanted:
        known = ", ".join(row.name for row in rows)
        raise NoLanguageModel(f"there is no language model {name!r}; there are {known}")
    bring([wanted[0].name])
    return weights(wanted[0])


def _list(_: argparse.Namespace) -> int:
    """Print the language models that can be had, their licences and what they take."""
    for row in offered():
        here = "here" if weights(row).is_file() else "not here"
        sizes = f"{row.bytes_on_disk / 1e6:.0f} MB, about {row.bytes_resident / 1e6:.0f} MB at work"
        sys.stdout.write(f"{row.name}: {row.licence}, {sizes}, {here}\n")
    return 0


def _get(arguments: argparse.Namespace) -> int:
    """Bring one onto this device, whole and hashed, and print the lines that make it answer."""
    path = get(arguments.name)
    url = json.dumps(str(path), ensure_ascii=False)
    sys.stdout.write(f"To let it answer, add to the configuration:\n[[reasoner]]\nurl = {url}\n")
    return 0
