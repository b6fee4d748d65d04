"""A port for a program that is told its number, and listens there in a while.

The kernel hands its own to whoever asks for any, so one that was free is not for long; these lie
below those, and each process of the tests begins to count elsewhere.
"""

import contextlib
import itertools
import os
import socket

_LOWEST, _MANY, _APART = 10_000, 20_000, 97
_numbers = itertools.count(os.getpid() * _APART)


def free_port(host: str = "127.0.0.1") -> int:
    """Return one on which nobody listens, and which is given out once."""
    for number in _numbers:
        port = _LOWEST + number % _MANY
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((host, port))
            return port
    raise AssertionError
