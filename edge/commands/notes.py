"""`offrecord notes`: what is remembered, where it came from, and how it is forgotten for good."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from edge import config, config_file, control
from edge.bench.commands import Command, subcommand
from edge.evidence import Kind, Now, Question
from edge.launcher import births
from edge.messages import Forget
from edge.notes import Notes, NotesUnwritable, Reading, Wish, exchange, keys, opening, vault, wishes
from edge.notes.forgetting import Doomed, meant
from edge.view import notes_page

if TYPE_CHECKING:
    from edge.search.sought import Understood

MOST_LOOKED_AT: Final = 1000
"""Notes that a search considers; those that only stand beside one with the words are not shown."""
FORGOTTEN_WITHIN_S: Final = 60.0
BETWEEN_LOOKS_S: Final = 0.1


class NotesRefused(RuntimeError):
    """What was asked cannot be done; one sentence."""


REFUSALS: Final = (
    NotesRefused,
    NotesUnwritable,
    opening.NoNotes,
    vault.WrongKey,
    vault.Damaged,
    keys.NoKey,
    exchange.NotExchanged,
    wishes.BadWish,
)


def add_notes(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add `notes` and all of its own."""
    within = commands.add_parser(
        "notes", help="What is remembered, and how to forget it"
    ).add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command, *, as_json: bool = True) -> argparse.ArgumentParser:
        made = subcommand(within, name, command, as_json=as_json)
        made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
        made.add_argument("--data", type=Path, metavar="FOLDER", help="they are here instead")
        return made

    searching = add("search", _search)
    searching.add_argument("words", nargs="*", metavar="WORD", help="none shows the latest")
    searching.add_argument("--limit", type=int, default=20, metavar="N", help="so many (20)")
    searching.add_argument(
        "--kind", choices=get_args(Kind), action="append", help="only of this kind"
    )
    add("show", _show).add_argument("number", type=int, metavar="NUMBER", help="of a note")
    forgetting = add("forget", _forget)
    forgetting.add_argument("what", nargs="+", metavar="WHAT", help=wishes.FORMS)
    forgetting.add_argument("--yes", action="store_true", help="do not ask whether it is meant")
    add("export", _export).add_argument("file", type=Path, metavar="FILE", help="a new file")
    add("import", _import).add_argument("file", type=Path, metavar="FILE", help="an exported one")
    add("stats", _stats)
    key = add("key", _key, as_json=False).add_mutually_exclusive_group()
    for home in get_args(keys.Home):
        key.add_argument(
            f"--{home}", dest="home", action="store_const", const=home, help=HOMES[home]
        )


HOMES: Final = {
    "file": "keep it in a file that you alone can read",
    "keyring": "keep it in the desktop's keyring",
    "passphrase": "lock it with a passphrase, asked for at every start",
}


def _search(arguments: argparse.Namespace) -> int:
    """Find notes by what they mean, by words in any form, by time ("in May"); or the latest.

    By meaning only where its model is on this device ([notes] meaning).
    """
    with _reading(arguments) as reading:
        kinds = arguments.kind or get_args(Kind)
        found = reading.recent(arguments.limit, kinds)
        if arguments.words:
            from edge.search.finder import Finder  # noqa: PLC0415 (a run needs nothing of it)

            question = Question(" ".join(arguments.words), Now("", 0, time.time()))
            understood = _understood(arguments, reading, question.text)
            best = Finder(reading).find(question, understood, MOST_LOOKED_AT, kinds)
            holding = [each for each in best if each.own > 0]
            of_time = [each for each in best if each.score > 0]
            found = [each.note for each in holding or of_time][: arguments.limit]
        notes_page.show(found, sys.stdout, as_json=arguments.json)
    return 0


def _understood(
    arguments: argparse.Namespace, reading: Reading, question: str
) -> "Understood | None":
    """Return what a question means, by a mind of its own; None where words alone are to do."""
    settings = config_file.load(arguments.config)
    is_known = next(reading.vectors(), None) is not None
    understood = None
    if is_known and births.divided(settings).mind_mb:
        from edge.launcher import lone_mind  # noqa: PLC0415 (as above)

        try:
            understood = lone_mind.understood(settings, _folder(arguments), question)
        except lone_mind.NoMind as refusal:
            raise NotesRefused(str(refusal)) from None
    if not arguments.json:
        how = "what they mean and their words" if understood else "their words"
        sys.stderr.write(f"Found by {how}, the best first.\n")
    return understood


def _show(arguments: argparse.Namespace) -> int:
    """Show one note and where it came from."""
    with _reading(arguments) as reading:
        found = reading.get([arguments.number])
        if not found:
            raise NotesRefused(f"there is no note {arguments.number}; it may have been forgotten")
        note = reading.with_grounds(found[0])
        made = reading.resting_on(note)
        notes_page.show_one(
            note, reading.get(note.rests_on), made, sys.stdout, as_json=arguments.json
        )
    return 0


def _forget(arguments: argparse.Namespace) -> int:
    """Forget for good: a stretch of time, a day, a person, a topic, or all."""
    wish = wishes.read(arguments.what, datetime.now().astimezone())
    with _reading(arguments) as reading:
        doomed = meant(reading, wish)
        some = reading.get(sorted(doomed.notes)[-notes_page.NAMED :])
    if not doomed:
        notes_page.show_forgotten(doomed, sys.stdout, as_json=arguments.json)
        return 0
    if not arguments.yes:
        if arguments.json or not sys.stdin.isatty():
            raise NotesRefused(
                f"{notes_page.counted(doomed)} would be forgotten; say --yes if that is meant"
            )
        notes_page.show(some, sys.stdout, as_json=False)
        question = f"Forget {notes_page.counted(doomed)} for good? [y/N] "
        if input(question).strip().lower() not in {"y", "yes"}:
            raise NotesRefused("nothing was forgotten")
    forgotten = forget(_folder(arguments), keys.secret(may_make=False), wish)
    notes_page.show_forgotten(forgotten, sys.stdout, as_json=arguments.json)
    return 0


def forget(folder: Path, secret: bytes, wish: Wish) -> Doomed:
    """Forget, by whoever runs on the folder, or here. Raises one of REFUSALS, control.NoAnswer."""
    until_s = time.monotonic() + FORGOTTEN_WITHIN_S
    wanted: Doomed | None = None
    is_wished = False
    while time.monotonic() < until_s:
        with control.held(folder) as is_ours:
            if is_ours:
                with opening.for_writing(folder, secret, notes_page.warn) as notes:
                    done = notes.forget(wish)
                return done.and_(wanted) if wanted else done
        with opening.for_reading(folder, secret) as reading:
            doomed = meant(reading, wish)
            is_wished = is_wished and reading.has_wishes()
        wanted = wanted or doomed
        if not wanted.still_in(doomed):
            return wanted
        if not is_wished:
            opening.leave_wish(folder, secret, wish)
            is_wished = True
            control.ask(folder, Forget())
        time.sleep(BETWEEN_LOOKS_S)
    raise NotesRefused("what runs has not forgotten it yet; it will at its next start")


def _export(arguments: argparse.Namespace) -> int:
    """Write all notes into a new file, unencrypted: JSON lines, readable by you alone."""
    with _reading(arguments) as reading:
        count = exchange.export(reading, arguments.file)
    notes_page.say(
        {"exported": count, "file": str(arguments.file)},
        f"{count:,} notes are in {arguments.file}, readable by you alone and not encrypted.",
        sys.stdout,
        as_json=arguments.json,
    )
    return 0


def _import(arguments: argparse.Namespace) -> int:
    """Take the notes of an exported file in; those that are there already stay as they are."""
    with _writing(arguments) as notes:
        new, known = exchange.take_in(notes, arguments.file)
    notes_page.say(
        {"imported": new, "known": known},
        f"{new:,} notes were taken in; {known:,} were there already.",
        sys.stdout,
        as_json=arguments.json,
    )
    return 0


def _stats(arguments: argparse.Namespace) -> int:
    """Count the notes, and say how large they are and where their key is."""
    with _reading(arguments) as reading:
        stats = {**reading.stats(), **opening.sizes(_folder(arguments))}
        notes_page.show_stats(stats, keys.where(), sys.stdout, as_json=arguments.json)
    return 0


def _key(arguments: argparse.Namespace) -> int:
    """Say where the key of your notes is, or keep it elsewhere."""
    if arguments.home:
        keys.move(arguments.home)
    where = keys.where() or "not there yet: it is made when Offrecord first runs"
    notes_page.say({}, f"The key of your notes is {where}.", sys.stdout, as_json=False)
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    return arguments.data or config.data_folder(config_file.load(arguments.config).notes)


@contextmanager
def _reading(arguments: argparse.Namespace) -> Iterator[Reading]:
    with opening.for_reading(_folder(arguments), keys.secret(may_make=False)) as reading:
        yield reading


@contextmanager
def _writing(arguments: argparse.Namespace) -> Iterator[Notes]:
    """Open the notes to write in them; only while nothing runs on the folder."""
    folder = _folder(arguments)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with control.held(folder) as is_ours:
        if not is_ours:
            raise NotesRefused(f"an Offrecord runs on {folder}; end it first")
        with opening.for_writing(folder, keys.secret(), notes_page.warn) as notes:
            yield notes
