"""A photo that came in pieces, between which sound went on. No I/O.

The pieces of a photo come in order; when one is missing the photo is given up at once, and its
last pieces, which may still come, are let pass.
"""

from dataclasses import dataclass, field

from firmware_bridge.bodies import PhotoPart


@dataclass(slots=True)
class Parts:
    """The pieces of the newest photo; no more than one photo's bytes are kept."""

    _at: int = -1
    """Its moment on the sender's clock; -1: none is on its way."""
    _whole_bytes: int = 0
    _jpeg: bytearray = field(default_factory=bytearray, repr=False)

    def take(self, part: PhotoPart, at: int) -> bytes | None:
        """Take one piece; return the photo that it completes, else None.

        Returns b"" where the photo that was on its way cannot be completed any more.
        """
        was_on_its_way = self._at >= 0
        if part.offset == 0:
            self._drop()
            self._at, self._whole_bytes = at, part.whole_bytes
        elif (at, part.whole_bytes, part.offset) != (self._at, self._whole_bytes, len(self._jpeg)):
            self._drop()
            return b"" if was_on_its_way else None
        self._jpeg += part.piece
        if len(self._jpeg) < self._whole_bytes:
            return None
        photo = bytes(self._jpeg)
        self._drop()
        return photo

    def _drop(self) -> None:
        self._at = -1
        self._jpeg[:] = bytes(len(self._jpeg))  # overwritten before it is given back
        self._jpeg.clear()
