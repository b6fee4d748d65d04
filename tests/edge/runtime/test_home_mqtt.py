"""A sealed runtime, a real mosquitto, and a client of the house that listens to everything."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from runtime_process import HELLO, RuntimeProcess, at, spoken

sys.path.append(str(Path(__file__).parents[1] / "mqtt"))

from real_broker import Ears, Mosquitto, mosquitto

from edge import ledger
from edge.config import Config, Home
from edge.messages import Mute, MuteState, Notice, Transcript, WearableState

VARIABLE = "HOUSE_PASSWORD"
WORDS = "the heron folder is under the green lamp"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "broker") as made:
        yield made


@pytest.fixture
def ears(broker: Mosquitto) -> Iterator[Ears]:
    made = Ears(broker.port)
    yield made
    made.end()


def told(broker: Mosquitto, folder: Path) -> RuntimeProcess:
    folder.mkdir(exist_ok=True)
    settings = Config(home=Home(mqtt=broker.address))
    return RuntimeProcess(folder, settings=settings)


def topic_of(ears: Ears, ending: str) -> str:
    return ears.until(lambda topic, _: topic.endswith(ending))[0]


def test_the_house_is_told_how_sensing_stands_and_no_word_of_what(
    broker: Mosquitto, ears: Ears, tmp_path: Path
) -> None:
    with told(broker, tmp_path / "data") as runtime:
        runtime.tell(at(0))
        ears.until(lambda topic, payload: topic.endswith("/state") and '"hearing": "ON"' in payload)
        runtime.say(HELLO, spoken(f"I know that {WORDS}.", 4))
        runtime.until(Transcript)
        ears.until(lambda topic, payload: topic.endswith("/event") and "heard" in payload)
        runtime.tell(MuteState(muted=True), WearableState(WORDS, connected=True, battery=57))
        ears.until(lambda _, payload: '"muted": "ON"' in payload and '"battery": 57' in payload)
        runtime.summary()
    ears.until(lambda topic, payload: topic.endswith("/availability") and payload == "offline")
    assert WORDS.encode() not in ears.all
    rows = [row for row, _ in ledger.rows(tmp_path / "data" / ledger.FILE_NAME)]
    assert {row.what for row in rows if row.to.startswith("the house's broker")} == {"HomeState"}
    assert ledger.verify(tmp_path / "data" / ledger.FILE_NAME) is None


def test_the_house_may_close_the_ears_and_not_open_them(
    broker: Mosquitto, ears: Ears, tmp_path: Path
) -> None:
    with told(broker, tmp_path / "data") as runtime:
        device = topic_of(ears, "/availability").split("/")[1]
        command, state = f"offrecord/{device}/mute/set", f"offrecord/{device}/state"
        ears.say(command, "ON")
        assert runtime.until(Mute)
        runtime.tell(MuteState(muted=True))
        ears.until(lambda topic, payload: topic == state and '"muted": "ON"' in payload)
        ears.say(command, "OFF")
        assert isinstance(notice := runtime.until(Notice)[-1], Notice)
        assert "only you can" in notice.text
        ears.until(lambda topic, payload: topic == state and '"muted": "ON"' in payload)


def test_what_the_broker_kept_from_some_day_is_no_command(
    broker: Mosquitto, ears: Ears, tmp_path: Path
) -> None:
    with told(broker, tmp_path / "data") as runtime:
        command = topic_of(ears, "/availability").replace("availability", "mute/set")
        ears.say(command, "ON", retain=True)
        assert runtime.until(Mute)
    with told(broker, tmp_path / "data") as again:
        ears.until(lambda topic, payload: topic.endswith("/availability") and payload == "online")
        ears.say(command, "OFF")
        assert not any(isinstance(each, Mute) for each in again.until(Notice))


def test_a_runtime_that_is_killed_is_said_to_be_offline(
    broker: Mosquitto, ears: Ears, tmp_path: Path
) -> None:
    with told(broker, tmp_path / "data") as runtime:
        ears.until(lambda topic, payload: topic.endswith("/availability") and payload == "online")
        runtime.process.kill()
        ears.until(lambda topic, payload: topic.endswith("/availability") and payload == "offline")


def test_a_broker_that_comes_back_is_told_again(broker: Mosquitto, tmp_path: Path) -> None:
    with told(broker, tmp_path / "data") as runtime:
        before = Ears(broker.port)
        before.until(lambda topic, payload: topic.endswith("/availability") and payload == "online")
        before.end()
        broker.stop()
        assert "cannot be reached" in str(runtime.until(Notice)[-1])
        runtime.tell(MuteState(muted=True))
        (broker.folder / "mosquitto.db").unlink(missing_ok=True)  # it has forgotten everything
        broker.start()
        after = Ears(broker.port)
        after.until(lambda topic, _: topic.startswith("homeassistant/device/"))
        after.until(lambda _, payload: '"muted": "ON"' in payload)
        after.end()
        assert "is back" in str(runtime.until(Notice)[-1])


def test_a_wrong_password_is_one_sentence_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "not-hunter2")
    with mosquitto(tmp_path / "broker", "hunter2") as broker:
        (tmp_path / "data").mkdir()
        settings = Config(home=Home(mqtt=broker.address, password_env=VARIABLE))
        with RuntimeProcess(tmp_path / "data", settings=settings) as runtime:
            assert "refuses the user or the password" in str(runtime.until(Notice)[-1])
            time.sleep(2.5)  # it has tried again by now
            runtime.end_airlock()
            rest = runtime.process.communicate(timeout=30)[0].decode()
            assert "refuses" not in rest
            assert "hunter2" not in rest
