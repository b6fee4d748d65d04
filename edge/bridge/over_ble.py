"""The Omi pendant by BlueZ: its link over the system bus, and its rehearsal.

The connection to the bus is made here, before the seal, and kept: none is made after it. What the
bus's other services could be asked by who has taken this process over is in decision 0046.
"""

from typing import Final

import cv2
import numpy as np

from edge.bridge.intake import decoded
from firmware_bridge import omi
from firmware_bridge.ble import Link, Wanted
from firmware_bridge.bluez import BlueZ
from firmware_bridge.links import Lost, Terms
from firmware_bridge.omi_emulator import NUMBERS, Firmware
from firmware_bridge.omi_photo import Chunks
from firmware_bridge.omi_sound import Sound

PURGE: Final = "omi-purge"
"""What the user types where the pendant is to forget what it has recorded by itself."""


async def opened(terms: Terms, _descriptor: int) -> Link:
    """Return the link on the system bus; raise Lost where there is none."""
    kind, _, who = terms.where.partition(":")
    bluez = BlueZ()
    try:
        await bluez.connect()
    except OSError:
        raise Lost from None
    return Link(terms, bluez, Wanted(who, purge=kind == PURGE))


async def rehearse() -> None:
    """Unpack silence of each codec, with a piece lost, and a black picture."""
    for codec, number in NUMBERS.items():
        pendant, sound = Firmware(codec), Sound(omi.CODECS[number])
        for frame in range(4):
            for notification in pendant.sound(bytes(2 * pendant.frame_samples)):
                if frame != 1:
                    list(sound.take(notification, 0))
    black = cv2.imencode(".jpg", np.zeros((16, 16, 3), np.uint8))[1].tobytes()
    chunks = Chunks()
    for notification in Firmware().photo(black):
        for photo in chunks.take(notification, 0):
            assert photo
            assert decoded(photo.jpeg) is not None
