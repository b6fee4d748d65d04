"""What `--wearable phone` opens, and what it says where it cannot."""

import socket

import pytest

from edge.commands import phone_door
from edge.launcher.own_folder import StartFailed

TOKEN = bytes(32)


def test_a_phone_comes_to_the_port_beside_the_apps_with_this_devices_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    doorway, told = phone_door.door("", port - phone_door.BESIDE, TOKEN)
    assert doorway.listener
    with doorway.listener:
        assert doorway.port == port
        assert f"port {port}" in told
        assert doorway.origin == f"https://:{port - phone_door.BESIDE}"
        assert doorway.key.startswith(b"-----BEGIN PRIVATE KEY-----")
        assert "PRIVATE" not in repr(doorway)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartFailed, match=f"port {port} of this machine; name another"):
            phone_door.door(str(port), 8757, TOKEN)


@pytest.mark.parametrize(
    ("where", "page_port", "why"),
    [("x", 8757, "is no port"), ("99999", 8757, "without one: 8758"), ("", 0, "never connect")],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    where: str, page_port: int, why: str
) -> None:
    with pytest.raises(StartFailed, match=why):
        phone_door.door(where, page_port, TOKEN)
