"""How does a phone find the device at home? By a name that says nothing and changes.

What zeroconf (mDNS, DNS-SD) says is a hint and no more: anybody may answer in its place, so a phone
believes only the key whose hash it was shown. The name is drawn afresh at every start, for every
new address, and every half hour: whoever listens in a café cannot follow it to the next.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from zeroconf import NonUniqueNameException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from edge.companion import addresses
from edge.companion.wire import VERSION

SERVICE: Final = "_offrecord._tcp.local."
NAME_BYTES: Final = 5
LOOK_EVERY_S: Final = 30.0
RENAMED_EVERY_S: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Service:
    """What is announced."""

    kind: str = SERVICE
    properties: Mapping[str, str] = field(default_factory=lambda: {"v": str(VERSION)})
    name: str = ""
    """Empty: one that changes."""
    address: str = ""
    """The only one at which it is announced; empty: all of this device's."""


class Discovery:
    """It announces from `begin` to `end`, also at an address that is new."""

    def __init__(self, port: int, service: Service = Service()) -> None:
        self._port, self._service = port, service
        self._telling: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Announce from now on."""
        if self._telling is None:
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def end(self) -> None:
        """Say goodbye."""
        if self._telling:
            self._telling.cancel()
            await asyncio.wait({self._telling})
            self._telling = None

    async def _tell(self) -> None:
        while True:
            here = self._here()
            try:
                await self._tell_at(here)
            except (OSError, NonUniqueNameException):  # the network has gone, or our luck has
                await asyncio.sleep(LOOK_EVERY_S)

    async def _tell_at(self, here: list[str]) -> None:
        """Announce these addresses for as long as they are right and the name is not old."""
        if not here:
            await asyncio.sleep(LOOK_EVERY_S)
            return
        zeroconf = AsyncZeroconf(interfaces=here)
        try:
            await (await zeroconf.async_register_service(self._info(here)))
            looks = round(RENAMED_EVERY_S / LOOK_EVERY_S)
            for _ in range(looks):
                await asyncio.sleep(LOOK_EVERY_S)
                if here != self._here():
                    return
        finally:
            await zeroconf.async_close()  # it says goodbye for all that is announced

    def _here(self) -> list[str]:
        own = [each for each in addresses.own() if ":" not in each]
        return [each for each in own if self._service.address in {"", each}]

    def _info(self, here: list[str]) -> AsyncServiceInfo:
        name, kind = self._service.name or secrets.token_hex(NAME_BYTES), self._service.kind
        return AsyncServiceInfo(
            kind,
            f"{name}.{kind}",
            port=self._port,
            properties=dict(self._service.properties),
            server=f"{name}.local.",
            parsed_addresses=here,
        )
