"""What Home Assistant accepts is a table here, for its own package is too large to install.

Taken from `homeassistant/components/mqtt/schemas.py` (DEVICE_DISCOVERY_SCHEMA refuses unknown keys)
and from the PLATFORM_SCHEMA of each platform's file beside it, home-assistant/core, 2026.
"""

import re
from typing import Any

import pytest

from edge.mqtt.discovery import Topics, payload

DEVICE_MESSAGE = {
    "required": {"device", "components", "origin"},
    "optional": {
        *("availability_topic", "availability_template", "payload_available", "qos", "encoding"),
        *("payload_not_available", "availability_mode", "availability"),
        *("state_topic", "command_topic"),
    },
}
DEVICE = {
    *("identifiers", "connections", "manufacturer", "model", "name", "hw_version", "sw_version"),
    *("serial_number", "via_device", "suggested_area", "configuration_url"),
}
ORIGIN = {"name", "sw_version", "support_url"}
ENTITY = {"platform", "unique_id", "name", "icon", "entity_category", "device_class"}
PLATFORMS: dict[str, tuple[set[str], set[str]]] = {
    "binary_sensor": ({"state_topic"}, {"value_template", "payload_on", "payload_off"}),
    "switch": (
        {"command_topic"},
        {"state_topic", "value_template", "payload_on", "payload_off", "state_on", "state_off"},
    ),
    "event": ({"state_topic", "event_types"}, {"value_template"}),
    "sensor": ({"state_topic"}, {"value_template", "unit_of_measurement", "state_class"}),
}
"""Of each platform what must be there, and what else may be."""
TOPIC = re.compile(r"[^#+\0]{1,65535}")
DISCOVERY_TOPIC = re.compile(r"homeassistant/device/[a-zA-Z0-9_-]+/config")


def found(*, has_battery: bool) -> dict[str, Any]:
    return payload(Topics("0123456789"), "0.1.0", has_battery=has_battery)


@pytest.mark.parametrize("has_battery", [False, True])
def test_home_assistant_accepts_the_device(has_battery: bool) -> None:
    message = found(has_battery=has_battery)
    assert DEVICE_MESSAGE["required"] <= message.keys()
    assert message.keys() <= DEVICE_MESSAGE["required"] | DEVICE_MESSAGE["optional"]
    assert message["device"].keys() <= DEVICE
    assert message["device"]["identifiers"]
    assert message["origin"].keys() <= ORIGIN
    assert message["origin"]["name"]
    assert message["qos"] in {0, 1, 2}


@pytest.mark.parametrize("has_battery", [False, True])
def test_home_assistant_accepts_each_entity(has_battery: bool) -> None:
    entities = found(has_battery=has_battery)["components"].values()
    for entity in entities:
        required, optional = PLATFORMS[entity["platform"]]
        assert required <= entity.keys()
        assert entity.keys() <= ENTITY | required | optional
        assert all(TOPIC.fullmatch(entity[key]) for key in entity if key.endswith("_topic"))
    assert len({entity["unique_id"] for entity in entities}) == len(entities)


def test_it_is_found_where_home_assistant_looks() -> None:
    assert DISCOVERY_TOPIC.fullmatch(Topics("0123456789").config)


def test_a_battery_is_there_only_with_a_wearable_that_has_one() -> None:
    assert "battery" not in found(has_battery=False)["components"]
    assert "battery" in found(has_battery=True)["components"]
