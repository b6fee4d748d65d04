"""Which lines does a file hold? Whole ones, from its beginning or from its end.

What may follow the last line end is torn, or still being written, and no line.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BLOCK_BYTES: Final = 1 << 16


def lines(path: Path) -> Iterator[bytes]:
    """Yield each line, without its end; none where there is no file."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line[:-1] for line in file if line.endswith(b"\n"))


def lines_backwards(path: Path) -> Iterator[bytes]:
    """Yield the same lines, the last one first."""
    if not path.exists():
        return
    with path.open("rb") as file:
        at = file.seek(0, os.SEEK_END)
        later: list[bytes] = []
        """Pieces, from its end, of the line whose beginning is not read yet."""
        is_whole = False
        while at > 0:
            begin = max(0, at - BLOCK_BYTES)
            file.seek(begin)
            *ends, last = reversed(file.read(at - begin).split(b"\n"))
            at = begin
            for end in ends:
                if is_whole:
                    yield b"".join((end, *reversed(later)))
                later, is_whole = [], True
            later.append(last)
        if is_whole:
            yield b"".join(reversed(later))
