"""Where the Omi app is let in: on loopback, or at an address, with what that means."""

import re
from pathlib import Path

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from edge.commands import place, wearable


def met(where: str) -> str:
    doorway, told = wearable.meant(f"omi-app:{where}", 0)
    assert doorway.listener
    doorway.listener.close()
    return told


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_without_an_address_nobody_outside_this_machine_reaches_it() -> None:
    told = met("0")
    assert "ws://127.0.0.1:" in told
    assert "no encryption" not in told


def test_at_an_address_the_missing_encryption_is_said_and_the_address_can_be_typed() -> None:
    told = met("0.0.0.0:0")
    assert "no encryption" in told
    assert len(told.splitlines()) == 3
    if own := place.addresses.own():
        assert f"ws://{own[0]}:" in told


def test_the_secret_is_the_same_the_next_day() -> None:
    assert len({re.findall(r"token=(\w{16})", met("0"))[0] for _ in range(2)}) == 1


def test_an_address_of_ipv6_is_spelt_as_one() -> None:
    listener, address = place.listening("[::1]:0")
    with listener:
        assert place.spelt(listener).startswith("[::1]:")
        assert address.is_loopback
