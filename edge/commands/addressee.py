"""`offrecord addressee show | export FILE | reset`: what did corrections teach, in plain words?"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from edge import config, config_file, whole_file
from edge.bench.commands import Command, subcommand
from edge.commands import notes as notes_commands
from edge.notes import Wish, keys, opening
from edge.recall.lesson import Lesson


class NotExported(OSError):
    """The file was not written; the message says why."""


def add_addressee(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `addressee` and all of its own."""
    within = commands.add_parser(
        "addressee", help="What your corrections have taught about who is meant"
    ).add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command, *, as_json: bool = False) -> argparse.ArgumentParser:
        made = subcommand(within, name, command, as_json=as_json)
        made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
        made.add_argument("--data", type=Path, metavar="FOLDER", help="it is here instead")
        return made

    add("show", _show, as_json=True)
    add("export", _export).add_argument("file", type=Path, metavar="FILE", help="a new file")
    add("reset", _reset)


def _folder(arguments: argparse.Namespace) -> Path:
    settings = config_file.load(arguments.config)
    folder: Path = arguments.data or config.data_folder(settings.notes)
    return folder


def _lessons(arguments: argparse.Namespace) -> list[Lesson]:
    secret = lambda: keys.secret(may_make=False)  # noqa: E731 (asked for only if it is needed)
    with opening.texts(_folder(arguments), secret) as reading:
        return reading.lessons() if reading else []


def _show(arguments: argparse.Namespace) -> int:
    """Show which kinds of sentences you have corrected, and what that changed."""
    from edge.view import lessons_page as page  # noqa: PLC0415 (a run needs nothing of it)

    lessons = _lessons(arguments)
    _say(json.dumps(page.document(lessons)) if arguments.json else "\n".join(page.told(lessons)))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    """Write all that was learnt into a new JSON file."""
    from edge.view import lessons_page as page  # noqa: PLC0415 (as above)

    path: Path = arguments.file
    lessons = _lessons(arguments)
    if path.exists():
        raise NotExported(f"{path} is there already; name a new file")
    document = page.document(lessons) | {"weights_log_odds": page.weights(lessons)}
    try:
        whole_file.write(path, json.dumps(document, indent=1).encode())
    except OSError as refusal:
        raise NotExported(f"cannot write {path}: {refusal.strerror}") from None
    _say(f"What was learnt is in {path}.")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    """Forget all corrections; a running companion forgets them too."""
    if not _lessons(arguments):
        _say("There was nothing to forget.")
        return 0
    secret = keys.secret(may_make=False)
    notes_commands.forget(_folder(arguments), secret, Wish(taught=True))
    _say("All corrections are forgotten.")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
