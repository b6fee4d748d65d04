"""Opus there and back; a lost packet is concealed, a broken one as if lost."""

import math
from array import array

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from firmware_bridge import opus

HUM = array("h", [round(8000 * math.sin(2 * math.pi * 220 * n / 16_000)) for n in range(32_000)])


def packets() -> list[bytes]:
    encoder = opus.Encoder()
    return [encoder.encoded(HUM[at : at + 320].tobytes()) for at in range(0, len(HUM), 320)]


def loudness(samples: bytes) -> float:
    return math.sqrt(sum(s * s for s in array("h", samples)) / (len(samples) // 2))


def test_a_packet_is_small_and_sounds_as_it_did() -> None:
    decoder, sent = opus.Decoder(), packets()
    assert max(map(len, sent)) <= opus.MOST_PACKET_BYTES
    heard = b"".join(decoder.decoded(packet, 320) for packet in sent)
    assert len(heard) == 2 * len(HUM)
    assert loudness(heard[16_000:]) == pytest.approx(loudness(HUM.tobytes()), rel=0.05)


@pytest.mark.parametrize("broken", [b"", b"\xff" * 20, None])
def test_what_is_lost_or_broken_is_made_up_and_not_silent(broken: bytes | None) -> None:
    decoder = opus.Decoder()
    for packet in packets()[:50]:
        decoder.decoded(packet, 320)
    made_up = decoder.concealed(320) if broken is None else decoder.decoded(broken, 320)
    assert len(made_up) == 640
    assert loudness(made_up) > 1000


def test_its_packets_are_those_of_the_firmware_whose_rate_is_free_to_vary() -> None:
    sent, silent = packets(), opus.Encoder().encoded(bytes(640))
    assert len(silent) < 20
    assert len({len(packet) for packet in sent}) > 1
    assert all(packet[0] >> 3 == 23 for packet in sent)  # CELT alone, wideband, 20 ms (RFC 6716)
