"""How the tests start a program as the launcher does: behind stage 0, with inherited pipes."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from edge import seal

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
READABLE = (ROOT, Path(sys.prefix), Path(sys.base_prefix))


@contextlib.contextmanager
def started(  # noqa: PLR0913
    program: str,
    *arguments: object,
    profile: str = "chamber",
    landlock: bool = True,
    fds: Collection[int] = (),
    readable: Collection[Path] = (),
    writable: Collection[Path] = (),
    listening: Collection[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `PROGRAM` of this folder; at the end close its control pipe and wait for its end."""
    argv = [sys.executable, str(HERE / program), *map(str, arguments)]
    if landlock:
        argv = seal.stage0(
            profile,
            argv,
            readable=(*READABLE, *readable),
            writable=tuple(writable),
            listening=tuple(listening),
        )
    with subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=tuple(fds),
        env={**os.environ, **seal.environment(), "PYTHONPATH": f"{HERE}:{ROOT}"},
    ) as process:
        yield process


def answer(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """Return the line of JSON that the program says."""
    assert process.stdout
    line = process.stdout.readline()
    assert line, f"ended with {process.wait()} and no answer"
    return dict(json.loads(line))
