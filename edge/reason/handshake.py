"""When is an endpoint asked what it can do? Once, while nobody waits for an answer of its.

What is known already is read; the others are asked in the background, one after the other. A
question of the wearer's comes first: what was being asked is broken off, and begun again after it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from edge.reason import abilities
from edge.reason.parts import EndpointFailed, Enter

if TYPE_CHECKING:  # what asks over the network takes 13 MB, and may have nobody to ask
    import aiohttp

    from edge.reason.remote import Remote

logger = logging.getLogger(__name__)


class Handshake:
    """What is known of the endpoints, and the finding out of the rest."""

    def __init__(self, folder: Path, session: "aiohttp.ClientSession | None", enter: Enter) -> None:
        self._folder, self._session, self._enter = folder, session, enter
        self._unknown: list[Remote] = []
        self._asking: asyncio.Task[None] | None = None

    def begin(self, remotes: Iterable["Remote"]) -> None:
        """Know what is known, and begin to find out the rest."""
        known = abilities.read(self._folder)
        for remote in remotes:
            remote.abilities = known.get(abilities.name_of(remote.settings), remote.abilities)
            self.know(remote)
        self.go_on()

    def know(self, remote: "Remote") -> None:
        """Find out about one that is there, when nobody waits, unless it is known."""
        if not remote.abilities.is_known and remote not in self._unknown:
            self._unknown.append(remote)

    def go_on(self) -> None:
        """Find out what is unknown."""
        if self._unknown and (not self._asking or self._asking.done()):
            self._asking = asyncio.get_running_loop().create_task(self._find_out())
            self._asking.add_done_callback(_let_it_die)

    def pause(self) -> None:
        """Leave the endpoints to the wearer's question."""
        if self._asking:
            self._asking.cancel()
            self._asking = None

    async def finish(self) -> None:
        """End it, and wait until it has ended."""
        asking = self._asking
        self._unknown.clear()  # who breaks off a question now would go on with them
        self.pause()
        if asking:
            await asyncio.wait({asking})

    async def _find_out(self) -> None:
        from edge.reason.probe import Probe  # noqa: PLC0415 (as above)

        while self._unknown:
            remote = self._unknown[0]
            try:
                assert self._session  # who has remotes has one
                found = await Probe(self._session, remote.settings, self._enter).abilities()
            except EndpointFailed as error:
                logger.info("an endpoint was asked what it can do: %s", error)
            else:
                remote.abilities = found
                with contextlib.suppress(OSError):  # it is asked again at the next start
                    abilities.keep(self._folder, {abilities.name_of(remote.settings): found})
            self._unknown.remove(remote)


def _let_it_die(task: asyncio.Task[None]) -> None:
    """Hand a fault of ours to the event loop's handler, which ends the process."""
    if not task.cancelled() and (error := task.exception()):
        raise error
