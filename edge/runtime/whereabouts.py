"""What becomes of a phone's word for where the wearer is, and of how a wearable says they move?

It is in mind until something else is said. A place at which the wearer has newly come is a note:
the name that they gave it, for as long as what was heard. While muted nothing is taken.
"""

from dataclasses import replace
from typing import Final, Literal

from edge.airlock import plain
from edge.evidence import Note
from edge.messages import Control, MuteState, WearableState
from edge.runtime.present import Present
from edge.whereabouts import of_kind

PHONE: Final = "phone"
WEARABLE: Final = "wearable"
"""Who says it; the source of the note."""


class Whereabouts:
    """The runtime's side of what is said of where the wearer is and how they move."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._is_muted = False

    def told(self, message: Control) -> None:
        """Hear of a mute, and of what a wearable judges by itself."""
        match message:
            case MuteState(muted=muted):
                self._is_muted = muted
            case WearableState(connected=True, motion=motion) if motion:
                self.take("motion", motion, WEARABLE)
            case _:
                pass

    def take(self, kind: Literal["place", "motion"], what: str, source: str = PHONE) -> bool:
        """Know where the wearer is, or how they move; nothing: nobody knows. False while muted."""
        if self._is_muted:
            return False
        present = self._present
        now = present.now()
        text = plain(what)
        said = Note(kind, text, now.ms, now.wall_s, now.run, source, who="wearer")
        before = of_kind(present.context.whereabouts, kind)
        if before and before.text == text:
            present.fold(replace(said, id=before.id))
        elif kind == "place" and text:
            present.keep(said, is_observed=False)
        else:
            present.fold(said)
        return True
