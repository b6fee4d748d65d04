from pathlib import Path

import pytest

from edge.team import envelope, members, outbox
from edge.team.members import Team, TeamRefused

BEN = bytes([2]) * 32
BENS = envelope.public_key(BEN)
TEAM = Team.new()
TEAM = TEAM.with_member("Ben", members.line_of(BENS), envelope.public_key(TEAM.secret))


def test_what_was_said_waits_closed_and_in_order(tmp_path: Path) -> None:
    for text in ("first", "second"):
        assert outbox.post(tmp_path, TEAM, text) == 1
    paths = outbox.waiting(tmp_path)
    assert all(b"first" not in path.read_bytes() for path in paths)
    found = [each for path in paths for each in outbox.readable(TEAM, outbox.read(path))]
    assert [text for _, _, text in found] == ["first", "second"]
    letters = [envelope.open_(BEN, envelope.public_key(TEAM.secret), e.closed) for _, e, _ in found]
    assert letters[0].number < letters[1].number


def test_a_clock_that_is_set_back_numbers_on(tmp_path: Path) -> None:
    outbox.post(tmp_path, TEAM, "first")
    (tmp_path / outbox.FOLDER / outbox.LAST).write_bytes(b"99999999999999")
    outbox.post(tmp_path, TEAM, "second")
    assert outbox.waiting(tmp_path)[1].name == "100000000000000.letter"


def test_who_left_meanwhile_is_told_nothing(tmp_path: Path) -> None:
    outbox.post(tmp_path, TEAM, "first")
    (path,) = outbox.waiting(tmp_path)
    assert list(outbox.readable(TEAM.without("Ben"), outbox.read(path))) == []


def test_a_damaged_file_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "1.letter").write_bytes(b"\xc1")
    assert outbox.read(tmp_path / "1.letter") == ()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / outbox.FOLDER).write_text("")
    with pytest.raises(TeamRefused, match="cannot write in"):
        outbox.post(tmp_path, TEAM, "first")
