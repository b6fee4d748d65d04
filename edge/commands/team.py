"""`offrecord team`: make a key of one's own, let others in, tell them something, shut one out."""

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from edge import config, config_file, control
from edge.airlock import plain
from edge.bench.commands import subcommand
from edge.messages import SENTENCE_CHARACTERS, TeamChanged
from edge.team import members, outbox
from edge.team.members import Team, TeamRefused

REFUSALS: Final = (TeamRefused,)
NO_BROKER: Final = "there is no broker: set [home] mqtt in the configuration of every member"
NO_TEAM: Final = "you have no key for a team yet; `offrecord team create` makes one"


def add_team(commands: Any) -> None:  # noqa: ANN401 (argparse has no public name for it)
    """Add the commands."""
    listing = _placed(subcommand(commands, "team", _members, as_json=True))
    within = listing.add_subparsers(metavar="COMMAND")
    _placed(subcommand(within, "create", _create))
    joining = _placed(subcommand(within, "join", _join))
    joining.add_argument("name", metavar="NAME", help="what you call that member")
    joining.add_argument("line", metavar="LINE", help="what `offrecord team create` showed there")
    _placed(subcommand(within, "members", _members, as_json=True))
    leaving = _placed(subcommand(within, "leave", _leave))
    leaving.add_argument("name", nargs="?", metavar="NAME", help="that member instead of you")
    saying = _placed(subcommand(within, "say", _say))
    saying.add_argument("text", nargs="+", metavar="TEXT", help="what all of them are to know")


def _placed(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
    made.add_argument("--config", type=Path, metavar="FILE", help="instead of the usual place")
    made.add_argument("--data", type=Path, metavar="FOLDER", help="it runs on this one")
    return made


def _keys() -> Path:
    return config.config_path().parent


def _team() -> Team:
    team = members.load(_keys())
    if team is None:
        raise TeamRefused(NO_TEAM)
    return team


def _public(team: Team) -> bytes:
    from edge.team import envelope  # noqa: PLC0415 (only who needs the library pays for it)

    return envelope.public_key(team.secret)


def _create(arguments: argparse.Namespace) -> int:
    """Make your own key, and show the line that the others are to be given."""
    team = members.load(_keys())
    if team is None:
        team = Team.new()
        members.store(_keys(), team)
        _changed(arguments)
    sys.stdout.write(
        f"{members.line_of(_public(team))}\n"
        "Give each of the others this line; there, `offrecord team join YOUR-NAME LINE`.\n"
        "It is no secret, but hand it over so that nobody can change it on its way.\n"
    )
    return 0


def _join(arguments: argparse.Namespace) -> int:
    """Let in whoever gave you this line: you hear each other once both have done so."""
    team = _team()
    name = plain(arguments.name)
    members.store(_keys(), team.with_member(name, arguments.line, _public(team)))
    _changed(arguments)
    sys.stdout.write(f"{name} is in the team.\n")
    return 0


def _members(arguments: argparse.Namespace) -> int:
    """List who is in the team."""
    team = _team()
    if arguments.json:
        rows = [{"name": each.name, "line": members.line_of(each.public)} for each in team.members]
        sys.stdout.write(json.dumps(rows) + "\n")
        return 0
    for each in team.members:
        sys.stdout.write(f"{each.name}\n")
    if not team.members:
        sys.stdout.write("Nobody yet; `offrecord team join NAME LINE` lets somebody in.\n")
    return 0


def _leave(arguments: argparse.Namespace) -> int:
    """Forget the whole team and your key for it, or one member."""
    team = _team()
    if arguments.name:
        members.store(_keys(), team.without(plain(arguments.name)))
        said = f"{plain(arguments.name)} is told nothing more, and not listened to."
    else:
        members.store(_keys(), Team.new())
        said = "You have left: your key is another one, and nobody is in your team."
    _changed(arguments)
    sys.stdout.write(f"{said}\n")
    return 0


def _say(arguments: argparse.Namespace) -> int:
    """Tell all members one sentence: it becomes a note of yours on their companions."""
    settings = config_file.load(arguments.config)
    if not settings.home.mqtt:
        raise TeamRefused(NO_BROKER)
    text = plain(" ".join(arguments.text))
    if not 0 < len(text) <= SENTENCE_CHARACTERS:
        raise TeamRefused(f"a sentence has 1 to {SENTENCE_CHARACTERS} characters")
    team = _team()
    if not team.members:
        raise TeamRefused("nobody is in the team; `offrecord team join NAME LINE` lets one in")
    said_to = outbox.post(_data(arguments), team, text)
    is_running = _changed(arguments)
    when = "on its way to" if is_running else "sent when Offrecord runs again, to"
    sys.stdout.write(f"It is {when} {said_to} of the team.\n")
    return 0


def _data(arguments: argparse.Namespace) -> Path:
    found: Path | None = arguments.data
    return found or config.data_folder(config_file.load(arguments.config).notes)


def _changed(arguments: argparse.Namespace) -> bool:
    """Tell what runs; say whether anything did."""
    with suppress(control.NoAnswer):
        return control.ask(_data(arguments), TeamChanged()) is not None
    return False
