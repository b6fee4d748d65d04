"""What does the doctor say of the user's MQTT broker? Whether it lets us in; it is told nothing."""

import asyncio
import importlib.util
from collections.abc import Iterator

from edge.config import Config
from edge.doctor.finding import Finding
from edge.mqtt.broker import Broker, NoPassword

NAME = "house (MQTT)"


def house(settings: Config) -> Iterator[Finding]:
    """Connect to the broker that is configured, if one is, and go."""
    if not settings.home.mqtt:
        return
    if not importlib.util.find_spec("aiomqtt"):
        yield Finding(NAME, "note", "its library is missing", "pip install 'offrecord[home]'")
        return
    from edge.mqtt import connection  # noqa: PLC0415 (for who has a broker)

    try:
        broker = Broker.read(settings.home.mqtt, settings.home.password_env)
        refusal = asyncio.run(connection.refusal(broker))
    except NoPassword as problem:
        refusal = str(problem)
    if refusal:
        yield Finding(NAME, "note", f"{refusal}; nobody is told meanwhile", "see docs/home.md")
    else:
        yield Finding(NAME, "ok", f"{broker} lets us in")
