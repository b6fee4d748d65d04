"""Opus there and back, by two libraries; a lost packet is concealed, a broken one as if lost."""

import math
from array import array

import pytest

pytest.importorskip("opuslib_next", reason="UNCHECKED: pip install offrecord[wearables]")

from firmware_bridge import omi, opus
from firmware_bridge.omi_emulator import Firmware
from firmware_bridge.omi_sound import Sound

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


def test_the_decoder_of_another_sdk_reads_our_pendant_and_ours_reads_what_it_reads() -> None:
    try:
        from friend_lite.decoder import OmiOpusDecoder  # noqa: PLC0415 (loads a system library)
    except Exception as missing:  # noqa: BLE001 (opuslib raises a bare one without libopus)
        pytest.skip(f"UNCHECKED: apt install libopus0 ({missing})")
    theirs, ours, firmware = OmiOpusDecoder(), Sound(omi.CODECS[21]), Firmware("opus")
    they_heard = we_heard = b""
    for at in range(0, len(HUM), 320):
        for notification in firmware.sound(HUM[at : at + 320].tobytes()):
            they_heard += theirs.decode_packet(notification)
            we_heard += b"".join(each.samples for each in ours.take(notification, at))
    we_heard += b"".join(each.samples for each in ours.end(len(HUM)))
    assert len(they_heard) == len(we_heard) == 2 * len(HUM)
    apart = [a - b for a, b in zip(array("h", they_heard), array("h", we_heard), strict=True)]
    assert max(map(abs, apart)) <= 2


def test_the_other_sdk_knows_the_same_characteristics() -> None:
    uuids = pytest.importorskip(
        "friend_lite.uuids", reason="UNCHECKED: pip install friend-lite-sdk"
    )
    known = {value.lower() for value in vars(uuids).values() if isinstance(value, str)}
    assert {omi.AUDIO, omi.BUTTON, omi.FEATURES, omi.BATTERY} <= known
