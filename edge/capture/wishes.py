"""What does the launcher want of a source while it runs, besides that it runs? One byte each.

They come down the control pipe with GO. Only pictures obey them: sound has one pace.
"""

from typing import Final

GO: Final = b"G"
"""Begin: the launcher has looked at the process, and the chamber is ready."""
PICTURE_NOW: Final = b"p"
"""Take a picture now, and hand it over whatever it shows."""
SELDOM: Final = b"s"
"""Take half as many pictures: the battery is low, or the board too hot."""
AS_USUAL: Final = b"u"


class Wishes:
    """Told by the thread that reads the control pipe, read by the one that takes pictures."""

    def __init__(self) -> None:
        self.is_seldom = False
        self._is_picture_wanted = False

    def hear(self, told: bytes) -> None:
        """Take what came down the pipe."""
        self._is_picture_wanted |= PICTURE_NOW in told
        for byte in told:
            if byte in SELDOM + AS_USUAL:
                self.is_seldom = byte in SELDOM

    @property
    def is_picture_wanted(self) -> bool:
        """Whether a picture was asked for that has not been handed over."""
        return self._is_picture_wanted

    def grant(self) -> None:
        """Know that the picture that is being handed over is the one asked for."""
        self._is_picture_wanted = False
