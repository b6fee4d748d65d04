"""What is a program that is not ours given of the environment, and how is it ended?

Its walls stand before it starts (`edge/seal/programs.py`). It keeps nothing that matters, and so it
is not asked to end: it is ended.
"""

import contextlib
import os
import subprocess
from typing import Final

GIVEN: Final = ("PATH", "LD_LIBRARY_PATH", "LC_ALL", "TZ")
"""What finds it its parts, and what a date or a number looks like: no home, no key, no address."""
ENDS_WITHIN_S: Final = 2.0
"""Longer only where a driver holds it."""


def environment() -> dict[str, str]:
    """Return all of ours that it may see."""
    return {name: os.environ[name] for name in GIVEN if name in os.environ}


def end(process: subprocess.Popen[bytes]) -> None:
    """End it at once; one that a driver holds is not waited for."""
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(ENDS_WITHIN_S)
