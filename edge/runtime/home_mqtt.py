"""What does the runtime tell the user's house by MQTT, and what may the house ask of it?

It is told how sensing stands and what kind of thing happened, each after its row in the ledger. It
may close the ears, and cannot open them.
"""

import asyncio
import hashlib
import importlib.util
import json
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from edge import config
from edge.ledger import Leaving
from edge.messages import Control, Mute, Shown
from edge.mqtt import discovery, state
from edge.mqtt.broker import Broker, NoPassword
from edge.mqtt.discovery import Topics
from edge.runtime.present import Present, Show

if TYPE_CHECKING:
    import aiomqtt

LIBRARY: Final = "aiomqtt"
NOT_INSTALLED: Final = (
    "[home] mqtt needs a library: `pip install 'offrecord[home]'`; nobody is told"
)
MOST_EVENTS: Final = 16
"""That wait while the broker is away; then the oldest is nobody's news any more."""
GOODBYE_WITHIN_S: Final = 2.0
REFUSED: Final = "the house asked to hear and see again; only you can"
WHY: Final = "the house is told how sensing stands"


class HomeMqtt:
    """The runtime's side of `edge/mqtt/`."""

    def __init__(self, settings: config.Home, secret: bytes, present: Present, show: Show) -> None:
        """Load what connects; tell the launcher what the house wants. Raises broker.NoPassword."""
        from importlib.metadata import version  # noqa: PLC0415 (both are for who has a broker)

        from edge.mqtt import connection  # noqa: PLC0415 (5 MB)

        self._connection = connection
        name = hashlib.sha256(b"mqtt" + secret).hexdigest()[: discovery.MOST_DIGITS]
        self.topics = Topics(name)
        self._version = version("offrecord")  # a file is read: before the seal
        self._broker = Broker.read(settings.mqtt, settings.password_env)
        self._present, self._show = present, show
        self._state = state.State()
        self._standing: dict[str, str] = {}
        """What is to lie on the broker, by topic."""
        self._lies: dict[str, str] = {}
        """What does."""
        self._events: deque[str] = deque(maxlen=MOST_EVENTS)
        self._news, self._said = asyncio.Event(), asyncio.Event()
        self._is_connected = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Connect, and stay connected."""
        self._stand_all()
        self._stand(self.topics.availability, discovery.ONLINE)
        connection = self._connection
        last = connection.will(self.topics.availability, discovery.OFFLINE)
        terms = connection.Terms(f"offrecord-{self.topics.device}", self._take, last)
        kept = connection.keep(self._broker, terms, self._serve, self._present.tell)
        self._task = asyncio.get_running_loop().create_task(kept)

    async def close(self) -> None:
        """Say that we go, where somebody hears it."""
        if not self._task:
            return
        self._stand(self.topics.availability, discovery.OFFLINE)
        if self._is_connected:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_WITHIN_S):
                    await self._said.wait()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    # --- what is told --------------------------------------------------------------------------

    def told(self, message: Control) -> None:
        """Know how the senses stand."""
        after = state.fold(self._state, message)
        if after != self._state:
            self._state = after
            self._stand_all()

    def shown(self, message: Shown) -> None:
        """Know that something happened."""
        if kind := state.event(message):
            self._events.append(json.dumps({"event_type": kind}))
            self._wake()

    def _stand_all(self) -> None:
        has_battery = self._state.battery_percent != state.UNKNOWN
        device = discovery.payload(self.topics, self._version, has_battery=has_battery)
        self._stand(self.topics.config, json.dumps(device))
        self._stand(self.topics.state, json.dumps(self._state.payload()))

    def _stand(self, topic: str, payload: str) -> None:
        self._standing[topic] = payload
        self._wake()

    def _wake(self) -> None:
        self._said.clear()
        self._news.set()

    # --- while there is a connection -----------------------------------------------------------

    async def _serve(self, client: "aiomqtt.Client") -> None:
        self._lies.clear()
        self._is_connected = True
        try:
            await client.subscribe(self.topics.mute, qos=1)
            while True:
                await self._say_what_is_new(client)
                self._said.set()
                await self._news.wait()
        finally:
            self._is_connected = False

    async def _say_what_is_new(self, client: "aiomqtt.Client") -> None:
        self._news.clear()
        for topic, payload in self._standing.items():
            if self._lies.get(topic) != payload:
                await self._publish(client, topic, payload, lasts=True)
                self._lies[topic] = payload
        while self._events:
            await self._publish(client, self.topics.event, self._events.popleft(), lasts=False)

    async def _publish(
        self, client: "aiomqtt.Client", topic: str, payload: str, *, lasts: bool
    ) -> None:
        size_bytes = len(payload.encode())
        self._present.enter(Leaving("HomeState", size_bytes, WHY, payload, str(self._broker)))
        await client.publish(topic, payload, qos=1, retain=lasts)

    def _take(self, message: "aiomqtt.Message") -> None:
        """Do what the house asks now; what it asked some day, and the broker kept, is nothing."""
        if message.retain or message.topic.value != self.topics.mute:
            return
        if message.payload == discovery.ON.encode():
            self._show(Mute())
        else:
            self._present.tell(REFUSED)
            self._lies.pop(self.topics.state, None)  # the switch springs back
            self._wake()


def told(
    settings: config.Home, secret: bytes, present: Present, watching: list[Show]
) -> HomeMqtt | None:
    """Return what tells the house, and have it watch; None, and a notice, where it cannot."""
    if not settings.mqtt:
        return None
    if not importlib.util.find_spec(LIBRARY):
        present.tell(NOT_INSTALLED)
        return None
    try:
        house = HomeMqtt(settings, secret, present, watching[0])
    except NoPassword as refusal:
        present.tell(str(refusal))
        return None
    watching.append(house.shown)
    return house
