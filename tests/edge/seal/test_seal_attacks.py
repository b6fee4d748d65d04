"""What a sealed process tries in vain, on this machine's real kernel."""

import os
import socket
from pathlib import Path

import pytest
from sealing import answer, started

REFUSED = "Operation not permitted"
ABSENT = {"create by openat2": "Function not implemented"}
NOT_HERE = "no such call here"
BY_LANDLOCK = "Permission denied"


def attack(tmp_path: Path, sealed: str, *, landlock: bool) -> dict[str, object]:
    """Run the attempts with a writable file and a socket that were open before."""
    target = tmp_path / "target"
    target.write_bytes(bytes(4096))
    file = os.open(target, os.O_RDWR)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        fds = (file, udp.fileno())
        with started("seal_attacks.py", sealed, *fds, target, landlock=landlock, fds=fds) as child:
            found = answer(child)
    os.close(file)
    if sealed == "sealed":
        assert target.read_bytes() == bytes(4096)
        assert [path.name for path in tmp_path.iterdir()] == ["target"]
    return found


@pytest.fixture(scope="module", params=["behind Landlock", "by seccomp alone"])
def sealed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    landlock = request.param == "behind Landlock"
    return attack(tmp_path_factory.mktemp("sealed"), "sealed", landlock=landlock)


def test_every_attempt_is_refused_by_the_filter(sealed: dict[str, object]) -> None:
    expected = {name: ABSENT.get(name, REFUSED) for name in sealed}
    missing = {name for name, said in sealed.items() if said == NOT_HERE}
    assert {n: s for n, s in sealed.items() if n not in missing and s != expected[n]} == {}


def test_there_are_at_least_a_hundred_attempts(sealed: dict[str, object]) -> None:
    assert sum(said != NOT_HERE for said in sealed.values()) >= 100


def test_without_the_filter_the_same_attempts_show_holes(tmp_path: Path) -> None:
    found = attack(tmp_path, "open", landlock=True)
    holes = {name for name, said in found.items() if said == "worked"}
    assert holes >= {
        "fork",
        "memory as a file",
        "write to an open file",
        "map a file shared, then write",
        "memory written, then run",
        "datagram socket AF_INET",
        "name of the thread",
    }
    assert len(holes) >= 30


def test_landlock_alone_refuses_to_create_and_to_open_for_writing(tmp_path: Path) -> None:
    found = attack(tmp_path, "open", landlock=True)
    if found["open for writing"] == "worked":
        pytest.skip("this kernel has no Landlock; the filter is the only wall")
    names = ("open for both", "create", "create in shared memory", "mkdir", "read /etc/passwd")
    assert {name: found[name] for name in names} == dict.fromkeys(names, BY_LANDLOCK)
