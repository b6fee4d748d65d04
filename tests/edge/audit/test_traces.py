"""A canary is found in every wrapping that is claimed, and nowhere else."""

import base64
import bz2
import gzip
import io
import lzma
import os
import secrets
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from edge.audit import changes, traces
from edge.audit.changes import Changed
from edge.audit.memory import Canary

SOUND = (np.frombuffer(secrets.token_bytes(16_000), "<i2") % 8000) - 4000
PIXELS = np.frombuffer(secrets.token_bytes(64 * 48 * 3), np.uint8).reshape(48, 64, 3)
PIECE = SOUND[2000:3000]
SEARCHER = traces.Searcher(Canary(SOUND, PIXELS))


def zipped(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sound", data)
    return held.getvalue()


def flac() -> bytes:
    held = io.BytesIO()
    soundfile.write(held, SOUND, 16_000, format="FLAC", subtype="PCM_16")
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (PIECE.tobytes(), "int16"),
        (b"x" + PIECE.tobytes(), "int16"),
        (PIECE.astype(">i2").tobytes(), "int16, big end first"),
        (b"xyz" + (PIECE / np.float32(32768)).astype("<f4").tobytes(), "float32"),
        ((PIECE >> 8).astype(np.int8).tobytes(), "8 bit"),
        (((PIECE >> 8) + 128).astype(np.uint8).tobytes(), "8 bit unsigned"),
        (PIXELS[10:12].tobytes(), "pixels"),
        (gzip.compress(PIECE.tobytes()), "gzip: int16"),
        (b"head" + zlib.compress(PIECE.tobytes()), "zlib: int16"),
        (bz2.compress(PIECE.tobytes()), "bzip2: int16"),
        (lzma.compress(PIECE.tobytes()), "xz: int16"),
        (zipped(PIECE.tobytes()), "zip: int16"),
        (base64.b64encode(PIECE.tobytes()), "base64 or hexadecimal: int16"),
        (base64.urlsafe_b64encode(PIECE.tobytes()), "base64 or hexadecimal: int16"),
        (PIECE.tobytes().hex().encode(), "base64 or hexadecimal: int16"),
        (flac(), "sound file: int16"),
        (cv2.imencode(".png", PIXELS[:, :, ::-1])[1].tobytes(), "picture file: pixels"),
    ],
)
def test_it_is_found_in_every_wrapping_that_is_claimed(data: bytes, how: str) -> None:
    assert how in SEARCHER.in_bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        os.urandom(1 << 20),
        bytes(1 << 20),
        gzip.compress(os.urandom(5000)),
        b"BZh not really",
        b"fLaC" + bytes(100),
        b"\x89PNG" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"\xfd7zXZ" + bytes(100),
        b"deadbeef" * 100 + b"=",
        Path(np.__file__).read_bytes(),
    ],
)
def test_other_bytes_are_not_accused(data: bytes) -> None:
    assert SEARCHER.in_bytes(data) == []


def one(path: Path) -> Changed:
    return Changed(path, path.lstat())


def test_a_file_is_searched_with_its_name_and_its_attributes(tmp_path: Path) -> None:
    named = tmp_path / base64.urlsafe_b64encode(PIECE[:60].tobytes()).decode()
    named.touch()
    assert [trace.how for trace in SEARCHER.in_file(one(named))] == [
        "name: base64 or hexadecimal: int16"
    ]
    tagged = tmp_path / "tagged"
    tagged.touch()
    try:
        os.setxattr(tagged, "user.x", PIECE.tobytes())
    except OSError:
        pytest.skip("UNCHECKED: this file system has no extended attributes")
    assert [trace.how for trace in SEARCHER.in_file(one(tagged))] == ["attribute user.x: int16"]


def test_pipes_and_links_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for change in changes.since(0, [tmp_path]).changed:
        assert SEARCHER.in_file(change) == []


def test_four_words_in_a_row_are_found_whatever_is_between_them() -> None:
    said = "The keys are in the blue bowl."
    assert traces.words_in(b'{"text": "KEYS are,\n in the..."}', said)
    assert not traces.words_in(b"keys are in a blue bowl", said)
    assert not traces.words_in(b"", said)
    assert not traces.words_in(b"the keys are in", "yes")
