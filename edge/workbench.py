"""What does a module of ours find out, in a process that is born as a chamber is?

What is measured with another allocator, or with more threads, holds for no chamber.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from edge import seal

PROJECT: Final = Path(__file__).resolve().parent.parent


def asked(module: str, *arguments: str) -> bytes | int:
    """Return what `python -m module` writes, or the number that it ends with, if not 0."""
    asking = subprocess.run(  # noqa: S603 (ourselves)
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env={**os.environ, **seal.environment("chamber")},
        stdout=subprocess.PIPE,
        check=False,
    )
    return asking.returncode or asking.stdout
