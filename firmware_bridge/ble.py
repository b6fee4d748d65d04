"""The Bluetooth link: one Omi pendant, or its glasses, by BlueZ. Found again whenever it was lost.

A pendant is known by its audio service, or by the name or address that the user gave. It is told to
take no photo unless one is wanted, and, if the user said so, to forget what it recorded alone.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Final

from dbus_fast import Variant

from firmware_bridge import omi, omi_ring
from firmware_bridge.bluez import ADAPTER, BATTERY, CHARACTERISTIC, DEVICE, BlueZ, Refused
from firmware_bridge.frames import Mute
from firmware_bridge.links import Lost, Standing, Terms
from firmware_bridge.omi_photo import Chunks
from firmware_bridge.omi_sound import Sound
from firmware_bridge.session import Gone

BACK_OFF_S: Final = (0.2, 1.0, 2.0, 5.0, 10.0)
"""Before it is looked for again, by how often in a row that has failed."""
SILENT_AFTER_S: Final = 5.0
"""Without sound for so long, it is asked whether it is still there: it may only be mute."""
PHOTO_WITHIN_S: Final = 20.0
LOOK_FOR_S: Final = 30.0
CONNECTS_WITHIN_S: Final = 30.0
WATCH_EVERY_S: Final = 1.0
NEEDS_PAIRING: Final = ("NotPermitted", "NotAuthorized", "NotPaired", "AuthenticationFailed")

NO_SERVICE: Final = "Bluetooth's service does not answer; `sudo systemctl start bluetooth`"
NO_ADAPTER: Final = "there is no Bluetooth that is switched on; `bluetoothctl power on`"
OUT_OF_SIGHT: Final = "no such wearable is in sight; wear it near, and free it of its phone"
NO_PENDANT: Final = "that wearable has no sound that an Omi pendant would have"
NOT_PAIRED: Final = "the wearable wants to be paired first: `bluetoothctl pair` its address"
NOT_CLEARED: Final = "the wearable did not forget what it has recorded by itself"


class _Unlike(RuntimeError):
    """It cannot be spoken with; the message tells a person why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user named."""

    who: str = ""
    """Its name or its address; empty: whichever has the audio service."""
    purge: bool = False
    """Whether it is to forget what it has recorded by itself."""


class Link:
    """One pendant by the bus that is connected already."""

    def __init__(self, terms: Terms, bluez: BlueZ, wanted: Wanted) -> None:
        self._now, self._take = terms.now, terms.take
        self._bluez, self._wanted = bluez, wanted
        self._loop = asyncio.get_running_loop()
        self._device = self._name = self._trouble = ""
        self._has: dict[str, str] = {}
        """Characteristic -> its path, while it is connected."""
        self._sound: Sound | None = None
        self._chunks = Chunks()
        self._battery_percent = -1
        self._before = (0, 0, 0, 0)
        """Lost, late, twice and damaged, of earlier connections."""
        self._failures = 0
        self._heard_s = self._photo_s = 0.0
        self._is_photo_due = True
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def standing(self) -> Standing | None:
        """How it stands; None before one was found."""
        if not self._name and not self._trouble:
            return None
        lost, late, twice, damaged = self._counts()
        return Standing(
            self._name,
            self._sound is not None,
            self._battery_percent,
            lost,
            late,
            twice,
            damaged,
            trouble=self._trouble,
        )

    async def serve(self) -> None:
        """Bring what the pendant sends, for ever; raise Lost when the bus is gone."""
        while True:
            try:
                await self._find()
                await self._connect()
                await self._watch()
            except Refused as refusal:
                self._trouble = _words(str(refusal))
            except _Unlike as why:
                self._trouble = str(why)
            except TimeoutError:
                self._trouble = OUT_OF_SIGHT
                await self._let_go()
            finally:
                self._leave()
            await asyncio.sleep(BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)])
            self._failures += 1

    async def photo_done(self) -> None:
        """Let the next photo come."""
        self._is_photo_due = True
        await self._ask_for_photo()

    # --- find, connect -------------------------------------------------------------------------

    async def _find(self) -> None:
        """Find the device, in what BlueZ knows or in the air."""
        if not self._bluez.objects and not await self._bluez.refresh():
            raise _Unlike(NO_SERVICE)
        if self._found():
            return
        adapters = [
            path
            for path in self._bluez.paths(ADAPTER)
            if self._bluez.value(path, ADAPTER, "Powered")
        ]
        if not adapters:
            raise _Unlike(NO_ADAPTER)
        only = {"Transport": Variant("s", "le")}
        if not self._wanted.who:
            only["UUIDs"] = Variant("as", [omi.AUDIO_SERVICE])
        await self._bluez.do(adapters[0], ADAPTER, "SetDiscoveryFilter", "a{sv}", only)
        await self._bluez.do(adapters[0], ADAPTER, "StartDiscovery")
        try:
            if not await self._bluez.until(self._found, LOOK_FOR_S):
                raise _Unlike(OUT_OF_SIGHT)
        finally:
            await self._bluez.do(adapters[0], ADAPTER, "StopDiscovery")

    def _found(self) -> bool:
        self._device = next(filter(self._is_wanted, self._bluez.paths(DEVICE)), "")
        return bool(self._device)

    def _is_wanted(self, path: str) -> bool:
        about = self._bluez.objects[path][DEVICE]
        if self._wanted.who:
            names = {about.get("Name"), about.get("Alias"), str(about.get("Address")).lower()}
            return self._wanted.who in names or self._wanted.who.lower() in names
        return omi.AUDIO_SERVICE in map(str.lower, about.get("UUIDs") or ())

    async def _connect(self) -> None:
        """Connect, and have all told that it has to tell."""
        device, bluez = self._device, self._bluez
        if not bluez.value(device, DEVICE, "Connected"):
            await bluez.do(device, DEVICE, "Connect")
        if not await bluez.until(
            lambda: bool(bluez.value(device, DEVICE, "ServicesResolved")), CONNECTS_WITHIN_S
        ):
            raise TimeoutError
        self._name = str(bluez.value(device, DEVICE, "Alias") or "")
        self._has = {
            str(bluez.value(path, CHARACTERISTIC, "UUID")).lower(): path
            for path in bluez.paths(CHARACTERISTIC, f"{device}/")
        }
        if omi.AUDIO not in self._has or omi.CODEC not in self._has:
            raise _Unlike(NO_PENDANT)
        try:
            codec = omi.codec(await self._read_codec())
        except omi.UnknownCodec as unknown:
            raise _Unlike(str(unknown)) from None
        if omi.PHOTO_CONTROL in self._has:  # some take photos by themselves from the start
            await bluez.write(self._has[omi.PHOTO_CONTROL], omi.NO_PHOTOS)
        self._chunks = Chunks()
        self._sound = Sound(codec)
        self._trouble, self._heard_s = "", self._loop.time()
        await self._listen()
        await self._ask_for_photo()
        self._failures = 0

    async def _read_codec(self) -> bytes:
        """Return what tells its codec; newer firmware wants to be paired before."""
        path = self._has[omi.CODEC]
        try:
            return await self._bluez.read(path)
        except Refused as refusal:
            if not str(refusal).endswith(NEEDS_PAIRING):
                raise
        try:
            await self._bluez.do(self._device, DEVICE, "Pair")
        except Refused:
            raise _Unlike(NOT_PAIRED) from None
        return await self._bluez.read(path)

    async def _listen(self) -> None:
        hears = {
            omi.AUDIO: self._hear_sound,
            omi.PHOTO: self._hear_photo,
            omi.BUTTON: self._hear_button,
            omi.BATTERY: self._hear_battery,
            omi.STORAGE: self._hear_storage,
        }
        for characteristic, hear in hears.items():
            if path := self._has.get(characteristic):
                await self._bluez.notify(path, hear)
        if path := self._has.get(omi.BATTERY):
            self._hear_battery(await self._bluez.read(path))
        if path := self._has.get(omi.STORAGE):
            await self._bluez.write(path, omi_ring.ASK)
        if path := self._has.get(omi.HAPTIC):  # its wearer feels that it is heard from now on
            await self._bluez.write(path, omi.HAPTIC_100_MS)

    # --- while it is connected -----------------------------------------------------------------

    async def _watch(self) -> None:
        """Return when it is gone, or does not answer any more. Raises as BlueZ does."""
        device, bluez = self._device, self._bluez
        while not await bluez.until(
            lambda: not bluez.value(device, DEVICE, "Connected"), WATCH_EVERY_S
        ):
            now_s = self._loop.time()
            if (charge := bluez.value(device, BATTERY, "Percentage")) is not None:
                self._battery_percent = charge  # where BlueZ keeps that service to itself
            if self._is_photo_due and now_s - self._photo_s > PHOTO_WITHIN_S:
                await self._ask_for_photo()
            if now_s - self._heard_s > SILENT_AFTER_S:
                async with asyncio.timeout(SILENT_AFTER_S):
                    await bluez.read(self._has[omi.CODEC])
                self._heard_s = self._loop.time()

    async def _let_go(self) -> None:
        """Have BlueZ let go of one that does not answer, so that it is connected afresh."""
        with contextlib.suppress(Refused, TimeoutError):
            if self._device:
                await self._bluez.do(self._device, DEVICE, "Disconnect")

    def _leave(self) -> None:
        """Let go of it, where it was connected."""
        self._bluez.forget(f"{self._device}/")
        self._has = {}
        if sound := self._sound:
            for heard in sound.end(self._now()):
                self._take(heard)
            self._before, self._sound = self._counts(), None
            self._take(Gone())

    def _counts(self) -> tuple[int, int, int, int]:
        if not self._sound:
            return self._before
        order, damaged = self._sound.fragments.order, self._sound.fragments.damaged
        lost, late, twice, before = self._before
        return lost + order.lost, late + order.late, twice + order.twice, before + damaged

    async def _ask_for_photo(self) -> None:
        if path := self._has.get(omi.PHOTO_CONTROL):
            self._photo_s = self._loop.time()
            await self._try_to_write(path, omi.ONE_PHOTO)

    async def _try_to_write(self, path: str, value: bytes) -> None:
        """Write what is written again by and by, if the pendant is still there."""
        with contextlib.suppress(Refused, TimeoutError, Lost):
            await self._bluez.write(path, value)

    def _soon(self, doing: Coroutine[None, None, None]) -> None:
        """Do something that what was heard asks for."""
        task = self._loop.create_task(doing)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    # --- what it tells -------------------------------------------------------------------------

    def _hear_sound(self, value: bytes) -> None:
        self._heard_s = self._loop.time()
        if self._sound:
            for heard in self._sound.take(value, self._now()):
                self._take(heard)

    def _hear_photo(self, value: bytes) -> None:
        self._photo_s = self._loop.time()
        for photo in self._chunks.take(value, self._now()):
            if photo:
                self._is_photo_due = False
                self._take(photo)
            else:
                self._soon(self._ask_for_photo())

    def _hear_button(self, value: bytes) -> None:
        if omi.is_mute(value):
            self._take(Mute())

    def _hear_battery(self, value: bytes) -> None:
        self._battery_percent = omi.percent(value)

    def _hear_storage(self, value: bytes) -> None:
        told = omi_ring.answer(value)
        if isinstance(told, omi_ring.Cleared):
            self._trouble = "" if told.is_done else NOT_CLEARED
        elif told and told.records and self._wanted.purge:
            self._soon(self._try_to_write(self._has[omi.STORAGE], omi_ring.CLEAR))
        elif told and told.records:
            self._trouble = (
                f"the wearable has recorded {told.size_kib} KiB of sound by itself; "
                "--wearable omi-purge makes it forget that"
            )


def _words(error: str) -> str:
    """Return what a person is told of BlueZ's error."""
    return NOT_PAIRED if error.endswith(NEEDS_PAIRING) else f"Bluetooth says {error}"
