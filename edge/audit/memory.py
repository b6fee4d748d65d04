"""How much of a canary is in a process's memory? Read from outside, found wherever it lies.

A canary is media that nobody else has: noise that was fed in. What is looked for is every stretch
of `WINDOW_BYTES` bytes of it, in each form that media takes on its way, starting at any of its
bytes; what is looked at is memory in steps of `WINDOW_BYTES`. A remnant of twice that length is
found wherever it lies, and most shorter ones are. Stretches that other memory might hold too (few
different bytes, or twice in the canary) are not looked for.

`python -m edge.audit.memory --pid N --audio FILE.npy` says the same in one line.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

WINDOW_BYTES: Final = 8
LEAST_DIFFERENT_BYTES: Final = 4
"""In one window. Silence and flat colours have fewer, and so have most small numbers."""
FLOATS_IN_A_ROW: Final = 2
"""Windows. Eight bytes are two float32 samples, and of four bytes each a sample fills two or three:
only two windows that follow each other, in memory as in the canary, are believed."""
PIECE_BYTES: Final = 8 << 20
MOST_PIXEL_BYTES: Final = 256 << 10
"""Of a larger picture so many are looked for, as whole rows from top to bottom."""
TABLE_BITS: Final = 23
SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
"""2^64 / golden ratio: its product's upper bits depend on all bits of a window."""
MAP_LINE: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r[w-])\S+ \S+ \S+ (\d+) *(.*)")
NOT_MEMORY: Final = ("[vvar", "[vdso]", "[vsyscall]")
UNREADABLE: Final = "the kernel does not let this user read the memory of process {}"

Words = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Canary:
    """What was fed in."""

    audio: npt.NDArray[np.int16]
    """int16, shape (n,); n may be 0."""
    pixels: npt.NDArray[np.uint8] | None = None
    """uint8, shape (height, width, 3)."""


@dataclass(frozen=True, slots=True)
class Left:
    """Shares of the canary, 0 to 1, that a process still holds, by form."""

    int16: float = 0.0
    float32: float = 0.0
    pixels: float = 0.0
    """As uint8. As float32, two of a noise's 256 values are in every picture."""
    scanned_bytes: int = 0
    places: tuple[str, ...] = ()
    """Where, such as `float32 in [heap]`; never what."""
    unchecked: str = ""
    """Why nothing could be said; empty if it could."""

    @property
    def most(self) -> float:
        return max(self.int16, self.float32, self.pixels)


def share_left(pid: int, canary: Canary) -> Left:
    """Look through what a process has written or was given: about a second for 400 MB.

    A process that may not be looked into, or has ended, gives `unchecked` and its reason.
    """
    hunt = Hunt([*audio_forms(canary.audio), *pixel_forms(canary.pixels)])
    scanned = 0
    try:
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for place, start, end in _regions(pid):
                for address in range(start, end, PIECE_BYTES):
                    piece = _read(memory.fileno(), address, min(PIECE_BYTES, end - address))
                    scanned += len(piece)
                    hunt.look_at(piece, place)
    except PermissionError:
        return Left(unchecked=UNREADABLE.format(pid))
    except (FileNotFoundError, ProcessLookupError):
        return Left(unchecked=f"process {pid} has ended")
    if not scanned:
        return Left(unchecked=UNREADABLE.format(pid))
    return Left(
        int16=hunt.share("int16"),
        float32=hunt.share("float32"),
        pixels=hunt.share("pixels"),
        scanned_bytes=scanned,
        places=tuple(sorted(hunt.places)),
    )


def locked_bytes(pid: int) -> int | None:
    """Return how much of a process's memory is kept out of swap (VmLck); None if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = re.search(r"^VmLck:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


# --- what is looked for --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """The canary as one way of keeping it would have it in memory."""

    name: str
    content: bytes
    step_bytes: int
    """A window may begin at every multiple of this: 4 where memory keeps it aligned."""
    in_a_row: int = 1


def audio_forms(audio: npt.NDArray[np.int16]) -> Iterator[Form]:
    if not len(audio):
        return
    yield Form("int16", audio.astype("<i2").tobytes(), 1)
    for scale in (32768, 32767):
        scaled = audio.astype("<f4") / np.float32(scale)
        yield Form("float32", scaled.tobytes(), 4, FLOATS_IN_A_ROW)


def pixel_forms(pixels: Bytes | None) -> Iterator[Form]:
    if pixels is None or not pixels.size:
        return
    kept = pixels[:: max(1, -(-pixels.size // MOST_PIXEL_BYTES))]
    yield Form("pixels", kept.tobytes(), 1)


class _Needle:
    """One form's windows, sorted, and which of its bytes were found."""

    def __init__(self, form: Form) -> None:
        self.form = form
        places = np.arange(0, len(form.content) - WINDOW_BYTES + 1, form.step_bytes)
        content = np.frombuffer(form.content, np.uint8)
        rows = np.lib.stride_tricks.sliding_window_view(content, WINDOW_BYTES)[places]
        telling = _different(rows) >= LEAST_DIFFERENT_BYTES
        words = np.ascontiguousarray(rows[telling]).view("<u8").ravel()
        words, first, times = np.unique(words, return_index=True, return_counts=True)
        self.words: Words = words[times == 1]
        self._places = places[telling][first[times == 1]]
        self._wanted = self._covered(self._places)
        self._found = np.zeros_like(self._wanted)

    def meet(self, words: Words, at: npt.NDArray[np.intp]) -> bool:
        """Take memory's words that may be windows, and their positions; say whether any are."""
        if not len(self.words):
            return False
        guess = np.minimum(np.searchsorted(self.words, words), len(self.words) - 1)
        same = self.words[guess] == words
        at, places = at[same], self._places[guess[same]]
        if self.form.in_a_row > 1:
            believed = _runs(at, places) >= self.form.in_a_row
            places = places[believed]
        self._found |= self._covered(places)
        return len(places) > 0

    def counts(self) -> tuple[int, int]:
        """Return how many of its bytes were found, and how many could have been."""
        return int((self._found & self._wanted).sum()), int(self._wanted.sum())

    def _covered(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """Return which bytes lie inside windows at these places."""
        covered = np.zeros(len(self.form.content), bool)
        for offset in range(WINDOW_BYTES):
            covered[places + offset] = True
        return covered


def _different(rows: Bytes) -> npt.NDArray[np.intp]:
    """Return how many different bytes there are in each of (n, 8) rows."""
    ordered = np.sort(rows, axis=1)
    return np.asarray((ordered[:, 1:] != ordered[:, :-1]).sum(axis=1) + 1, np.intp)


def _runs(at: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return, for each hit, how many hits stand in its row: side by side here and there."""
    joins = (np.diff(at) == 1) & (np.diff(places) == WINDOW_BYTES)
    run = np.concatenate(([0], np.cumsum(~joins)))[: len(at)]
    return np.asarray(np.bincount(run)[run] if len(run) else run, np.intp)


# --- where it is looked for ----------------------------------------------------------------------


class Hunt:
    """All needles at once: a table says in one look-up whether a word may be of any."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.places: set[str] = set()
        self._needles = [_Needle(form) for form in forms]
        self._maybe = np.zeros(1 << TABLE_BITS, bool)
        for needle in self._needles:
            self._maybe[_slot(needle.words)] = True

    def look_at(self, piece: bytes, place: str) -> None:
        words = np.frombuffer(piece, "<u8", len(piece) // WINDOW_BYTES)
        at = np.flatnonzero(self._maybe[_slot(words)])
        if not len(at):
            return
        for needle in self._needles:
            if needle.meet(words[at], at):
                self.places.add(f"{needle.form.name} in {place}")

    def share(self, name: str) -> float:
        """Return the largest share found among the forms of one name."""
        counts = [needle.counts() for needle in self._needles if needle.form.name == name]
        return max((found / wanted for found, wanted in counts if wanted), default=0.0)


def _slot(words: Words) -> Words:
    return (words * SPREAD) >> np.uint64(64 - TABLE_BITS)


def _regions(pid: int) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end of what a process may have written, or has of its own."""
    for line in Path(f"/proc/{pid}/maps").read_text("utf-8", "replace").splitlines():
        found = MAP_LINE.fullmatch(line)
        if not found or found[5].startswith(NOT_MEMORY):
            continue
        is_of_a_file = found[4] != "0"
        if found[3] == "rw" or not is_of_a_file:
            name = Path(found[5]).name if is_of_a_file else found[5]
            yield name or "unnamed memory", int(found[1], 16), int(found[2], 16)


def _read(memory: int, address: int, size: int) -> bytes:
    """Return what can be read from an address on; a device's pages cannot be."""
    try:
        return os.pread(memory, size, address)
    except PermissionError:
        raise
    except OSError:
        return b""


def main(argv: Sequence[str]) -> int:
    """Print what is left in one process as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m edge.audit.memory", description=__doc__)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--audio", type=Path, help=".npy of int16 samples")
    parser.add_argument("--pixels", type=Path, help=".npy of uint8 RGB rows")
    options = parser.parse_args(argv)
    audio = np.load(options.audio) if options.audio else np.zeros(0, np.int16)
    pixels = np.load(options.pixels) if options.pixels else None
    left = share_left(options.pid, Canary(audio, pixels))
    sys.stdout.write(msgspec.json.encode(left).decode() + "\n")
    return 2 if left.unchecked else int(left.most > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
