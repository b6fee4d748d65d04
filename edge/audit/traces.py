"""Is the canary in this file, its attributes or its name? Are the words in these bytes?

What is tried is in `FORMS` and `UNPACKING`, and nothing else: a mel spectrum, an embedding, a lossy
codec or a cipher hides a canary from every search. That is why this is the last wall of the audit
and not its first.
"""

import binascii
import bz2
import io
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import soundfile

from edge.audit.changes import Changed
from edge.audit.memory import Canary, Form, Hunt, audio_forms, pixel_forms

MOST_BYTES: Final = 64 << 20
"""So much of a file is looked at, from its beginning, and so much of what is unpacked from it."""
LEAST_BYTES: Final = 32
"""Fewer hold nothing of a canary that could be told from chance."""
ALIGNED_BYTES: Final = 8 << 20
ALIGNMENTS: Final = 4
"""A float in a file may begin at any byte; a larger file is searched as if it did not."""
MOST_PACKINGS: Final = 4
"""Beginnings of packed data that are tried in one file."""
WORDS_IN_A_ROW: Final = 4
"""So many words of a transcript in their order are no accident."""
CORE_FOLDERS: Final = ("/var/lib/systemd/coredump", "/var/crash", "/var/lib/apport/coredump")
ELF, ELF_TYPE_AT, CORE = b"\x7fELF", 16, 4
TEXT: Final = re.compile(rb"[A-Za-z0-9+/=_\-\s]+")
WINDOWS_IN_A_ROW: Final = 2
BYTES_IN_A_ROW: Final = 4
"""Of eight bytes each. A disk is large: chance finds single ones, and two of 8-bit samples."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A place where the canary was found."""

    path: Path
    how: str
    """Such as `int16`, `gzip: int16`, `attribute user.x: int16`. Never what."""


class Searcher:
    """Looks for one canary; a search of 100 MB takes about a second."""

    def __init__(self, canary: Canary) -> None:
        forms = [*audio_forms(canary.audio), *pixel_forms(canary.pixels)]
        if len(canary.audio):
            eight = (canary.audio >> 8).astype(np.int8)
            forms += [
                Form("int16, big end first", canary.audio.astype(">i2").tobytes(), 1),
                Form("8 bit", eight.tobytes(), 1, BYTES_IN_A_ROW),
                Form("8 bit unsigned", (eight.view(np.uint8) ^ 0x80).tobytes(), 1, BYTES_IN_A_ROW),
            ]
        self._hunt = Hunt([replace(f, in_a_row=max(f.in_a_row, WINDOWS_IN_A_ROW)) for f in forms])

    def in_file(self, changed: Changed) -> list[Trace]:
        """Return where in a file, its name and its attributes the canary is."""
        path = changed.path
        found = [Trace(path, f"name: {how}") for how in self.in_bytes(os.fsencode(path.name))]
        if stat.S_ISLNK(changed.status.st_mode):
            return found
        for name, value in attributes(path):
            found += [Trace(path, f"attribute {name}: {how}") for how in self.in_bytes(value)]
        if stat.S_ISREG(changed.status.st_mode):
            found += [Trace(path, how) for how in self.in_bytes(content(path))]
        return found

    def in_bytes(self, data: bytes) -> list[str]:
        """Return the forms in which the canary is in these bytes, as they are or unpacked."""
        found = self._as_they_are(data)
        for name, unpack in UNPACKING.items():
            for inside in unpack(data):
                found += [f"{name}: {how}" for how in self._as_they_are(inside)]
        return found

    def _as_they_are(self, data: bytes) -> list[str]:
        self._hunt.places.clear()
        alignments = ALIGNMENTS if len(data) <= ALIGNED_BYTES else 1
        for offset in range(alignments) if len(data) >= LEAST_BYTES else ():
            self._hunt.look_at(data[offset:], "")
        return sorted({place.removesuffix(" in ") for place in self._hunt.places})


def attributes(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a file's extended attributes, as far as this user may read them."""
    try:
        for name in os.listxattr(path, follow_symlinks=False):
            yield name, os.getxattr(path, name, follow_symlinks=False)
    except OSError:
        return


def content(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the beginning of a file, nothing of what may not be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor)
        return file.read(most_bytes)


def is_core(change: Changed) -> bool:
    """Say whether a file is the memory of a program that crashed."""
    if str(change.path.parent) in CORE_FOLDERS:
        return True
    if not stat.S_ISREG(change.status.st_mode):
        return False
    head = content(change.path, ELF_TYPE_AT + 2)
    if not head.startswith(ELF) or len(head) < ELF_TYPE_AT + 2:
        return False
    return struct.unpack_from("=H", head, ELF_TYPE_AT) == (CORE,)


def words_in(data: bytes, words: str) -> bool:
    """Say whether four words of a sentence stand in a row in a text, whatever is between them."""
    wanted, said = _words(words.encode()), b" ".join(_words(data))
    rows = (wanted[at : at + WORDS_IN_A_ROW] for at in range(len(wanted) - WORDS_IN_A_ROW + 1))
    return any(b" ".join(row) in said for row in rows)


def _words(text: bytes) -> list[bytes]:
    return re.findall(rb"[a-z0-9']+", text.lower())


# --- unpacking -----------------------------------------------------------------------------------


def _inflated(data: bytes, magic: bytes, window_bits: int) -> Iterator[bytes]:
    for found, _ in zip(re.finditer(re.escape(magic), data), range(MOST_PACKINGS), strict=False):
        try:
            yield zlib.decompressobj(window_bits).decompress(data[found.start() :], MOST_BYTES)
        except zlib.error:
            continue


def _gzip(data: bytes) -> Iterator[bytes]:
    return _inflated(data, b"\x1f\x8b\x08", 16 + zlib.MAX_WBITS)


def _zlib(data: bytes) -> Iterator[bytes]:
    for level in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        yield from _inflated(data, level, zlib.MAX_WBITS)


def _bzip2(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"BZh"):
        try:
            yield bz2.BZ2Decompressor().decompress(data, MOST_BYTES)
        except (OSError, ValueError):
            return


def _xz(data: bytes) -> Iterator[bytes]:
    if data.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        try:
            yield lzma.LZMADecompressor().decompress(data, MOST_BYTES)
        except lzma.LZMAError:
            return


def _zip(data: bytes) -> Iterator[bytes]:
    if not data.startswith(b"PK\x03\x04"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist()[:MOST_PACKINGS]:
                with archive.open(name) as file:
                    yield file.read(MOST_BYTES)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error):
        return


def _text(data: bytes) -> Iterator[bytes]:
    """Yield what base64 or hexadecimal digits stand for, if all is made of them."""
    if len(data) < LEAST_BYTES or not TEXT.fullmatch(data):
        return
    plain = re.sub(rb"\s", b"", data)
    for decode in (binascii.unhexlify, lambda text: binascii.a2b_base64(_padded(text))):
        try:
            yield decode(plain)
        except binascii.Error:
            continue


def _padded(text: bytes) -> bytes:
    standard = text.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    return standard + b"=" * (-len(standard) % 4)


def _sound_file(data: bytes) -> Iterator[bytes]:
    if not data.startswith((b"fLaC", b"RIFF", b"FORM", b"caff", b"wvpk")):
        return
    try:
        samples, _ = soundfile.read(io.BytesIO(data), dtype="int16")
    except (soundfile.SoundFileError, OSError):
        return
    yield samples.tobytes()


def _picture(data: bytes) -> Iterator[bytes]:
    if data.startswith((b"\x89PNG", b"BM", b"RIFF", b"II*\0", b"MM\0*")):
        try:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        except cv2.error:
            return
        if pixels is not None:
            yield pixels.tobytes()


UNPACKING: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "gzip": _gzip,
    "zlib": _zlib,
    "bzip2": _bzip2,
    "xz": _xz,
    "zip": _zip,
    "base64 or hexadecimal": _text,
    "sound file": _sound_file,
    "picture file": _picture,
}
"""How bytes are looked into; the sound and picture files are those that lose nothing."""
