import stat
from pathlib import Path

import pytest

from edge.team import members
from edge.team.members import FILE_NAME, Team, TeamRefused

OWN, BEN = bytes(32), bytes([2]) * 32
LINE = members.line_of(BEN)


def test_a_member_is_kept_for_the_owner_alone(tmp_path: Path) -> None:
    team = Team.new().with_member("Ben", LINE, OWN)
    members.store(tmp_path, team)
    assert members.load(tmp_path) == team
    assert team.members[0].public == BEN
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("Ben", "hello", "no line of a member"),
        ("Ben", LINE + "A", "no line of a member"),
        ("../x", LINE, "is no name"),
        ("Ben", members.line_of(OWN), "your own"),
        ("anna", LINE, "is a member"),
    ],
)
def test_what_is_no_member_is_refused(name: str, line: str, why: str) -> None:
    team = Team.new().with_member("Anna", members.line_of(bytes([1]) * 32), OWN)
    with pytest.raises(TeamRefused, match=why):
        team.with_member(name, line, OWN)


def test_who_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(TeamRefused, match="nobody is called"):
        Team.new().without("Ben")


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b'{"private": "\xff')
    with pytest.raises(TeamRefused, match="is damaged"):
        members.load(tmp_path)
