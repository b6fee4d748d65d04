import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "mqtt"))

from free_port import free_port
from real_broker import HERE, mosquitto

from edge.config import Config, Home
from edge.doctor.house import house

VARIABLE = "HOUSE_PASSWORD"


def test_who_has_no_broker_is_told_nothing() -> None:
    assert list(house(Config())) == []


def test_a_broker_lets_us_in_with_its_password_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mosquitto(tmp_path / "broker", "hunter2") as broker:
        settings = Config(home=Home(mqtt=broker.address, password_env=VARIABLE))
        for password, verdict, words in (
            ("hunter2", "ok", "lets us in"),
            ("hunter3", "note", "refuses the user or the password"),
            ("", "note", f"{VARIABLE}, which is not set"),
        ):
            monkeypatch.setenv(VARIABLE, password)
            (found,) = house(settings)
            assert found.verdict == verdict
            assert words in found.found
            assert "hunter" not in f"{found.found}{found.remedy}"


def test_a_broker_that_is_not_there_is_one_sentence() -> None:
    (found,) = house(Config(home=Home(mqtt=f"mqtt://{HERE}:{free_port(HERE)}")))
    assert found.verdict == "note"
    assert "cannot be reached" in found.found
