"""A real mosquitto on loopback, for as long as a test needs it."""

import contextlib
import queue
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from free_port import free_port

paho = pytest.importorskip("paho.mqtt.client", reason="UNCHECKED: pip install offrecord[home]")
HERE = "127.0.0.1"
SBIN = "/usr/sbin:/usr/local/sbin"


class Mosquitto:
    """The daemon; it can be stopped and started again on the same port with the same store."""

    def __init__(self, folder: Path, password: str = "", tls: Sequence[str] = ()) -> None:
        found = shutil.which("mosquitto") or shutil.which("mosquitto", path=SBIN)
        if not found:
            pytest.skip("UNCHECKED: nothing is told to a real broker; apt install mosquitto")
        self.program, self.folder, self.password = found, folder, password
        self.port = free_port(HERE)
        lines = [f"listener {self.port} {HERE}", "max_queued_messages 100000"]
        lines += ["persistence true", f"persistence_location {folder}/", f"user {folder.owner()}"]
        if password:
            keys = folder / "passwords"
            subprocess.run(
                ["mosquitto_passwd", "-b", "-c", str(keys), "offrecord", password], check=True
            )
            lines += ["allow_anonymous false", f"password_file {keys}"]
        else:
            lines += ["allow_anonymous true"]
        lines += tls
        self.is_secure = bool(tls)
        self.settings = folder / "mosquitto.conf"
        self.settings.write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> str:
        user = "offrecord@" if self.password else ""
        return f"mqtt{'s' * self.is_secure}://{user}{HERE}:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "-c", str(self.settings)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_s = time.monotonic() + 20
        while time.monotonic() < until_s:
            with socket.socket() as probe:
                if probe.connect_ex((HERE, self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@contextlib.contextmanager
def mosquitto(folder: Path, password: str = "", tls: Sequence[str] = ()) -> Iterator[Mosquitto]:
    folder.mkdir(exist_ok=True)
    broker = Mosquitto(folder, password, tls)
    try:
        yield broker
    finally:
        broker.stop()


class Ears:
    """Hears all that the broker carries, as anybody in the house can who has its password."""

    def __init__(self, port: int) -> None:
        self.heard: queue.Queue[tuple[str, str, bool]] = queue.Queue()
        self.all = b""
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.on_message = self._take
        self.client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self.client.connect(HERE, port)
        self.client.loop_start()

    def _take(self, _client: object, _data: object, message: "paho.MQTTMessage") -> None:
        self.all += message.payload
        payload = message.payload.decode("utf-8", "replace")
        self.heard.put((message.topic, payload, bool(message.retain)))

    def until(self, is_it: Callable[[str, str], bool]) -> tuple[str, str, bool]:
        while True:
            topic, payload, retained = self.heard.get(timeout=30)
            if is_it(topic, payload):
                return topic, payload, retained

    def say(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(20)

    def end(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
