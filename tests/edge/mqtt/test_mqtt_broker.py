from pathlib import Path

import msgspec
import pytest

from edge import config, config_file
from edge.launcher import births
from edge.mqtt.broker import Broker, NoPassword

VARIABLE, PASSWORD = "HOUSE_PASSWORD", "hunter2"


@pytest.mark.parametrize(
    ("address", "host", "port", "user", "is_secure"),
    [
        ("mqtt://10.0.0.5", "10.0.0.5", 1883, "", False),
        ("mqtt://me%40home@broker:1999/", "broker", 1999, "me@home", False),
        ("mqtts://me@[fe80::1]", "fe80::1", 8883, "me", True),
    ],
)
def test_an_address_says_where_and_as_whom(
    address: str, host: str, port: int, user: str, is_secure: bool
) -> None:
    found = Broker.read(config.Home(mqtt=address).mqtt, "")
    assert (found.host, found.port, found.user, found.is_secure) == (host, port, user, is_secure)


@pytest.mark.parametrize(
    "address", ["10.0.0.5", "http://10.0.0.5", "mqtt://me:secret@10.0.0.5", "mqtt://", "mqtt://a b"]
)
def test_what_is_no_address_is_refused_in_one_sentence(address: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[home]\nmqtt = "{address}"\n')
    with pytest.raises(config_file.BadConfig, match="mqtt is mqtt://USER@HOST:PORT"):
        config_file.load(file)


def test_a_password_is_in_the_environment_and_in_nothing_that_is_printed() -> None:
    address = "mqtt://me@broker"
    found = Broker.read(address, VARIABLE, {VARIABLE: PASSWORD})
    assert found.password == PASSWORD
    assert PASSWORD not in f"{found} {found!r}"
    with pytest.raises(NoPassword, match="HOUSE_PASSWORD, which is not set"):
        Broker.read(address, VARIABLE, {})


def test_the_password_is_withheld_from_every_other_process() -> None:
    settings = config.Config(home=config.Home(mqtt="mqtt://b", password_env=VARIABLE))
    run = births.Run(settings, (), Path())
    assert VARIABLE in births.withheld(run)
    assert PASSWORD not in msgspec.json.encode(settings).decode()
