"""Sound as telephones have it, there and back."""

import math
from array import array

from firmware_bridge.telephone import MU_LAW, REACH, Doubler, from_mu_law, halved, to_mu_law

HUM = array("h", [round(8000 * math.sin(2 * math.pi * 440 * n / 16_000)) for n in range(4000)])


def test_mu_law_has_the_values_of_g711_and_each_comes_back() -> None:
    assert (MU_LAW[0x00], MU_LAW[0x80], MU_LAW[0xFF], MU_LAW[0x7F]) == (-32124, 32124, 0, 0)
    codes = bytes(code for code in range(256) if code != 0x7F)  # the second zero
    assert to_mu_law(from_mu_law(codes)) == codes


def test_half_the_rate_doubled_is_the_same_sound_a_moment_later_in_any_pieces() -> None:
    half, doubler = halved(HUM), Doubler()
    doubled = array("h")
    for at in range(0, len(half), 7):
        doubled += doubler.feed(half[at : at + 7])
    assert len(doubled) == len(HUM)
    late = 2 * REACH
    apart = [doubled[n + late] - HUM[n] for n in range(200, len(HUM) - late - 200)]
    assert max(map(abs, apart)) < 80
