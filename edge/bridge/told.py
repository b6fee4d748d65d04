"""What does the launcher say down the bridge's control pipe? Wishes, and words to send back.

A wish is one byte; words, heard or answered, are a line of JSON, which begins with a bracket: no
wish is one.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from edge.messages import ReturnAnswer, ReturnWords

BEGINS, ENDS = b"[", b"\n"
MOST_LINE_BYTES: Final = 4096
"""A pipe takes so much whole, or not at all."""
Words = ReturnWords | ReturnAnswer


class Told:
    """Bytes in any pieces -> wishes, and words."""

    def __init__(self) -> None:
        self._rest = b""
        self._decoder = msgspec.json.Decoder(Words)

    def feed(self, piece: bytes) -> Iterator[bytes | Words]:
        """Yield what these bytes complete."""
        piece, self._rest = self._rest + piece, b""
        while piece:
            wishes, begins, piece = piece.partition(BEGINS)
            if wishes:
                yield wishes
            line, ends, piece = piece.partition(ENDS)
            if ends:
                yield self._decoder.decode(begins + line)
            else:
                self._rest = begins + line


def line(words: Words) -> bytes:
    """Return the line of words; nothing where they would not fit into the pipe whole."""
    made = msgspec.json.encode(words) + ENDS
    return made if len(made) <= MOST_LINE_BYTES else b""
