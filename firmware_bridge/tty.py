"""A serial line, opened as bytes and nothing else: no echo, no signals, no translation.

USB CDC (`/dev/ttyACM0`), a USB adapter (`/dev/ttyUSB0`) or the pins of a board (`/dev/serial0`).
"""

import os
import termios
from typing import Final

BAUDS: Final = {
    int(name[1:]): getattr(termios, name)
    for name in dir(termios)
    if name.startswith("B") and name[1:].isdecimal() and name != "B0"
}
"""Bits a second -> the kernel's number for it. USB CDC takes any and keeps to none."""
USUAL_BAUD: Final = 921_600
"""46 kB/s of sound and photos fit on a wire: 32 kB/s of sound, the rest for photos."""


def opened(path: str, baud: int) -> int:
    """Return a descriptor of a serial line that never waits; raise OSError.

    It is not hung up when it is closed: that would start many a board anew.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _make_raw(descriptor, BAUDS[baud])
    except termios.error as error:
        os.close(descriptor)
        raise OSError(*error.args) from None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _make_raw(descriptor: int, speed: int) -> None:
    *_, characters = termios.tcgetattr(descriptor)
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    control = termios.CS8 | termios.CREAD | termios.CLOCAL
    termios.tcsetattr(descriptor, termios.TCSANOW, [0, 0, control, 0, speed, speed, characters])
    termios.tcflush(descriptor, termios.TCIOFLUSH)
