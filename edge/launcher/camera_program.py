"""The program that gives a camera's pictures where no library of ours can: started, and ended.

It is not ours, so its walls stand before it starts (`edge/seal/programs.py`). It gets no input and
nothing to complain to, of the environment what finds it its parts, and one pipe, of which the
other end is a capture process's. It lives as long as that: they are started and ended together.
"""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from edge import seal
from edge.capture import programs, sources
from edge.capture.sources import Source
from edge.launcher import foreign_program
from edge.seal import birth
from edge.seal.profiles import Profile
from edge.seal.programs import JETSON_CAMERA, NETWORK_CAMERA, PI_CAMERA

WALLS: Final[Mapping[str, Profile]] = {
    "rpicam-vid": PI_CAMERA,
    "gst-launch-1.0": JETSON_CAMERA,
    "ffmpeg": NETWORK_CAMERA,
}
"""By the first name of a row of `edge/capture/programs.py`."""
PIPE_BYTES: Final = 1 << 20
"""As much as any user may have; a picture is a little more."""


class CameraProgram:
    """One such program."""

    def __init__(self, source: Source) -> None:
        """Start it."""
        self.read_end, write_end = os.pipe2(os.O_CLOEXEC)
        with contextlib.suppress(PermissionError):  # the user has had their share of pipes
            fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        program = programs.row(source.spec)
        self._process = subprocess.Popen(  # noqa: S603 (a program of our table, no shell)
            seal.stage0(
                WALLS[program.names[0]],
                source.command,
                readable=(Path(source.command[0]).resolve().parent,),
                devices=tuple(_devices(program)),
                ports=sources.ports(source),
            ),
            stdin=subprocess.DEVNULL,
            stdout=write_end,
            stderr=subprocess.DEVNULL,
            env=foreign_program.environment(),
            process_group=0,  # Ctrl-C is the launcher's to hear
        )
        os.close(write_end)

    @staticmethod
    def introduced(source: Source) -> str:
        """Return who gives the pictures, and what its walls leave to it."""
        name, reaches = Path(source.command[0]).name, programs.row(source.spec).reaches
        holds = "" if birth.landlock_abi() else ", as far as a filter alone can hold it"
        return f"{name}, no program of ours, gives the pictures; it reaches {reaches}{holds}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        """End it at once."""
        foreign_program.end(self._process)


def _devices(program: programs.CameraProgram) -> Iterator[Path]:
    for pattern in program.devices:
        yield from sorted(Path("/dev").glob(pattern))
