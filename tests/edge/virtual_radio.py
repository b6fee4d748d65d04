"""A pendant in the air, and who listens to it: both by bumble's Bluetooth, over a radio of its own.

`Pendant` serves our emulator's characteristics as a GATT table. `Receiver` is to the link what
BlueZ is to it, with bumble's client in the place of the service and its bus.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Connection, Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from firmware_bridge import omi
from firmware_bridge.bluez import ADAPTER, CHARACTERISTIC, DEVICE, BlueZ
from firmware_bridge.omi_emulator import Firmware

PENDANT, OURS = "F0:F1:F2:F3:F4:F5", "C0:C1:C2:C3:C4:C5"
MTU: Final = 517
SERVICES: Final = {
    omi.AUDIO_SERVICE: (omi.AUDIO, omi.CODEC, omi.PHOTO, omi.PHOTO_CONTROL),
    "19b10020-e8f2-537e-4f6c-d104768a1214": (omi.FEATURES,),
    "23ba7924-0000-1000-7450-346eac492e92": (omi.BUTTON,),
    "cab1ab95-2ea5-4f4d-bb56-874b72cfc984": (omi.HAPTIC,),
    "30295780-4301-eabd-2904-2849adfeae43": (omi.STORAGE,),
    "0000180f-0000-1000-8000-00805f9b34fb": (omi.BATTERY,),
}
CAN: Final = (
    Characteristic.Properties.READ
    | Characteristic.Properties.WRITE
    | Characteristic.Properties.NOTIFY
)
MAY: Final = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE


def radio() -> tuple[Device, Device]:
    """Return two devices in the same room: the pendant's, and ours."""
    room = LocalLink()

    def device(name: str, address: str) -> Device:
        controller = Controller(name, link=room, public_address=address)
        return Device.with_hci(name, Address(address), controller, AsyncPipeSink(controller))

    return device("Omi", PENDANT), device("ours", OURS)


class Pendant:
    """Our emulator's pendant, in the air."""

    def __init__(self, device: Device, firmware: Firmware) -> None:
        self._device, self.firmware = device, firmware
        self._table = {uuid: self._characteristic(uuid) for uuid in firmware.values}

    def _characteristic(self, uuid: str) -> Characteristic[bytes]:
        def written(_: Connection, value: bytes) -> None:
            for answering, answer in self.firmware.write(uuid, bytes(value)):
                asyncio.get_running_loop().create_task(self.tell(answering, answer))

        value = CharacteristicValue(lambda _: self.firmware.values[uuid], written)
        return Characteristic(uuid, CAN, MAY, value)

    async def begin(self) -> None:
        """Be in sight, and again whenever a connection ends."""
        for service, uuids in SERVICES.items():
            has = [self._table[uuid] for uuid in uuids if uuid in self._table]
            self._device.add_service(Service(service, has))
        await self._device.power_on()
        name = (AdvertisingData.COMPLETE_LOCAL_NAME, b"Omi")
        await self._device.start_advertising(
            advertising_data=bytes(AdvertisingData([name])), auto_restart=True
        )

    async def tell(self, uuid: str, value: bytes) -> None:
        """Send a notification to who wants them."""
        await self._device.notify_subscribers(self._table[uuid], value)

    async def drop(self) -> None:
        """End every connection."""
        for connection in list(self._device.connections.values()):
            await connection.disconnect()


class Receiver(BlueZ):
    """What BlueZ knows and does, by bumble's client."""

    def __init__(self, device: Device) -> None:
        super().__init__()
        self._device_of_ours = device
        self._remote: dict[str, Any] = {}
        """Path -> bumble's characteristic."""
        self.connections = 0

    async def connect(self) -> None:
        """Switch the radio on; it knows one device, which it has seen before."""
        await self._device_of_ours.power_on()
        about = {"Address": PENDANT, "Alias": "Omi", "UUIDs": [omi.AUDIO_SERVICE]}
        self.objects = {"/hci": {ADAPTER: {"Powered": True}}, "/hci/omi": {DEVICE: about}}

    async def refresh(self) -> bool:
        return True

    async def do(
        self, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> list[Any]:
        assert (interface, member) == (DEVICE, "Connect"), (path, member, signature, body)
        connection = await self._device_of_ours.connect(Address(PENDANT))
        self.connections += 1
        about = self.objects["/hci/omi"][DEVICE]
        about["Connected"] = True
        connection.on("disconnection", lambda _reason: self._gone())
        peer = Peer(connection)
        await peer.request_mtu(MTU)
        await peer.discover_services()
        await peer.discover_characteristics()
        found = [each for service in peer.services for each in service.characteristics]
        for number, each in enumerate(found):
            place = f"/hci/omi/{number}"
            self._remote[place] = each
            uuid = each.uuid.to_hex_str("-").lower()
            long = uuid if len(uuid) > 4 else f"0000{uuid}-0000-1000-8000-00805f9b34fb"
            self.objects[place] = {CHARACTERISTIC: {"UUID": long}}
        about["ServicesResolved"] = True
        self._changed.set()
        return []

    async def read(self, path: str) -> bytes:
        return bytes(await self._remote[path].read_value())

    async def write(self, path: str, value: bytes) -> None:
        await self._remote[path].write_value(value, with_response=True)

    async def notify(self, path: str, heard: Callable[[bytes], None]) -> None:
        await self._remote[path].subscribe(lambda value: heard(bytes(value)))

    def _gone(self) -> None:
        about = self.objects["/hci/omi"][DEVICE]
        about["Connected"] = about["ServicesResolved"] = False
        self._changed.set()

    def _must_be_connected(self) -> Any:  # noqa: ANN401 (there is no bus, and nobody asks it)
        return None
