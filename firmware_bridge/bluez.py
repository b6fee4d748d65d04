"""BlueZ, Linux' Bluetooth service, over one connection to the system bus that is made once.

`bleak` makes a new connection to the bus for each device, which a sealed process cannot; so this
says the few words itself, with the D-Bus library that bleak uses. It believes nobody on the bus but
who owns the name org.bluez. (BlueZ: doc/org.bluez.Device.rst, org.bluez.GattCharacteristic.rst.)
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.unpack import unpack_variants

from firmware_bridge.links import Lost

BLUEZ: Final = "org.bluez"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
CHARACTERISTIC, BATTERY = "org.bluez.GattCharacteristic1", "org.bluez.Battery1"
PROPERTIES, MANAGER = "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.ObjectManager"
THE_BUS, BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
ANSWERS_WITHIN_S: Final = 15.0
MATCHES: Final = (
    f"type='signal',sender='{BLUEZ}'",
    f"type='signal',sender='{THE_BUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",
)
UNAVAILABLE: Final = f"{THE_BUS}.Error.ServiceUnknown"


class Refused(RuntimeError):
    """BlueZ does not do it; the message is the error's name."""


class BlueZ:
    """What BlueZ knows, kept up to date, and what it can be asked."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {}
        """Path -> interface -> property -> value."""
        self._bus: MessageBus | None = None
        self._owner = ""
        self._changed = asyncio.Event()
        self._heard: dict[str, Callable[[bytes], None]] = {}

    async def connect(self) -> None:
        """Connect to the system bus, and ask what there is; raise OSError without a bus."""
        self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        self._bus.add_message_handler(self._hear)
        for rule in MATCHES:
            await self._ask(THE_BUS, BUS_PATH, THE_BUS, "AddMatch", "s", rule)
        await self.refresh()

    def close(self) -> None:
        """Leave the bus."""
        if self._bus:
            self._bus.disconnect()

    async def refresh(self) -> bool:
        """Ask who BlueZ is and all that it knows; return False where it is not there."""
        try:
            (self._owner,) = await self._ask(THE_BUS, BUS_PATH, THE_BUS, "GetNameOwner", "s", BLUEZ)
            (known,) = await self._ask(BLUEZ, "/", MANAGER, "GetManagedObjects")
        except Refused:
            self._owner, self.objects = "", {}
            return False
        self.objects = {
            path: {name: dict(values) for name, values in interfaces.items()}
            for path, interfaces in known.items()
        }
        return True

    # --- what there is -------------------------------------------------------------------------

    def paths(self, interface: str, below: str = "/") -> list[str]:
        """Return the objects that have an interface, below a path."""
        having = (path for path, has in self.objects.items() if interface in has)
        return sorted(path for path in having if path.startswith(below))

    def value(self, path: str, interface: str, name: str) -> Any:  # noqa: ANN401 (BlueZ's own)
        """Return a property; None where there is none."""
        return self.objects.get(path, {}).get(interface, {}).get(name)

    async def until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        """Wait until something is so, as far as BlueZ tells; False when time is up. Raises Lost."""
        ends_s = asyncio.get_running_loop().time() + within_s
        while not is_so():
            self._changed.clear()
            left_s = ends_s - asyncio.get_running_loop().time()
            if left_s <= 0:
                return False
            self._must_be_connected()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, ANSWERS_WITHIN_S)):
                    await self._changed.wait()
        return True

    # --- what it does --------------------------------------------------------------------------

    async def do(
        self, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> list[Any]:
        """Have BlueZ do something; raise Refused, TimeoutError or Lost."""
        return await self._ask(BLUEZ, path, interface, member, signature, *body)

    async def read(self, path: str) -> bytes:
        """Return a characteristic's value; raise as `do`."""
        (value,) = await self.do(path, CHARACTERISTIC, "ReadValue", "a{sv}", {})
        return bytes(value)

    async def write(self, path: str, value: bytes) -> None:
        """Write a characteristic, and wait until the wearable has it; raise as `do`."""
        how = {"type": Variant("s", "request")}
        await self.do(path, CHARACTERISTIC, "WriteValue", "aya{sv}", value, how)

    async def notify(self, path: str, heard: Callable[[bytes], None]) -> None:
        """Have a characteristic's new values given to `heard`, on the loop; raise as `do`."""
        self._heard[path] = heard
        await self.do(path, CHARACTERISTIC, "StartNotify")

    def forget(self, below: str) -> None:
        """Let nothing be heard any more of what lies below a path."""
        self._heard = {p: heard for p, heard in self._heard.items() if not p.startswith(below)}

    # --- the bus -------------------------------------------------------------------------------

    async def _ask(
        self, to: str, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> list[Any]:  # fmt: skip
        bus = self._must_be_connected()
        message = Message(
            destination=to,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            answer = await bus.call(message)
        if answer.message_type is MessageType.ERROR:
            raise Refused(answer.error_name)
        told: list[Any] = unpack_variants(answer.body)
        return told

    def _must_be_connected(self) -> MessageBus:
        if not self._bus or not self._bus.connected:
            raise Lost
        return self._bus

    def _hear(self, message: Message) -> None:
        """Take a signal of BlueZ, or of the bus about it."""
        if message.message_type is not MessageType.SIGNAL:
            return
        if message.sender == THE_BUS and message.member == "NameOwnerChanged":
            _, _, self._owner = message.body
            self.objects = {}  # a new BlueZ knows nothing of the old one's
        elif message.sender == self._owner:
            self._note(message)
        else:
            return
        self._changed.set()

    def _note(self, message: Message) -> None:
        body: list[Any] = unpack_variants(message.body)
        match message.interface, message.member, body:
            case "org.freedesktop.DBus.Properties", "PropertiesChanged", [name, values, gone]:
                self._change(message.path or "/", name, values, gone)
            case "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", [path, added]:
                for name, values in added.items():
                    self.objects.setdefault(path, {})[name] = dict(values)
            case "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", [path, names]:
                for name in names:
                    self.objects.get(path, {}).pop(name, None)
            case _:
                pass

    def _change(self, path: str, name: str, values: Mapping[str, Any], gone: list[str]) -> None:
        if name == CHARACTERISTIC and "Value" in values:
            if heard := self._heard.get(path):
                heard(bytes(values["Value"]))
            return  # what a wearable says is not kept here
        known = self.objects.setdefault(path, {}).setdefault(name, {})
        known.update(values)
        for each in gone:
            known.pop(each, None)
