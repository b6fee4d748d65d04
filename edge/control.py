"""How does a command speak with a running Offrecord? One packet there, one packet back.

The launcher listens on the socket `control` in its data folder, which only the owner can open. A
request is one `Asked` as JSON, the answer one `Standing`. Nobody else speaks on it, and no content
of the notes ever passes: what the owner wants forgotten stands in the notes themselves, encrypted.
Only an agent's own words pass, on their way in (`AgentWants`).
"""

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from edge import mute
from edge.garbled import GARBLED
from edge.messages import Asked, Mute, MuteState, Standing, Unmute
from edge.schedule import Stretch

SOCKET_NAME: Final = "control"
HOLD_DEVICES: Final = frozenset({"capture", "firmware_bridge"})
"""Profiles of the processes that have a device or a link open."""
LOCK_NAME: Final = "lock"
"""Held by whoever runs on the folder."""
MOST_REQUEST_BYTES: Final = 4096
MOST_ANSWER_BYTES: Final = 1 << 16
MOST_WAITING: Final = 8
MOST_PATH_BYTES: Final = 107
"""Of a socket's address (unix(7)); a longer path goes through the folder's descriptor."""
ANSWER_WITHIN_S: Final = 20.0
"""A launcher that is just starting answers when it has looked at its processes."""
BORN_WITHIN_S: Final = 5.0
"""The lock is taken before the socket is there."""
BETWEEN_TRIES_S: Final = 0.05

_asked: Final[msgspec.json.Decoder[Asked]] = msgspec.json.Decoder(Asked)
_standing: Final = msgspec.json.Decoder(Standing)


class NoAnswer(RuntimeError):
    """An Offrecord runs and does not answer as it should; the message is one sentence."""


class NotWritten(RuntimeError):
    """Nobody runs, and what was asked cannot be kept for whoever will; one sentence."""


class BadRequest(ValueError):
    """Whoever connected asked for nothing that exists. Its connection is closed, no more."""


# --- the side that asks ------------------------------------------------------------------------


def ask(folder: Path, message: Asked, timeout_s: float = ANSWER_WITHIN_S) -> Standing | None:
    """Ask whoever runs on a data folder; None where nobody does. Raises NoAnswer."""
    with _socket() as connection:
        connection.settimeout(timeout_s)
        try:
            with _address(folder) as address:
                connection.connect(address)
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            return None
        except PermissionError:
            raise NoAnswer(f"the Offrecord that runs on {folder} is another user's") from None
        except OSError:
            raise _no_answer(folder, f"within {timeout_s:.0f} s") from None
        try:
            connection.sendall(msgspec.json.encode(message))
            return _standing.decode(connection.recv(MOST_ANSWER_BYTES))
        except TimeoutError:
            raise _no_answer(folder, f"within {timeout_s:.0f} s") from None
        except (OSError, *GARBLED):  # an empty answer: it ended, or it refused
            raise _no_answer(folder, "as it should") from None


def change(
    folder: Path,
    message: Mute | Unmute,
    schedule: Sequence[Stretch],
    born_within_s: float = BORN_WITHIN_S,
) -> tuple[MuteState, Standing | None]:
    """Mute or unmute whoever runs on a data folder; where nobody does, the next who will.

    Raises NoAnswer, NotWritten.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _change(folder, message, schedule, born_within_s)
    except OSError as error:
        raise NotWritten(f"cannot write in {folder}: {error.strerror}") from None


def _change(
    folder: Path, message: Mute | Unmute, schedule: Sequence[Stretch], born_within_s: float
) -> tuple[MuteState, Standing | None]:
    give_up_s = time.monotonic() + born_within_s
    while True:
        try:
            standing = ask(folder, message)
            if standing:
                return standing.mute, standing
            with held(folder) as is_ours:
                if is_ours:
                    return _write(folder, message, schedule), None
            if time.monotonic() > give_up_s:
                raise _no_answer(folder, "on its control socket")
        except NoAnswer:
            if isinstance(message, Mute):  # so it is muted at the latest when it starts again
                _write(folder, message, schedule)
            raise
        time.sleep(BETWEEN_TRIES_S)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold the folder against a launcher that starts just now; False where one holds it."""
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    is_ours = False
    try:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = True
        yield is_ours
    finally:
        os.close(lock)


def outcome(folder: Path, state: MuteState, standing: Standing | None, wall_s: float) -> str:
    """Return one sentence on what became of `change`. Raises NoAnswer where it is not so."""
    if standing is None:
        then = "neither hears nor sees" if state.muted else "hears and sees"
        words = f"nothing runs on {folder}, and what starts there {then}"
    elif state.muted:
        words = "the microphone and the camera are closed"
    else:
        words = "hearing and seeing again"
    for process in standing.processes if standing and state.muted else ():
        if process.profile in HOLD_DEVICES:
            raise NoAnswer(
                f"{process.process} (pid {process.pid}) is muted and still there; kill it"
            )
    return f"Muted {mute.until(state, wall_s)}: {words}." if state.muted else f"Unmuted: {words}."


def _write(folder: Path, message: Mute | Unmute, schedule: Sequence[Stretch]) -> MuteState:
    clock = mute.read_clock()
    state = mute.asked(mute.load(folder)[0], message, schedule, clock)
    mute.store(folder, state)
    return mute.standing(state, schedule, clock)


def _no_answer(folder: Path, how: str) -> NoAnswer:
    return NoAnswer(f"the Offrecord that runs on {folder} did not answer {how}; end it by hand")


# --- the side that answers ---------------------------------------------------------------------


def listen(folder: Path) -> socket.socket:
    """Return a listening socket that never waits; whoever calls holds the folder's lock."""
    listener = _socket()
    try:
        os.fchmod(listener.fileno(), 0o600)  # before it has a name: there is no moment between
        with _address(folder) as address:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(address)  # noqa: PTH108 (an address, which may go through /proc)
            listener.bind(address)
        listener.listen(MOST_WAITING)
        listener.setblocking(False)  # noqa: FBT003 (its only parameter)
    except OSError:
        listener.close()
        raise
    return listener


def forget(folder: Path) -> None:
    """Remove the socket's name; whoever calls holds the folder's lock."""
    (folder / SOCKET_NAME).unlink(missing_ok=True)


def read(connection: socket.socket) -> Asked:
    """Return what a connection asks; it has been said to be readable. Raises BadRequest."""
    try:
        packet = connection.recv(MOST_REQUEST_BYTES + 1, socket.MSG_DONTWAIT)
    except OSError:
        raise BadRequest("nothing was asked") from None
    if not 0 < len(packet) <= MOST_REQUEST_BYTES:
        raise BadRequest(f"a request has 1 to {MOST_REQUEST_BYTES} bytes")
    try:
        return _asked.decode(packet)
    except GARBLED:
        raise BadRequest("a request is one of `messages.Asked`") from None


def answer(connection: socket.socket, standing: Standing) -> None:
    """Say how things stand and close; whoever no longer listens misses it."""
    with connection, contextlib.suppress(OSError):
        connection.send(msgspec.json.encode(standing), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)


# --- both --------------------------------------------------------------------------------------


def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Name the socket; a path that is too long goes through a descriptor of the folder."""
    path = folder / SOCKET_NAME
    if len(os.fsencode(path)) <= MOST_PATH_BYTES:
        yield str(path)
        return
    directory = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{SOCKET_NAME}"
    finally:
        os.close(directory)
