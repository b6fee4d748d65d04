"""A Bluetooth service that does not exist, on a bus of its own, with one emulated pendant in sight.

No kernel here has a radio. `bleak` finds, connects and reads the same fake, which is why it may
stand for BlueZ: `test_ble.py` has both.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from firmware_bridge import omi
from firmware_bridge.bluez import (
    ADAPTER,
    BLUEZ,
    CHARACTERISTIC,
    DEVICE,
    MANAGER,
    PROPERTIES,
    UNAVAILABLE,
)
from firmware_bridge.omi_emulator import Firmware

SERVICE = "org.bluez.GattService1"
HCI = "/org/bluez/hci0"
ADDRESS = "C0:FF:EE:00:00:01"
AT = f"{HCI}/dev_{ADDRESS.replace(':', '_')}"
NOT_PERMITTED = "org.bluez.Error.NotPermitted"
NOT_CONNECTED = "org.bluez.Error.NotConnected"


@contextlib.contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """Run a bus of its own; yield its address."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:dir={folder}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.wait()
        daemon.stdout.close()


def variants(values: dict[str, object]) -> dict[str, Variant]:
    kinds = {bool: "b", str: "s", list: "as", bytes: "ay", int: "n"}
    return {
        name: Variant("o" if name in {"Adapter", "Device", "Service"} else kinds[type(v)], v)
        for name, v in values.items()
    }


class FakeBlueZ:
    """One adapter, one pendant."""

    def __init__(self, pendant: Firmware, name: str = "Omi") -> None:
        self.pendant = pendant
        self.needs_pairing = False
        self.is_deaf = False
        """Whether the pendant has stopped answering, without a word."""
        self.is_connected = False
        self.connections = 0
        self.listened: set[str] = set()
        self._is_seen = False
        self._paths = {
            uuid: f"{AT}/service0001/char{n:04x}" for n, uuid in enumerate(pendant.values)
        }
        self._uuids = {path: uuid for uuid, path in self._paths.items()}
        self._name = name
        self._bus: MessageBus

    async def begin(self, address: str) -> None:
        self._bus = await MessageBus(bus_address=address).connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name(BLUEZ)

    def end(self) -> None:
        self._bus.disconnect()

    # --- the pendant's side --------------------------------------------------------------------

    def tell(self, characteristic: str, value: bytes) -> None:
        """Notify, if somebody listens."""
        if self.is_listened_to(characteristic):
            path = self._paths[characteristic]
            self._emit_changed(path, CHARACTERISTIC, {"Value": value})

    def is_listened_to(self, characteristic: str) -> bool:
        return self.is_connected and self._paths[characteristic] in self.listened

    def drop(self) -> None:
        """Be out of reach."""
        self.is_connected = False
        self.listened.clear()
        self._emit_changed(AT, DEVICE, {"Connected": False, "ServicesResolved": False})

    # --- BlueZ' side ---------------------------------------------------------------------------

    @property
    def _objects(self) -> dict[str, dict[str, dict[str, Variant]]]:
        adapter = {"Address": "00:00:00:00:00:00", "Powered": True, "Roles": ["central"]}
        objects = {HCI: {ADAPTER: variants({**adapter, "Discovering": False})}}
        if self._is_seen:
            objects[AT] = {DEVICE: self._device}
        if self.is_connected:
            service = {"UUID": omi.AUDIO_SERVICE, "Primary": True, "Device": AT}
            objects[f"{AT}/service0001"] = {SERVICE: variants(service)}
            for uuid, path in self._paths.items():
                about = {
                    "UUID": uuid,
                    "Service": f"{AT}/service0001",
                    "Value": b"",
                    "Notifying": False,
                    "Flags": ["read", "write", "notify"],
                    "MTU": 247,
                }
                objects[path] = {CHARACTERISTIC: variants(about)}
        return objects

    @property
    def _device(self) -> dict[str, Variant]:
        return variants(
            {
                "Address": ADDRESS,
                "AddressType": "public",
                "Name": self._name,
                "Alias": self._name,
                "Adapter": HCI,
                "UUIDs": [omi.AUDIO_SERVICE],
                "RSSI": -40,
                "Paired": False,
                "Connected": self.is_connected,
                "ServicesResolved": self.is_connected,
            }
        )

    def _answer(  # noqa: C901, PLR0911 (a line a call)
        self, asked: Message
    ) -> Message | bool | None:
        if asked.message_type is not MessageType.METHOD_CALL:
            return None
        if self.is_deaf and asked.interface == CHARACTERISTIC:
            return True
        match asked.interface, asked.member:
            case known, "GetManagedObjects" if known == MANAGER:
                return Message.new_method_return(asked, "a{oa{sa{sv}}}", [self._objects])
            case known, "GetAll" if known == PROPERTIES:
                values = self._objects[asked.path or ""][asked.body[0]]
                return Message.new_method_return(asked, "a{sv}", [values])
            case known, member if known == CHARACTERISTIC:
                return self._characteristic(asked, member)
            case known, "StartDiscovery" if known == ADAPTER:
                self._is_seen = True
                self._emit(
                    "/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", AT, {DEVICE: self._device}
                )
                loop = asyncio.get_running_loop()
                loop.call_later(0.1, self._emit_changed, AT, DEVICE, {"RSSI": -41})
            case known, "Connect" if known == DEVICE:
                self._connect()
            case known, "Disconnect" if known == DEVICE:
                asyncio.get_running_loop().call_soon(self.drop)
            case known, "Pair" if known == DEVICE:
                self.needs_pairing = False
            case known, "SetDiscoveryFilter" | "StopDiscovery" if known == ADAPTER:
                pass
            case _:
                return Message.new_error(asked, UNAVAILABLE, "not here")
        return Message.new_method_return(asked)

    def _connect(self) -> None:
        self.is_connected = True
        self.connections += 1
        for path, interfaces in self._objects.items():
            if path.startswith(f"{AT}/"):
                self._emit("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", path, interfaces)
        self._emit_changed(AT, DEVICE, {"Connected": True, "ServicesResolved": True})

    def _characteristic(self, asked: Message, member: str | None) -> Message:
        uuid = self._uuids[asked.path or ""]
        if not self.is_connected:  # nobody listens to one that is out of reach
            return Message.new_error(asked, NOT_CONNECTED, "Not Connected")
        if self.needs_pairing:
            return Message.new_error(asked, NOT_PERMITTED, "Insufficient encryption")
        if member == "ReadValue":
            return Message.new_method_return(asked, "ay", [self.pendant.values[uuid]])
        if member == "WriteValue":
            for characteristic, value in self.pendant.write(uuid, bytes(asked.body[0])):
                asyncio.get_running_loop().call_soon(self.tell, characteristic, value)
        elif member == "StartNotify":
            self.listened.add(asked.path or "")
        return Message.new_method_return(asked)

    def _emit_changed(self, path: str, interface: str, values: dict[str, object]) -> None:
        changed = variants(values)
        self._emit(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", interface, changed, [])

    def _emit(self, path: str, interface: str, member: str, signature: str, *body: object) -> None:
        self._bus.send(Message.new_signal(path, interface, member, signature, list(body)))
