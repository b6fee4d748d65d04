"""How does a child start as a unit of systemd, with its own pipe ends and behind its own walls?

What the walls are stands in `deploy/offrecord-PROCESS.service`; whether they stand is read back by
`edge/systemd/wall.py`.
"""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from edge.systemd import handover
from edge.systemd.wall import directives, unit_file, unit_of

BORN_WITHIN_S: Final = 30.0
HIDDEN: Final = (
    *("/home/", "/root/", "/run/", "/var/", "/mnt/", "/media/"),
    "/tmp/",  # noqa: S108 (it is what PrivateTmp hides)
)
"""What lies below these is not seen in a unit unless it is bound; never all of such a folder."""


class CannotStart(RuntimeError):
    """systemd did not start the unit; one sentence."""


@dataclass(frozen=True, slots=True)
class Transient:
    """A child that systemd started."""

    unit: str
    pid: int
    process: "subprocess.Popen[bytes]"
    """`systemd-run`, which ends when the unit ends, with its status."""


def start(  # noqa: PLR0913 (one option each, by name)
    unit: str,
    profile: str,
    stage0: Sequence[str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
    pass_fds: Collection[int] = (),
    environment: Mapping[str, str] | None = None,
) -> Transient:
    """Start a stage 0 (`edge.seal`) as a transient unit with the properties of its profile's file.

    The caller keeps and closes its descriptors. `environment` is no secret: everybody on the
    machine may ask systemd for it. Raises CannotStart.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    ours.settimeout(BORN_WITHIN_S)
    with ours:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 (our own programs, no shell)
                command(unit, profile, stage0, environment or {}),
                stdin=theirs.fileno(),
                stdout=stdout,
                stderr=stderr,
                process_group=0,  # Ctrl-C is the launcher's to hear
            )
        try:
            pid = _greeted(ours)
            numbers = [0, *pass_fds]
            socket.send_fds(ours, [b" ".join(b"%d" % n for n in numbers)], [stdin, *pass_fds])
        except OSError:
            process.kill()
            process.wait()
            raise CannotStart(f"systemd did not start {unit}") from None
    return Transient(unit, pid, process)


def command(
    unit: str, profile: str, stage0: Sequence[str], environment: Mapping[str, str]
) -> list[str]:
    """Return the command line that has systemd start a stage 0.

    What stage 0 may read of a place that is hidden from units is bound into its view: Python or a
    model may live in a home. Its parent is systemd; it ends when our unit ends.
    """
    options = stage0[: stage0.index("--")]
    rows = [*directives(unit_file(profile)), *_bound_to_our_life()]
    rows += [("BindReadOnlyPaths", place) for place in _hidden(options, "--read")]
    rows += [("BindPaths", place) for place in _hidden(options, "--write")]
    rows += [("Environment", f'"{name}={value}"') for name, value in environment.items()]
    born_of_systemd = ["--parent=1" if part.startswith("--parent=") else part for part in stage0]
    return [
        *("systemd-run", "--quiet", "--pipe", "--collect", "--service-type=exec"),
        f"--unit={unit}",
        f"--description=Offrecord {profile}",  # else the journal gets the whole command line
        *(f"--property={name}={value}" for row in rows for name, value in _on_the_bus(*row)),
        "--",
        *(sys.executable, "-I", "-S", handover.__file__),
        *born_of_systemd,
    ]


def _hidden(options: Sequence[str], name: str) -> list[str]:
    found = (option.partition("=") for option in options)
    places = (value for option, _, value in found if option == name)
    return [place for place in places if place.startswith(HIDDEN)]


def _bound_to_our_life() -> list[tuple[str, str]]:
    """Return what ends the unit when the launcher's own unit ends, where it has one."""
    ours = unit_of(os.getpid())
    return [("BindsTo", ours), ("After", ours)] if ours.endswith(".service") else []


def _on_the_bus(name: str, value: str) -> list[tuple[str, str]]:
    """Return how a directive is said to a running systemd, which understands less than in files."""
    if (name, value) == ("RestrictAddressFamilies", "none"):
        return [(name, "AF_UNIX"), (name, "~AF_UNIX")]
    if name == "IPAddressAllow":
        return [(name, word) for word in value.split()]
    return [(name, value)]


def _greeted(ours: socket.socket) -> int:
    """Return the process id of who says that it is here, as the kernel tells it."""
    word, extra, _, _ = ours.recvmsg(len(handover.HERE), socket.CMSG_SPACE(12))
    told = [data for _, kind, data in extra if kind == socket.SCM_CREDENTIALS]
    if word != handover.HERE or not told:
        raise ConnectionError
    pid: int = struct.unpack("3i", told[0])[0]
    return pid
