"""How does a child that systemd starts get the descriptors it was promised?

systemd hands over three. So this is the unit's first program: its standard input is a socket to
the launcher, through which all descriptors come with their numbers, and then it becomes the
program that was asked for. Started by its path, alone and without site-packages.
"""

import fcntl
import os
import socket
import sys
from typing import Final, NoReturn

MOST_DESCRIPTORS: Final = 64
MOST_BYTES: Final = 1024
OUT_OF_THE_WAY: Final = 512
"""No promised number is so high."""
HERE: Final = b"here"
"""The first word: with it the kernel tells the launcher our process id."""


def main(argv: list[str]) -> NoReturn:
    """Say that we are here, take the descriptors, become `argv`."""
    launcher = socket.socket(fileno=0)
    launcher.send(HERE)
    numbers, given, _, _ = socket.recv_fds(launcher, MOST_BYTES, MOST_DESCRIPTORS)
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, OUT_OF_THE_WAY) for descriptor in given]
    launcher.close()
    for descriptor in given:
        os.close(descriptor)
    for number, descriptor in zip(map(int, numbers.split()), aside, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.execv(argv[0], argv)  # noqa: S606 (this is the point of the file)


if __name__ == "__main__":
    main(sys.argv[1:])
