"""Whoever steals the data folder without the key reads no word of any note."""

import math
import re
from collections import Counter
from pathlib import Path

from test_store import SECRET, kept, note

from edge import ledger, voice_profile
from edge.ledger import Leaving, Ledger, Occasion
from edge.messages import VoiceProfile

WORDS = "The harbour master keeps zanzibar pomegranates behind the lighthouse on Fridays."
BLOCK_BYTES = 4096
RANDOM_BITS = 7.9
"""Of a byte in a block of random ones: 7.95 on average."""


def bits_a_byte(block: bytes) -> float:
    return -sum(n / len(block) * math.log2(n / len(block)) for n in Counter(block).values())


def stolen(folder: Path) -> dict[str, bytes]:
    """Return a copy of a data folder that was in use."""
    with kept(folder, *(note(f"{WORDS} {n}") for n in range(200))) as memory:
        with Ledger(folder / ledger.FILE_NAME, memory) as book:
            for n in range(50):
                book.append(
                    Leaving("Transcript", 9, "observation", WORDS), Occasion("r", n, "live")
                )
        memory.make_copy()
        memory.remember(note(WORDS))
        voice_profile.store(folder, VoiceProfile("A" * 342 + "==", voice_profile.MODEL), SECRET)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_word_stands_in_any_file(tmp_path: Path) -> None:
    words = {word.encode().lower() for word in re.findall(r"\w{5,}", WORDS)}
    for name, content in stolen(tmp_path).items():
        assert [word for word in words if word in content.lower()] == [], name
        assert b"A" * 20 not in content, name


def test_what_is_encrypted_looks_like_noise(tmp_path: Path) -> None:
    files = stolen(tmp_path)
    checked = 0
    for name, content in files.items():
        if name.endswith((".sqlite", ".copy")):
            for at in range(0, len(content) - BLOCK_BYTES + 1, BLOCK_BYTES):
                assert bits_a_byte(content[at : at + BLOCK_BYTES]) > RANDOM_BITS, (name, at)
                checked += 1
    assert checked > 20
