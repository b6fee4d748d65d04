"""Are pictures taken less often for now, and why? Who gives them is told, and so is a person."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from edge.capture import wishes
from edge.launcher import strength
from edge.launcher.strength import Board
from edge.messages import WearableState

LESS: Final = "pictures are taken half as often"
AS_USUAL: Final = "pictures are taken as often as usual again"


class Sparing:
    """Spares the board, and the wearable where that takes the pictures."""

    def __init__(
        self,
        notice: Callable[[str], None],
        wish: Callable[[bytes], None],
        *,
        is_seen_by_wearable: bool,
        sys: Path = strength.SYS,
    ) -> None:
        self._notice, self._wish, self._sys = notice, wish, sys
        self._is_seen_by_wearable = is_seen_by_wearable
        self._board = Board()
        self.why = ""
        """One sentence; empty while pictures are taken as often as usual."""

    def look(self) -> None:
        """Look how the board is, now and every minute."""
        self._know(replace(strength.read(self._sys), worn_percent=self._board.worn_percent))
        asyncio.get_running_loop().call_later(strength.EVERY_S, self.look)

    def worn(self, state: WearableState) -> None:
        """Know how a wearable is; one that went away, or does not say, is as it was."""
        if self._is_seen_by_wearable and state.battery >= 0:
            self._know(replace(self._board, worn_percent=state.battery))

    def _know(self, board: Board) -> None:
        self._board = board
        was_weak = bool(self.why)
        why = strength.why_weak(board, was_weak=was_weak)
        self.why = f"{why}: {LESS}" if why else ""
        if bool(why) != was_weak:
            self._notice(self.why or AS_USUAL)
            self._wish(wishes.SELDOM if why else wishes.AS_USUAL)
