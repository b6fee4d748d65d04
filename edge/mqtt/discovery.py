"""What does Home Assistant need to know so that a device appears by itself? Pure.

One retained message for the whole device, on `homeassistant/device/ID/config`: Home Assistant's
device discovery (2024.11 and later; home-assistant.io/integrations/mqtt, "Device discovery
payload"). The state is one retained JSON document that each entity takes its part of; an event is
not retained, for one that is replayed would have happened twice. Nothing in here is of the wearer:
no name, no host, no word.
"""

from dataclasses import dataclass
from typing import Any, Final

from edge.mqtt.state import EVENTS

ONLINE, OFFLINE = "online", "offline"
ON, OFF = "ON", "OFF"
MOST_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class Topics:
    """Where everything of one device lies."""

    device: str
    """A name that says nothing and stays."""

    @property
    def config(self) -> str:
        """Where Home Assistant finds the device."""
        return f"homeassistant/device/offrecord_{self.device}/config"

    @property
    def availability(self) -> str:
        """`online`, or `offline`: said by the broker too, when we cannot."""
        return f"offrecord/{self.device}/availability"

    @property
    def state(self) -> str:
        """How sensing stands."""
        return f"offrecord/{self.device}/state"

    @property
    def event(self) -> str:
        """What kind of thing happened."""
        return f"offrecord/{self.device}/event"

    @property
    def mute(self) -> str:
        """Where the house asks for silence."""
        return f"offrecord/{self.device}/mute/set"


def payload(topics: Topics, version: str, *, has_battery: bool) -> dict[str, Any]:
    """Return the message on `topics.config`."""
    entities = {
        "hearing": _entity(
            topics, "hearing", "binary_sensor", name="Hearing", icon="mdi:ear-hearing"
        ),
        "seeing": _entity(topics, "seeing", "binary_sensor", name="Seeing", icon="mdi:eye"),
        "mute": _entity(
            *(topics, "muted", "switch"),
            name="Mute",
            icon="mdi:microphone-off",
            command_topic=topics.mute,
            payload_on=ON,
            payload_off=OFF,
        ),
        "event": {
            "platform": "event",
            "unique_id": f"offrecord_{topics.device}_event",
            "name": "Last event",
            "state_topic": topics.event,
            "event_types": list(EVENTS.values()),
        },
    }
    if has_battery:
        entities["battery"] = _entity(
            *(topics, "battery", "sensor"),
            name="Wearable's battery",
            device_class="battery",
            state_class="measurement",
            unit_of_measurement="%",
            entity_category="diagnostic",
        )
    return {
        "device": {
            "identifiers": [f"offrecord_{topics.device}"],
            "name": "Offrecord",
            "manufacturer": "Offrecord",
            "model": "Companion",
            "sw_version": version,
        },
        "origin": {"name": "offrecord", "sw_version": version},
        "components": entities,
        "availability_topic": topics.availability,
        "qos": 1,
    }


def _entity(topics: Topics, part: str, platform: str, **more: str) -> dict[str, Any]:
    """Return an entity that takes its part of the state."""
    return {
        "platform": platform,
        "unique_id": f"offrecord_{topics.device}_{part}",
        "state_topic": topics.state,
        "value_template": f"{{{{ value_json.{part} }}}}",
        **more,
    }
