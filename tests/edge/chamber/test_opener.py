"""What a wearable encrypted becomes sound in the chamber; what it cannot open stays closed."""

import numpy as np
import pytest

from edge.chamber.opener import Opener
from edge.signals import AudioChunk, ClosedSound
from firmware_bridge import adpcm, frames
from firmware_bridge.hpke import Sender, public_of

PRIVATE = bytes(range(32))
STEPS = np.arange(-2400, 2400, dtype="<i2")


def closed(
    sender: Sender, plain: bytes, number: int, start: int, kind: int = frames.SOUND
) -> ClosedSound:
    known = frames.known_bytes(kind, len(plain), sequence=number, at=start)
    box = sender.seal(number, known, plain)
    return ClosedSound(sender.encapsulated, number, known, box, start, len(plain) // 2)


def opened(opener: Opener, *sounds: ClosedSound) -> tuple[list[int], list[float]]:
    starts: list[int] = []
    steps: list[float] = []
    for sound in sounds:
        for chunk in opener.opened(sound):
            assert isinstance(chunk, AudioChunk)
            starts.append(chunk.start)
            steps += (chunk.samples * 32768).tolist()
    return starts, steps


def test_pieces_of_any_length_become_chunks() -> None:
    sender = Sender(public_of(PRIVATE))
    pieces = [STEPS[n : n + 480].tobytes() for n in range(0, 4800, 480)]
    sounds = [closed(sender, piece, n, 700 + 480 * n) for n, piece in enumerate(pieces)]
    starts, steps = opened(Opener(PRIVATE), *sounds)
    assert starts == [700 + 512 * n for n in range(9)]
    assert steps == STEPS[: 9 * 512].tolist()


def test_packed_sound_is_unpacked_here() -> None:
    block = adpcm.Packer().pack(STEPS[:1024].tobytes())
    sound = closed(Sender(public_of(PRIVATE)), block, 3, 0, frames.PACKED_SOUND)
    _, steps = opened(Opener(PRIVATE), sound)
    assert steps == np.frombuffer(adpcm.unpacked(block), "<i2").tolist()


def test_a_chunk_is_overwritten_when_the_next_is_asked_for() -> None:
    sound = closed(Sender(public_of(PRIVATE)), STEPS[:512].tobytes(), 0, 0)
    (chunk,) = Opener(PRIVATE).opened(sound)
    assert isinstance(chunk, AudioChunk)
    assert not chunk.samples.any()


@pytest.mark.parametrize("what", ["another key", "another number", "no block", "half a sample"])
def test_what_cannot_be_opened_stays_closed(what: str) -> None:
    sender = Sender(public_of(bytes(31) + b"\1" if what == "another key" else PRIVATE))
    plain, kind = STEPS[:512].tobytes(), frames.SOUND
    if what == "no block":
        plain, kind = b"\0\0\xff\0" + bytes(100), frames.PACKED_SOUND
    if what == "half a sample":
        plain = bytes(7)
    sound = closed(sender, plain, 9, 0, kind)
    if what == "another number":
        bound = (sound.known, sound.box, sound.start, sound.samples)
        sound = ClosedSound(sound.encapsulated, 8, *bound)
    assert list(Opener(PRIVATE).opened(sound)) == [sound]
