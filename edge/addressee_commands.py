"""`offrecord addressee show | export FILE | reset`: what did corrections teach, in plain words?"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from edge import config, whole_file
from edge.addressee import LEANING
from edge.bench.commands import Command, subcommand
from edge.recall.asking import Kind
from edge.runtime import lessons
from edge.runtime.lessons import Count, Learning


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


def told(learnt: Learning) -> Iterator[str]:
    """Say what was learnt, a sentence a line."""
    if not learnt.kinds and not any(learnt.steps):
        yield "Nothing has been learnt: no sentence was corrected."
        return
    for kind, count in sorted(learnt.kinds.items()):
        yield f"{kind}: {_corrected(count)}; {_moved(count)}."
    moved = sum(1 for step in learnt.steps if step)
    if moved:
        yield f"The mind has moved {moved} of its {len(learnt.steps)} weights as well."
    yield "No word of a sentence is kept. `offrecord addressee reset` forgets all of it."


def _corrected(count: Count) -> str:
    missed, wrong = _times(count.meant), _times(count.not_meant)
    return f'"I was talking to you" {missed}, "that was not for you" {wrong}'


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _moved(count: Count) -> str:
    if count.leaning >= LEANING:
        return "taken more readily, in company too"
    if count.leaning <= -LEANING:
        return "taken less readily"
    return f"nothing changed yet ({LEANING - abs(count.leaning)} more the same way will)"


def _folder(arguments: argparse.Namespace) -> Path:
    settings = config.load(arguments.config)
    folder: Path = arguments.data or config.data_folder(settings.notes)
    return folder


def _show(arguments: argparse.Namespace) -> int:
    """Show which kinds of sentences you have corrected, and what that changed."""
    learnt = lessons.load(_folder(arguments) / lessons.FILE_NAME)
    _say(json.dumps(_document(learnt)) if arguments.json else "\n".join(told(learnt)))
    return 0


def _document(learnt: Learning) -> dict[str, Any]:
    return {
        "kinds": {
            str(kind): {**msgspec.structs.asdict(count), "effect": _moved(count)}
            for kind, count in sorted(learnt.kinds.items())
        },
        "known_kinds": [str(kind) for kind in Kind],
        "mind_weights_moved": sum(1 for step in learnt.steps if step),
    }


def _export(arguments: argparse.Namespace) -> int:
    """Write all that was learnt into a new JSON file."""
    path: Path = arguments.file
    learnt = lessons.load(_folder(arguments) / lessons.FILE_NAME)
    if path.exists():
        raise NotExported(f"{path} is there already; name a new file")
    document = _document(learnt) | {"mind_steps_millionths": list(learnt.steps)}
    try:
        whole_file.write(path, json.dumps(document, indent=1).encode())
    except OSError as refusal:
        raise NotExported(f"cannot write {path}: {refusal.strerror}") from None
    _say(f"What was learnt is in {path}.")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    """Forget all corrections; a running companion forgets them too."""
    path = _folder(arguments) / lessons.FILE_NAME
    was_there = path.exists()
    path.unlink(missing_ok=True)
    _say("All corrections are forgotten." if was_there else "There was nothing to forget.")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
