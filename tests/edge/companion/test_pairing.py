import secrets
from pathlib import Path

import pytest

from edge.companion import pairing
from edge.companion.pairing import BadLink, Link, Meeting
from edge.companion.wire import SCOPES

HASH = "k" * 43


def test_a_link_says_all_of_it_in_what_no_browser_sends() -> None:
    link = Link(("192.168.1.4", "fd00::2"), 8757, HASH, secrets.token_hex(16))
    page, _, fragment = str(link).partition("#")
    assert page == "https://192.168.1.4:8757/"
    assert "pair=" in fragment
    assert Link.read(f"  {link}\n") == link


@pytest.mark.parametrize(
    "line", ["", "https://192.168.1.4/", "x" * 5000, "https://[::/#pair=a&key=b"]
)
def test_any_other_line_is_refused(line: str) -> None:
    with pytest.raises(BadLink):
        Link.read(line)


def test_a_window_is_open_for_two_minutes_of_this_boot(tmp_path: Path) -> None:
    window = pairing.open_window(tmp_path, 1000.0, SCOPES)
    assert pairing.look(tmp_path, 1000.0) == window
    assert pairing.look(tmp_path, 1000.0 + pairing.OPEN_S) is None
    assert pairing.look(tmp_path, 5.0) is None


def test_who_closes_a_window_knows_that_it_was_nobody_else(tmp_path: Path) -> None:
    pairing.open_window(tmp_path, 1000.0, SCOPES)
    assert [pairing.close(tmp_path), pairing.close(tmp_path)] == [True, False]


def test_a_damaged_window_is_shut(tmp_path: Path) -> None:
    (tmp_path / pairing.FILE_NAME).write_bytes(b'{"secret": "')
    assert pairing.look(tmp_path, 1000.0) is None


def test_a_proof_fits_one_key_one_connection_and_one_name() -> None:
    secret = secrets.token_hex(16)
    meetings = [
        Meeting(HASH, "a" * 32, "b" * 32, "Phone"),
        Meeting("l" * 43, "a" * 32, "b" * 32, "Phone"),
        Meeting(HASH, "c" * 32, "b" * 32, "Phone"),
        Meeting(HASH, "a" * 32, "c" * 32, "Phone"),
        Meeting(HASH, "a" * 32, "b" * 32, "Other"),
    ]
    proofs = {meeting.phone_proof(secret) for meeting in meetings}
    proofs |= {meeting.device_proof(secret, "token") for meeting in meetings}
    assert len(proofs) == 2 * len(meetings)
