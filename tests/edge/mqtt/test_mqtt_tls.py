"""A real mosquitto within TLS: who proves who it is, is spoken to; nobody else hears a word."""

import asyncio
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from own_authority import Authority
from real_broker import HERE, mosquitto

sys.path.append(str(Path(__file__).parents[1] / "runtime"))

from runtime_process import RuntimeProcess

from edge.config import Config, Home
from edge.messages import Notice
from edge.mqtt import connection
from edge.mqtt.broker import Broker
from edge.team import envelope, members
from edge.team.members import Team

PASSWORD = "open-sesame"  # noqa: S105 (of a broker that lives for a second)
pytestmark = pytest.mark.filterwarnings(
    # The library leaves the socket of a broken handshake to the garbage collector.
    "ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)


def refusal(address: str) -> str:
    broker = Broker.read(address, "P", {"P": PASSWORD})
    return asyncio.run(connection.refusal(broker))


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    (tmp_path / "keys").mkdir()
    ours = Authority(tmp_path / "keys", "ours")
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))
    return ours


def test_who_has_the_right_certificate_and_only_that_lets_us_in(
    authority: Authority, tmp_path: Path
) -> None:
    others = Authority(tmp_path, "others")
    cases = (
        (authority.listener(HERE), ""),
        (others.listener(HERE), "unable to get local issuer certificate"),
        (authority.listener("elsewhere.example"), f"not valid for '{HERE}'"),
        (authority.listener(HERE, days=-1), "certificate has expired"),
    )
    for number, (lines, why) in enumerate(cases):
        with mosquitto(tmp_path / str(number), PASSWORD, lines) as broker:
            found = refusal(broker.address)
        assert found if why else not found
        assert why in found
        assert found.count("told nothing") == bool(why)
        assert PASSWORD not in found


def test_a_broker_without_tls_is_not_spoken_to_in_clear(
    authority: Authority, tmp_path: Path
) -> None:
    assert authority
    with mosquitto(tmp_path / "plain", PASSWORD) as broker:
        found = refusal(broker.address.replace("mqtt://", "mqtts://"))
    assert "told nothing" in found or "cannot be reached" in found


def test_who_cannot_prove_who_it_is_hears_a_greeting_and_no_password(authority: Authority) -> None:
    assert authority
    heard = b""
    with socket.create_server((HERE, 0)) as listener:

        def answer() -> None:
            nonlocal heard
            peer, _ = listener.accept()
            with peer:
                heard += peer.recv(1 << 16)
                peer.sendall(b"\x20\x06\x00\x00\x03\x22\x00\x0a")  # in clear: come in
                with contextlib.suppress(ConnectionResetError):
                    while more := peer.recv(1 << 16):
                        heard += more

        thread = threading.Thread(target=answer)
        thread.start()
        found = refusal(f"mqtts://offrecord@{HERE}:{listener.getsockname()[1]}")
        thread.join(20)
    assert "told nothing" in found
    assert heard[:1] == b"\x16"  # a handshake
    assert b"MQTT" not in heard
    assert PASSWORD.encode() not in heard
    assert b"offrecord" not in heard


@pytest.mark.parametrize("is_known", [True, False])
def test_the_team_is_spoken_to_by_the_same_rule(
    is_known: bool, authority: Authority, tmp_path: Path
) -> None:
    given_by = authority if is_known else Authority(tmp_path, "others")
    keys = tmp_path / "keys"
    team = Team.new()
    other = envelope.public_key(Team.new().secret)
    line = members.line_of(other)
    members.store(keys, team.with_member("anna", line, envelope.public_key(team.secret)))
    log = tmp_path / "log"
    lines = [*given_by.listener(HERE), f"log_dest file {log}"]
    with mosquitto(tmp_path / "broker", tls=lines) as broker:
        home = Config(home=Home(mqtt=broker.address))
        with RuntimeProcess(tmp_path / "data", settings=home, keys=keys) as runtime:
            if is_known:
                until(lambda: "as offrecord-team-" in log.read_text())
            else:
                assert "cannot prove who it is" in str(runtime.until(Notice)[-1])
    assert ("as offrecord-team-" in log.read_text()) == is_known


def until(is_so: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < give_up_s
        time.sleep(0.05)
