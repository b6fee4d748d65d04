"""Opus packets <-> 16 kHz mono samples, by libopus. A lost packet is concealed, not left silent.

The library comes inside the package `opuslib-next-bundled` (BSD, as libopus is), so no system
library is needed. It is loaded by the import: decoding opens nothing.
"""

from typing import Final

import opuslib_next
from opuslib_next.api import encoder as lowest

RATE_HZ: Final = 16_000
MOST_SAMPLES: Final = 1920
"""Of a packet: 120 ms, the longest there is."""
BIT_RATE: Final = 32_000
COMPLEXITY: Final = 3
MOST_PACKET_BYTES: Final = 160
SAMPLE_BITS: Final = 16
"""All as the Omi pendant's firmware has it: `codec.c` and `config.h` of BasedHardware/omi (MIT)."""


class Decoder:
    """One stream of packets."""

    def __init__(self) -> None:
        self._decoder = opuslib_next.Decoder(RATE_HZ, 1)

    def decoded(self, packet: bytes, concealed: int) -> bytes:
        """Return the int16 samples of a packet; of one that is none, `concealed` made up ones."""
        try:
            samples: bytes = self._decoder.decode(packet, MOST_SAMPLES) if packet else b""
        except opuslib_next.OpusError:
            samples = b""
        return samples or self.concealed(concealed)

    def concealed(self, samples: int) -> bytes:
        """Return so many int16 samples, a multiple of 2.5 ms, in the place of a lost packet."""
        made_up: bytes = self._decoder.decode(b"", samples)
        return made_up


class Encoder:
    """One stream of packets, made as the Omi pendant makes them: for what is emulated here."""

    def __init__(self) -> None:
        self._encoder = opuslib_next.Encoder(RATE_HZ, 1, "restricted_lowdelay")
        self._encoder.bitrate = BIT_RATE
        self._encoder.vbr = 1
        self._encoder.vbr_constraint = 0
        self._encoder.complexity = COMPLEXITY
        self._encoder.signal = opuslib_next.constants.SIGNAL_VOICE
        self._encoder.lsb_depth = SAMPLE_BITS

    def encoded(self, samples: bytes) -> bytes:
        """Return the packet of 10 or 20 ms of int16 samples."""
        packet: bytes = lowest.encode(
            self._encoder.encoder_state, samples, len(samples) // 2, MOST_PACKET_BYTES
        )
        return packet


class VoiceEncoder:
    """One stream of packets of what the companion says, for a wearable's loudspeaker."""

    def __init__(self, rate_hz: int) -> None:
        self._encoder = opuslib_next.Encoder(rate_hz, 1, "voip")
        self._encoder.bitrate = BIT_RATE
        self._encoder.complexity = COMPLEXITY
        self._encoder.signal = opuslib_next.constants.SIGNAL_VOICE

    def encoded(self, samples: bytes) -> bytes:
        """Return the packet of 10 to 60 ms of int16 samples."""
        packet: bytes = self._encoder.encode(samples, len(samples) // 2)
        return packet
