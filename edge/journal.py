"""Do log lines go to systemd's journal? Then each says how grave it is, as sd-daemon(3) has it.

The journal knows the time and the program; a person at a terminal needs no numbers.
"""

import logging
import os
from collections.abc import Mapping
from typing import Final

LINE: Final = "%(name)s: %(message)s"
STREAM: Final = "JOURNAL_STREAM"
"""Names the journal's stream, as DEVICE:INODE (systemd.exec(5))."""
PRIORITIES: Final = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""From which level on a line has which priority of syslog(3); beneath them it is DEBUG's."""
LEAST_PRIORITY: Final = 7


class Graded(logging.Formatter):
    """Put the priority before each line, of a traceback too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        lines = super().format(record).splitlines()
        return "\n".join(f"<{priority(record.levelno)}>{line}" for line in lines)


def formatter(descriptor: int, environment: Mapping[str, str]) -> logging.Formatter:
    """Return how lines are written on a descriptor."""
    return (Graded if is_journal(descriptor, environment) else logging.Formatter)(LINE)


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Say whether a descriptor is the journal's, and not a file that took its place since."""
    opened = os.fstat(descriptor)
    return environment.get(STREAM) == f"{opened.st_dev}:{opened.st_ino}"


def priority(level: int) -> int:
    """Return the priority of a level."""
    return next((grave for least, grave in PRIORITIES if level >= least), LEAST_PRIORITY)
