"""Why a reply was given, for a person: a tree from its words down to the models that heard them."""

import json
from typing import IO, Any, Final

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from edge.airlock import plain
from edge.ledger import query as ledger_query
from edge.notes import exchange
from edge.recall.answer import shortened
from edge.view.lines import size
from edge.view.notes_page import moment, one_line
from edge.why import Entered, Ground, Why

WIDEST: Final = 120
MOST_CHARACTERS: Final = 300
"""Of what was sent; `--json` and `offrecord ledger` show all."""
OWN: Final = {
    "recall": "the built-in answers: no model, nothing was sent on",
    "timer": "a timer or a reminder",
}


def show(found: Why, stream: IO[str], *, as_json: bool) -> None:
    """Print what a reply rests on."""
    if as_json:
        stream.write(f"{json.dumps(_fields(found))}\n")
        return
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    reply = found.reply
    tree = Tree(Text(f"{moment(reply)}  {one_line(reply)}", style="bold"))
    if found.question:
        tree.add(Text(f"asked: {one_line(found.question)}"))
    tree.add(Text(f"answered by {OWN.get(reply.source, plain(reply.source))}"))
    _add_grounds(tree, found)
    if found.sent:
        branch = tree.add(Text("sent on for it", style="bold"))
        for entered in found.sent:
            _add_sent(branch, entered)
    console.print(tree)


def _add_grounds(tree: Tree, found: Why) -> None:
    if not (found.grounds or found.forgotten):
        tree.add(Text("it rests on no note"))
        return
    branch = tree.add(Text("it rests on", style="bold"))
    for ground in found.grounds:
        _add_ground(branch, ground)
    if found.forgotten:
        notes = "1 note that was" if found.forgotten == 1 else f"{found.forgotten} notes that were"
        branch.add(Text(f"{notes} forgotten since", style="dim"))


def _add_ground(tree: Tree, ground: Ground) -> None:
    note = ground.note
    who = f" ({plain(note.who)})" if note.who else ""
    branch = tree.add(Text(f"note {note.id}, {note.kind}{who}, {moment(note)}: {one_line(note)}"))
    if ground.model:
        model = f"{plain(ground.model.name)}, {ground.model.sha256}"
        branch.add(Text(f"by {model} (SHA-256), {note.confidence} % sure", style="dim"))
    elif note.source:
        branch.add(Text(f"by {plain(note.source)}", style="dim"))
    if ground.observed:
        row, _ = ground.observed
        left = f"left the chamber as row {row.number} of the ledger ({row.what}, {size(row.bytes)})"
        branch.add(Text(left, style="dim"))
    for below in ground.made_of:
        _add_ground(branch, below)


def _add_sent(tree: Tree, entered: Entered) -> None:
    row, text = entered
    head = f"row {row.number} of the ledger: {row.what}, {size(row.bytes)} to {plain(row.to)}"
    branch = tree.add(Text(head))
    branch.add(Text(f"because: {plain(row.why)}"))
    if text is None:
        branch.add(Text("its words were forgotten since", style="dim"))
    elif text:
        branch.add(Text(shortened(plain(text), MOST_CHARACTERS), style="dim"))


def _fields(found: Why) -> dict[str, Any]:
    return {
        "reply": exchange.fields(found.reply),
        "question": exchange.fields(found.question) if found.question else None,
        "answered_by": found.reply.source,
        "rests_on": [_ground_fields(ground) for ground in found.grounds],
        "forgotten": found.forgotten,
        "sent": [ledger_query.as_json(*entered) for entered in found.sent],
    }


def _ground_fields(ground: Ground) -> dict[str, Any]:
    model = ground.model
    return {
        **exchange.fields(ground.note),
        "model": {"name": model.name, "sha256": model.sha256} if model else None,
        "observed": ledger_query.as_json(*ground.observed) if ground.observed else None,
        "made_of": [_ground_fields(below) for below in ground.made_of],
    }
