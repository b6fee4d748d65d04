"""The launcher's switch: turned by hand, by voice or by the schedule, and kept in a file."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from edge import config, mute, schedule
from edge.messages import Mute, MuteState, Unmute


class OffSwitch:
    """What holds now (`state`), kept in a file, and looked at whenever it may change."""

    def __init__(
        self,
        folder: Path,
        settings: config.Mute,
        obey: Callable[[MuteState], None],
        complain: Callable[[str], None],
    ) -> None:
        """Read what was said last; `obey` is called with every change from now on.

        `complain` gets a sentence for a person where the file could not be written; `guessed` is
        one where it could not be read.
        """
        self._folder, self._obey, self._complain = folder, obey, complain
        self._schedule = schedule.read(settings.schedule)
        self._said, self.guessed = mute.load(folder)
        self.state = mute.standing(self._said, self._schedule, mute.read_clock())
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, message: Mute | Unmute, why: Literal["hand", "voice"] = "hand") -> None:
        """Do what a person wants: obey first, write it down then."""
        self._said = mute.asked(self._said, message, self._schedule, mute.read_clock(), why=why)
        self.look()
        self._keep()

    def look(self) -> None:
        """Do what the clock says, and look again in time."""
        clock = mute.read_clock()
        settled = mute.settled(self._said, clock)
        if settled != self._said:
            self._said = settled
            self._keep()
        self._turn(mute.standing(self._said, self._schedule, clock))
        if self._timer:
            self._timer.cancel()
        wait_s = mute.next_look_s(self._said, self._schedule, clock)
        if wait_s is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, wait_s), self.look)

    def _keep(self) -> None:
        try:
            mute.store(self._folder, self._said)
        except OSError as error:
            self._complain(f"the mute is not kept for the next start: {error.strerror}")

    def _turn(self, state: MuteState) -> None:
        before, self.state = self.state, state
        if _told(state) != _told(before):
            self._obey(state)


def _told(state: MuteState) -> tuple[bool, str, int]:
    """Return what of a state a person can tell apart: its end moves by a hair at each look."""
    return state.muted, state.why, round(state.until_s)
