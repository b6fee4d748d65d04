"""Bytes that are no message have a name, in whichever way; a damaged file of ours says nothing."""

from pathlib import Path

import msgspec
import pytest

from edge.companion import pairing
from edge.garbled import GARBLED
from edge.reason import abilities
from edge.team import members, outbox
from edge.tools import grants

DAMAGED = {
    "cut": b'{"search": ',
    "another's": b"[1, 2]",
    "no UTF-8": b'{"\xff": 1}',
    "deep": b'{"search": ' + b"[" * 50_000,
}
damaged = pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)


@damaged
def test_whatever_msgspec_raises_is_among_garbled(data: bytes) -> None:
    with pytest.raises(GARBLED):
        msgspec.json.decode(data, type=dict[str, int])


@damaged
def test_a_damaged_file_lets_nobody_in_and_grants_nothing(data: bytes, tmp_path: Path) -> None:
    for name in (grants.FILE_NAME, abilities.FILE, pairing.FILE_NAME, members.FILE_NAME, "1.out"):
        (tmp_path / name).write_bytes(data)
    assert grants.GrantsFile(tmp_path).read() == {}
    assert abilities.read(tmp_path) == {}
    assert pairing.look(tmp_path, 1.0) is None
    assert outbox.read(tmp_path / "1.out") == ()
    with pytest.raises(members.TeamRefused, match="damaged"):
        members.load(tmp_path)
