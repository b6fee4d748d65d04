"""Packed sound is nearly the sound; each block stands alone; a wrong head is refused."""

import math
import struct

import pytest

from firmware_bridge import adpcm
from firmware_bridge.bodies import BadFrame

TONE = [round(8000 * math.sin(n / 7)) for n in range(3200)]
SOUND = struct.pack("<3200h", *TONE)


def test_a_tone_comes_out_nearly_the_same_in_a_quarter_of_the_bytes() -> None:
    block = adpcm.Packer().pack(SOUND)
    assert len(block) == 4 + len(SOUND) // 4
    heard = struct.unpack("<3200h", adpcm.unpacked(block))
    wrong = sum((a - b) ** 2 for a, b in zip(heard, TONE, strict=True)) / len(TONE)
    assert 10 * math.log10(8000**2 / 2 / wrong) > 25  # dB


def test_a_block_needs_none_before_it() -> None:
    packer = adpcm.Packer()
    blocks = [packer.pack(SOUND[n : n + 640]) for n in range(0, len(SOUND), 640)]
    whole = adpcm.unpacked(adpcm.Packer().pack(SOUND))
    assert adpcm.unpacked(blocks[7]) == whole[7 * 640 : 8 * 640]


@pytest.mark.parametrize("head", ["00005900", "00000001"])
def test_a_head_beside_the_table_is_refused(head: str) -> None:
    with pytest.raises(BadFrame):
        adpcm.unpacked(bytes.fromhex(head) + b"\0")
