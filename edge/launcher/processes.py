"""Which processes of a run live, how were they found to be sealed, and which are started again?"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from edge import seal
from edge.launcher.child import Child, Death
from edge.messages import LINE_CHARACTERS, ChildDied, Control, Notice, SealState, Shown

logger = logging.getLogger(__name__)

BACK_OFF_S: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST_DEATHS_IN_A_ROW: Final = 10
SETTLED_S: Final = 30.0
"""A child that lived this long starts again without back-off."""


class Processes:
    """The living, and what is known of the dead. `fail` ends the run with one sentence."""

    def __init__(self, show: Callable[[Shown], None], fail: Callable[[str], None]) -> None:
        self.show, self.fail = show, fail
        self.living: dict[str, Child] = {}
        self.seals: dict[str, SealState] = {}
        """How each was found when it was last looked at."""
        self.is_over = False
        """Whether the run ends: nobody is started again."""
        self._deaths: dict[str, int] = {}
        self._planned: dict[str, asyncio.TimerHandle] = {}

    def notice(self, sentence: str) -> None:
        """Tell a person."""
        self.show(Notice(sentence[-LINE_CHARACTERS:]))

    def tell_runtime(self, message: Control) -> None:
        """Tell the runtime, if there is one at the moment."""
        self.living["runtime"].tell(msgspec.json.encode(message) + b"\n")

    def check(self, child: Child, profile: str, also_open: tuple[str, ...] = ()) -> bool:
        """Look at a child from outside; end the run unless it is sealed as its profile says.

        One that has just ended, because it was asked to, is not judged.
        """
        found = seal.inspect(child.pid, profile, also_open=also_open)
        if found.problems and child.has_ended:
            return False
        if found.problems:
            self.fail(f"{child.name} is not sealed: {found.problems[0]}")
            return False
        unchecked = tuple(sentence[:LINE_CHARACTERS] for sentence in found.unchecked)
        state = SealState(child.name, child.pid, found.level, found.threads, unchecked)
        self.seals[child.name] = state
        self.tell_runtime(state)
        self.show(state)
        return True

    # --- deaths --------------------------------------------------------------------------------

    def start_again(self, name: str, death: Death, reason: str, again: Callable[[], None]) -> None:
        """Start it again; the run ends if it never worked, or dies at once again and again."""
        if name not in self.seals:
            self.fail(reason)
        elif not self.plan(name, death, reason, again):
            times = f"{name} was started {self._deaths[name]} times and ended at once each time"
            self.fail(f"{times}: {reason}; what does `offrecord doctor` say?")

    def plan(self, name: str, death: Death, reason: str, again: Callable[[], None]) -> bool:
        """Say that it died and start it again after a while; False if that has no sense any more.

        The first time at once, then later and later.
        """
        deaths = 1 if death.lived_s > SETTLED_S else self._deaths.get(name, 0) + 1
        self._deaths[name] = deaths
        if deaths > MOST_DEATHS_IN_A_ROW:
            return False
        logger.warning("%s %s; starting it again", name, death.code)
        self.tell_death(name, reason)
        delay_s = BACK_OFF_S[min(deaths, len(BACK_OFF_S)) - 1]
        self._planned[name] = asyncio.get_running_loop().call_later(
            delay_s, lambda: None if self.is_over else again()
        )
        return True

    def tell_death(self, name: str, reason: str) -> None:
        """Tell a person, and the runtime unless it was that."""
        died = ChildDied(name, reason[:LINE_CHARACTERS])
        self.show(died)
        if name != "runtime":
            self.tell_runtime(died)

    def drop_plan(self, name: str) -> None:
        """Do not start it by and by: it is started now, or never."""
        if planned := self._planned.pop(name, None):
            planned.cancel()

    def end(self) -> None:
        """End them all now."""
        for child in self.living.values():
            child.kill()
            child.process.wait()
            child.close()
