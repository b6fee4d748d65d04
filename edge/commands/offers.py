"""`offrecord offers` and `offrecord review`: what was offered, what that taught, what it took."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, get_args

from edge import config, config_file, control, whole_file
from edge.bench.commands import Command, subcommand
from edge.commands.notes import NotesRefused
from edge.messages import Judged, OfferVerdict, ResetOffers
from edge.notes import Notes, keys, opening
from edge.notes.retention import DAY_S
from edge.proactive import offers
from edge.proactive.review import review
from edge.view import notes_page, offers_page

LATEST: Final = 12
MOST_DAYS: Final = 30
"""So long offers are remembered."""
DONE: Final = {
    "accept": "taken as wanted",
    "dismiss": "taken as not wanted",
    "stop": "nothing of its kind is offered any more",
}


def add_offers(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `offers` with all of its own, and `review`."""
    within = commands.add_parser(
        "offers", help="What was offered without being asked for, and what that has taught"
    ).add_subparsers(metavar="COMMAND", required=True)
    for name, command in (("show", _show), ("export", _export), ("reset", _reset)):
        made = _add(within, name, command, as_json=name == "show")
        if name == "export":
            made.add_argument("file", type=Path, metavar="FILE", help="a new file")
    for verdict in get_args(OfferVerdict):
        judging = _add(within, verdict, JUDGES[verdict], as_json=False)
        judging.add_argument(
            "number", type=int, nargs="?", default=0, metavar="NUMBER", help="none: the newest"
        )
        judging.set_defaults(verdict=verdict)
    reviewing = _add(commands, "review", _review, as_json=True)
    reviewing.add_argument(
        "--days", type=int, default=7, metavar="N", help=f"so many (7), {MOST_DAYS} at most"
    )


def _add(within: Any, name: str, command: Command, *, as_json: bool) -> argparse.ArgumentParser:  # noqa: ANN401 (as above)
    made = subcommand(within, name, command, as_json=as_json)
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    made.add_argument("--data", type=Path, metavar="FOLDER", help="the notes are here instead")
    return made


def _show(arguments: argparse.Namespace) -> int:
    """Show the latest offers, and what your answers to them have taught."""
    settings, folder = _settings(arguments)
    with opening.for_reading(folder, keys.secret(may_make=False)) as reading:
        made = offers.offered(reading, time.time() - MOST_DAYS * DAY_S)
        taste = offers.taste(reading, made, settings.help.aims)
        offers_page.show_taste(taste, made[-LATEST:], sys.stdout, as_json=arguments.json)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    """Write all that was learnt into a new JSON file: numbers, and no word of an offer."""
    settings, folder = _settings(arguments)
    path: Path = arguments.file
    if path.exists():
        raise NotesRefused(f"{path} is there already; name a new file")
    with opening.for_reading(folder, keys.secret(may_make=False)) as reading:
        made = offers.offered(reading, time.time() - MOST_DAYS * DAY_S)
        learnt = offers_page.taste_fields(offers.taste(reading, made, settings.help.aims))
    try:
        whole_file.write(path, json.dumps(learnt, indent=1).encode())
    except OSError as refusal:
        raise NotesRefused(f"cannot write {path}: {refusal.strerror}") from None
    _say(f"What was learnt is in {path}, readable by you alone.")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    """Let what you made of offers until now teach no more, here and in what runs."""
    _, folder = _settings(arguments)
    if control.ask(folder, ResetOffers()) is None:
        with _notes(folder) as notes:
            notes.keep_facts(offers.forgotten_lessons(time.time()))
    _say("What was learnt from your answers to offers counts no more.")
    return 0


def _accept(arguments: argparse.Namespace) -> int:
    """Say that you wanted what was offered."""
    return _judge(arguments)


def _dismiss(arguments: argparse.Namespace) -> int:
    """Say that you did not want what was offered."""
    return _judge(arguments)


def _stop(arguments: argparse.Namespace) -> int:
    """Say that nothing of this kind is to be offered any more."""
    return _judge(arguments)


JUDGES: Final = {"accept": _accept, "dismiss": _dismiss, "stop": _stop}


def _judge(arguments: argparse.Namespace) -> int:
    _, folder = _settings(arguments)
    with opening.for_reading(folder, keys.secret(may_make=False)) as reading:
        made = offers.offered(reading, time.time() - MOST_DAYS * DAY_S)
    found = [each for each in made if arguments.number in {0, each.note.id}]
    if not found:
        which = f"offer {arguments.number}" if arguments.number else "offer"
        raise NotesRefused(f"there is no {which}; `offrecord offers show` lists them")
    number, kind = found[-1].note.id, found[-1].kind
    if control.ask(folder, Judged(number, arguments.verdict)) is None:
        with _notes(folder) as notes:
            notes.keep_verdict(number, offers.VERDICTS[arguments.verdict])
            if arguments.verdict == "stop":
                notes.keep_facts({f"{offers.STOPPED}{kind}": time.time()})
    _say(f"Offer {number}: {DONE[arguments.verdict]}.")
    return 0


def _review(arguments: argparse.Namespace) -> int:
    """Show promises kept and open, offers taken and declined, and the attention they took."""
    if not 1 <= arguments.days <= MOST_DAYS:
        raise NotesRefused(f"--days is a number from 1 to {MOST_DAYS}")
    settings, folder = _settings(arguments)
    now_s = time.time()
    since_s = now_s - arguments.days * DAY_S
    with opening.for_reading(folder, keys.secret(may_make=False)) as reading:
        made = offers.offered(reading, since_s)
        words = reading.between(now_s - MOST_DAYS * DAY_S, now_s + DAY_S, ("said", "derived"))
        found = review(words, made, now_s, settings.help.attention_s)
    offers_page.show_review(found, sys.stdout, as_json=arguments.json)
    return 0


@contextmanager
def _notes(folder: Path) -> Iterator[Notes]:
    """Open the notes to write in them, where nothing runs that would do it."""
    with control.held(folder) as is_ours:
        if not is_ours:
            raise NotesRefused(f"an Offrecord starts on {folder} just now; try again")
        with opening.for_writing(folder, keys.secret(may_make=False), notes_page.warn) as notes:
            yield notes


def _settings(arguments: argparse.Namespace) -> tuple[config.Config, Path]:
    settings = config_file.load(arguments.config)
    folder: Path = arguments.data or config.data_folder(settings.notes)
    return settings, folder


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
