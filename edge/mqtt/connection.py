"""How does a connection to the user's broker last? It is made again, later each time, for ever.

What arrives is handed on within the library's own call-back, before it is acknowledged: whoever
fails to keep it gets it once more.
"""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NoReturn

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.mqtt.broker import Broker

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
WITHIN_S: Final = 10.0
"""For the greeting, and for each acknowledgement."""
KEEP_ALIVE_S: Final = 30
"""After half as long again without a sign the broker says our last will (MQTT 5, 3.1.2.10)."""
MOST_INCOMING_BYTES: Final = 64 << 10
NOT_ALLOWED: Final = frozenset({134, 135})
"""Reason codes: Bad User Name or Password, Not authorized (MQTT 5, table 3-1)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """As whom, and what is said when we cannot say it."""

    client: str
    take: Callable[[aiomqtt.Message], None]
    """Gets each message before it is acknowledged; what it raises ends the connection."""
    will: aiomqtt.Will | None = None
    session_s: int = 0
    """So long the broker keeps what comes while nobody is there; 0: it does not."""


def will(topic: str, payload: str) -> aiomqtt.Will:
    """Return what the broker is to say, and to keep, when we end without a word."""
    return aiomqtt.Will(topic, payload, qos=1, retain=True)


Serve = Callable[[aiomqtt.Client], Awaitable[None]]
Tell = Callable[[str], None]


async def keep(broker: Broker, terms: Terms, serve: Serve, tell: Tell) -> NoReturn:
    """Connect, let `serve` use the connection, and connect again; tell once what is wrong.

    Must be cancelled to end. `serve` may return; the connection then only listens.
    """
    secure = ssl.create_default_context() if broker.is_secure else None
    told, pause_s = "", FIRST_PAUSE_S
    while True:
        try:
            async with _client(broker, terms, secure) as client, asyncio.TaskGroup() as tasks:
                if told:
                    tell(f"{broker} is back")
                told, pause_s = "", FIRST_PAUSE_S
                tasks.create_task(_until_lost(client))
                await serve(client)
        except* aiomqtt.MqttError as problems:
            problem = why(broker, problems)
            if problem != told:
                tell(problem)
            told = problem
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 (no secret: not all at once)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 2)


async def refusal(broker: Broker) -> str:
    """Connect once, and go; return one sentence on what is wrong, none where nothing is."""
    secure = ssl.create_default_context() if broker.is_secure else None
    try:
        async with _client(broker, Terms("", lambda _: None), secure):
            return ""
    except aiomqtt.MqttError as problem:
        return why(broker, ExceptionGroup("", [problem]))


async def _until_lost(client: aiomqtt.Client) -> None:
    async for _ in client.messages:
        pass  # `take` has had it


def _client(broker: Broker, terms: Terms, secure: ssl.SSLContext | None) -> aiomqtt.Client:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = terms.session_s
    properties.MaximumPacketSize = MOST_INCOMING_BYTES

    class AtOnce(asyncio.Queue[aiomqtt.Message]):
        """The library's queue of what has come: it is handed on where it would wait."""

        def put_nowait(self, item: aiomqtt.Message) -> None:
            terms.take(item)

    return aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.user or None,
        password=broker.password or None,
        identifier=terms.client,
        queue_type=AtOnce,
        protocol=aiomqtt.ProtocolVersion.V5,
        will=terms.will,
        timeout=WITHIN_S,
        keepalive=KEEP_ALIVE_S,
        clean_start=not terms.session_s,
        properties=properties,
        tls_context=secure,
    )


def why(broker: Broker, problems: BaseExceptionGroup[aiomqtt.MqttError]) -> str:
    """Return one sentence: what is wrong, and what to do."""
    problem: BaseException = problems
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    unproven = problem.__context__  # the library raises its own from it, and hides it
    if isinstance(unproven, ssl.SSLCertVerificationError):
        return (
            f"{broker} cannot prove who it is, so it is told nothing "
            f"({unproven.verify_message.rstrip('.')}); give it a certificate of this name, of an "
            "authority that this system knows (update-ca-certificates) or SSL_CERT_FILE names"
        )
    if isinstance(unproven, ssl.SSLError):
        return f"{broker} does not speak TLS as mqtts:// needs it, so it is told nothing"
    code = getattr(getattr(problem, "rc", None), "value", None)
    if code in NOT_ALLOWED:
        return (
            f"{broker} refuses the user or the password; "
            "correct [home] mqtt, or the variable that password_env names"
        )
    return f"{broker} cannot be reached; it is tried again"
