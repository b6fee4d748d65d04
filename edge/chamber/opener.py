"""Sound that a wearable encrypted to this chamber's key: opened here, and nowhere before.

The bridge, which holds the wearable's connection, passes it on as it came. The key is given at
birth and lies in this process alone; the launcher made it, and has no sound.
"""

from collections.abc import Iterator

import numpy as np

from edge.capture.chunks import Patchwork
from edge.signals import AudioChunk, ClosedSound
from edge.slot import STEPS
from firmware_bridge import adpcm, frames, hpke
from firmware_bridge.bodies import BadFrame


class Opener:
    """Opens one stream of sound."""

    def __init__(self, private: bytes) -> None:
        """Prepare it, and open something once, before the seal. `private` is 32 bytes."""
        self._receiver = hpke.Receiver(private)
        self._patchwork = Patchwork()
        sender = hpke.Sender(hpke.public_of(private))
        self._receiver.open(sender.encapsulated, 0, b"", sender.seal(0, b"", b"rehearsal"))

    def opened(self, closed: ClosedSound) -> Iterator[AudioChunk | ClosedSound]:
        """Yield the chunks that a piece completes, good until the next; itself if it stays closed.

        So does what was encrypted to another key, was changed, or holds no sound.
        """
        try:
            plain = self._receiver.open(
                closed.encapsulated, closed.number, closed.known, closed.box
            )
            kind = closed.known[-1]
            frames.check_sound(kind, len(plain))
            steps = adpcm.unpacked(plain) if kind == frames.PACKED_SOUND else plain
        except (hpke.CannotOpen, BadFrame):
            yield closed
            return
        samples = np.frombuffer(steps, "<i2").astype(np.float32)
        samples /= STEPS
        _, chunks = self._patchwork.lay(samples, closed.start)
        for chunk in chunks:
            yield chunk
            chunk.samples.fill(0)
