"""What does one broker carry of many wearables, and is a letter ever lost or doubled?

A mosquitto of its own on loopback, with as many clients as asked, all in this process, in teams of
ten: each says some sentences, closed for each of its nine others as the product closes them, and
opens what comes. Every tenth is away for the middle third of the time; the broker keeps what is
said to it. `delivery` is from the call that hands an envelope to the library until its words are
open, of those who were there; the machine's cores are shared by the broker and all wearables.
"""

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiomqtt

from edge.bench import CannotMeasure
from edge.bench.idle import cpu_s
from edge.mqtt import connection
from edge.mqtt.broker import Broker
from edge.team import envelope
from edge.team.envelope import Letter

TEAM: Final = 10
SENTENCES: Final = 6
BETWEEN_S: Final = 2.0
"""Of one wearable; a person tells a team far less."""
DRAINED_WITHIN_S: Final = 60.0
CONNECTED_WITHIN_S: Final = 60.0
SESSION_S: Final = 3600
HERE: Final = "127.0.0.1"
WORDS: Final = "sentence {} of wearable {}: the van is at the north gate, and the keys are in it"


@dataclass(slots=True)
class Wearable:
    """One of them."""

    number: int
    private: bytes = field(default_factory=lambda: os.urandom(32))
    public: bytes = b""
    client: aiomqtt.Client | None = None
    task: asyncio.Task[None] | None = None
    opened: Counter[str] = field(default_factory=Counter)
    """What came, and how often."""

    @property
    def is_sometimes_away(self) -> bool:
        """Whether it is one of those who go."""
        return self.number % TEAM == TEAM - 1


def measure(wearables: int, between_s: float = BETWEEN_S) -> dict[str, Any]:
    """Return the bench. Raises CannotMeasure."""
    if wearables < TEAM or wearables % TEAM:
        raise CannotMeasure(f"{wearables} wearables are no teams of {TEAM}; ask for {TEAM * 20}")
    with _mosquitto() as (port, pid):
        broker = Broker(HERE, port, "", "", is_secure=False)
        bench = _Bench(wearables, broker, pid, between_s)
        return asyncio.run(bench.run())


class _Bench:
    def __init__(self, wearables: int, broker: Broker, pid: int, between_s: float) -> None:
        self._broker, self._pid, self._between_s = broker, pid, between_s
        self._all = [Wearable(number) for number in range(wearables)]
        for each in self._all:
            each.public = envelope.public_key(each.private)
        self._sent_s: dict[bytes, float] = {}
        """When each envelope was handed over, by its head."""
        self._delivered_s: list[float] = []
        self._to_be_had: Counter[int] = Counter()

    async def run(self) -> dict[str, Any]:
        for each in self._all:
            self._come(each)
        await self._until(lambda: all(each.client for each in self._all), CONNECTED_WITHIN_S)
        before_s, begin_s = cpu_s(self._pid), time.monotonic()
        await asyncio.gather(*(self._talk(each) for each in self._all))
        wanted = sum(self._to_be_had.values())
        with suppress(TimeoutError):
            await self._until(lambda: self._had() >= wanted, DRAINED_WITHIN_S)
        took_s = time.monotonic() - begin_s
        found = self._found(took_s, cpu_s(self._pid) - before_s)
        for each in self._all:
            await self._go(each)
        return found

    def _found(self, took_s: float, broker_s: float) -> dict[str, Any]:
        delivered_ms = sorted(1000 * each for each in self._delivered_s)
        wanted, had = sum(self._to_be_had.values()), self._had()
        doubled = sum(n - 1 for each in self._all for n in each.opened.values())
        return {
            "wearables": len(self._all),
            "letters": wanted,
            "lost": wanted - had,
            "doubled": doubled,
            "letters_per_s": round(had / took_s, 1),
            "delivery_p50_ms": round(statistics.median(delivered_ms), 1),
            "delivery_p95_ms": round(delivered_ms[int(0.95 * len(delivered_ms))], 1),
            "broker_rss_mb": round(_peak_kb(self._pid) / 1024, 1),
            "broker_cpu_share": round(broker_s / took_s, 3),
            "seconds": round(took_s, 1),
        }

    def _had(self) -> int:
        return sum(len(each.opened) for each in self._all)

    # --- one wearable --------------------------------------------------------------------------

    def _come(self, wearable: Wearable) -> None:
        async def serve(client: aiomqtt.Client) -> None:
            await client.subscribe(f"bench/{wearable.number}/+", qos=1)
            wearable.client = client

        def take(message: aiomqtt.Message) -> None:
            self._open(wearable, message)

        terms = connection.Terms(f"bench-{wearable.number}", take, session_s=SESSION_S)
        kept = connection.keep(self._broker, terms, serve, lambda _: None)
        wearable.task = asyncio.get_running_loop().create_task(kept)

    async def _go(self, wearable: Wearable) -> None:
        wearable.client = None
        if wearable.task:
            wearable.task.cancel()
            with suppress(asyncio.CancelledError):
                await wearable.task

    async def _talk(self, wearable: Wearable) -> None:
        await asyncio.sleep(self._between_s * wearable.number / len(self._all))
        for sentence in range(SENTENCES):
            is_away = wearable.is_sometimes_away and SENTENCES <= 3 * sentence < 2 * SENTENCES
            if is_away and wearable.client:
                await self._go(wearable)
            elif not (is_away or wearable.client):
                self._come(wearable)
                await self._until(lambda: wearable.client is not None, CONNECTED_WITHIN_S)
            if wearable.client:
                await self._say(wearable, wearable.client, sentence)
            await asyncio.sleep(self._between_s)

    async def _say(self, wearable: Wearable, client: aiomqtt.Client, sentence: int) -> None:
        first = wearable.number - wearable.number % TEAM
        letter = Letter(sentence + 1, WORDS.format(sentence, wearable.number))
        for other in self._all[first : first + TEAM]:
            if other is not wearable:
                closed = envelope.close(wearable.private, other.public, letter)
                if other.client:
                    self._sent_s[closed[: envelope.OPEN_BYTES]] = time.monotonic()
                self._to_be_had[other.number] += 1
                await client.publish(f"bench/{other.number}/{wearable.number}", closed, qos=1)

    def _open(self, wearable: Wearable, message: aiomqtt.Message) -> None:
        assert isinstance(message.payload, bytes)
        sender = self._all[int(message.topic.value.rpartition("/")[2])]
        letter = envelope.open_(wearable.private, sender.public, message.payload)
        wearable.opened[letter.text] += 1
        if sent_s := self._sent_s.pop(message.payload[: envelope.OPEN_BYTES], None):
            self._delivered_s.append(time.monotonic() - sent_s)

    @staticmethod
    async def _until(is_so: Any, within_s: float) -> None:  # noqa: ANN401 (a condition)
        async with asyncio.timeout(within_s):
            while not is_so():  # noqa: ASYNC110 (a bench looks from outside)
                await asyncio.sleep(0.05)


@contextmanager
def _mosquitto() -> Iterator[tuple[int, int]]:
    """Run a broker on a free port of loopback; yield the port and its process."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if not program:
        raise CannotMeasure("there is no broker to measure; apt install mosquitto")
    with socket.socket() as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "mosquitto.conf"
        settings.write_text(
            f"listener {port} {HERE}\nallow_anonymous true\nmax_queued_messages 100000\n"
        )
        quiet = subprocess.DEVNULL
        with subprocess.Popen([program, "-c", settings], stdout=quiet, stderr=quiet) as broker:  # noqa: S603 (found above)
            try:
                yield port, broker.pid
            finally:
                broker.terminate()


def _peak_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
