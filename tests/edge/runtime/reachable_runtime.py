"""A sealed runtime that phones can reach; the test is its launcher and its chamber."""

import socket
import time
from pathlib import Path

from free_port import free_port
from runtime_process import HELLO, RuntimeProcess, at, spoken

from edge.companion import certificate, key, pairing, wire
from edge.companion.pairing import Link
from edge.config import Companion, Config
from edge.messages import PhonesChanged, Shown

HERE = "127.0.0.1"


class Device:
    """A runtime that phones can reach."""

    def __init__(self, folder: Path, here: str = HERE) -> None:
        self.data, keys, self.here = folder / "data", folder / "keys", here
        self.data.mkdir(parents=True)
        self.key_file = certificate.make(keys, ("localhost",), (here,))
        self.key_hash = key.hash_of(key.certificates(self.key_file)[0])
        self.port = free_port(here)
        settings = Config(companion=Companion(port=self.port))
        self.runtime = RuntimeProcess(self.data, settings=settings, keys=keys)
        self.runtime.tell(at(0))
        self.runtime.say(HELLO)
        self.seconds = 10
        self.link: Link | None = None
        """What was shown last."""

    def open_pairing(self, scopes: tuple[wire.Scope, ...] = wire.SCOPES) -> Link:
        since_boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        window = pairing.open_window(self.data, since_boot_s, scopes)
        self.changed()
        self.link = Link((self.here,), self.port, self.key_hash, window.secret)
        return self.link

    def changed(self) -> None:
        self.runtime.tell(PhonesChanged())
        until_s = time.monotonic() + 20
        while time.monotonic() < until_s:
            with socket.socket() as probe:
                if probe.connect_ex((self.here, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the runtime does not listen")

    def hear(self, text: str) -> None:
        self.seconds += 10
        self.runtime.say(spoken(text, self.seconds))

    def shown(self, kind: type) -> Shown:
        return self.runtime.until(kind)[-1]
