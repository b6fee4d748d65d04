"""The control socket with real sockets: who may, what is refused, and when nobody runs."""

import fcntl
import os
import select
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from edge import control, mute, schedule
from edge.messages import Asked, Inquire, Mute, MuteState, Standing, StandingProcess, Unmute

ALWAYS = schedule.read(["00:00-24:00"])


def standing(*, muted: bool) -> Standing:
    return Standing("run", 1, (), MuteState(muted), 0, 0, 0, is_counter_known=True)


@contextmanager
def answering(folder: Path) -> Iterator[list[Asked | str]]:
    """Answer whatever is asked, as a launcher would, and keep it."""
    heard: list[Asked | str] = []

    def serve(listener: socket.socket) -> None:
        listener.settimeout(20)
        while True:
            connection, _ = listener.accept()
            select.select([connection], [], [], 20)
            try:
                heard.append(control.read(connection))
            except control.BadRequest as refusal:
                heard.append(str(refusal))
                connection.close()
                continue
            if isinstance(heard[-1], Inquire):
                connection.close()
                return
            control.answer(connection, standing(muted=isinstance(heard[-1], Mute)))

    with control.listen(folder) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        try:
            yield heard
        finally:
            with pytest.raises(control.NoAnswer):
                control.ask(folder, Inquire())
            server.join()


def raw(folder: Path, packet: bytes) -> bytes:
    """Send any packet and return the answer; nothing means that the connection was closed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(20)
        connection.connect(str(folder / "control"))
        connection.send(packet)
        return connection.recv(1 << 16)


def test_a_question_and_its_answer(tmp_path: Path) -> None:
    with answering(tmp_path) as heard:
        assert control.ask(tmp_path, Mute(10)) == standing(muted=True)
        assert control.ask(tmp_path, Unmute()) == standing(muted=False)
    assert heard == [Mute(10), Unmute(), Inquire()]


def test_only_the_owner_can_open_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with control.listen(tmp_path):
            assert stat.S_IMODE((tmp_path / "control").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_nobody_runs(tmp_path: Path) -> None:
    assert control.ask(tmp_path, Inquire()) is None
    assert control.ask(tmp_path / "absent", Inquire()) is None
    control.listen(tmp_path).close()  # as a kill -9 leaves it
    assert control.ask(tmp_path, Inquire()) is None


def test_a_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    control.listen(tmp_path).close()
    with answering(tmp_path):
        assert control.ask(tmp_path, Unmute())
    control.forget(tmp_path)
    assert not (tmp_path / "control").exists()


def test_a_very_long_path(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 100) / ("e" * 100)
    folder.mkdir(parents=True)
    assert control.ask(folder, Inquire()) is None
    with answering(folder):
        assert control.ask(folder, Mute()) == standing(muted=True)


@pytest.mark.parametrize(
    "packet",
    [
        b"{}",
        b"[96",
        b"[96,-1]",
        b"[96,1e9]",
        b"[96,5,5]",
        b"[3]",
        b"\xff\xfe\x00",
        b"[98]" + b" " * control.MOST_REQUEST_BYTES,
        b"[" * 256,
    ],
)
def test_a_malformed_request_closes_its_connection_and_no_other(
    packet: bytes, tmp_path: Path
) -> None:
    with answering(tmp_path) as heard:
        assert raw(tmp_path, packet) == b""
        assert control.ask(tmp_path, Unmute())
    assert isinstance(heard[0], str)


def test_a_launcher_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    with control.listen(tmp_path), pytest.raises(control.NoAnswer, match="did not answer within"):
        control.ask(tmp_path, Mute(), timeout_s=0.05)


def test_whoever_connects_and_says_nothing_holds_nobody_up() -> None:
    silent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with silent, ours, pytest.raises(control.BadRequest):
        control.read(ours)


def test_whoever_left_before_the_answer_harms_nobody() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    control.answer(ours, standing(muted=True))


def test_the_longest_answer_is_one_packet() -> None:
    many = standing(muted=True)
    process = StandingProcess("capture.audio", "capture", 2**22, "A")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.answer(ours, msgspec.structs.replace(many, processes=(process,) * 64))
    with theirs:
        packet = theirs.recv(control.MOST_ANSWER_BYTES)
    assert len(msgspec.json.decode(packet, type=Standing).processes) == 64


# --- mute and unmute, whoever runs or not --------------------------------------------------------


def test_where_nobody_runs_the_next_start_is_muted(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    state, answer = control.change(folder, Mute(10), ())
    assert (state.muted, answer) == (True, None)
    assert mute.standing(mute.load(folder)[0], (), mute.read_clock()).muted
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not control.change(folder, Unmute(), ())[0].muted
    assert mute.load(folder) == (mute.State(), "")


def test_an_unmute_opens_a_damaged_state(tmp_path: Path) -> None:
    (tmp_path / "mute").write_text("nonsense")
    control.change(tmp_path, Unmute(), ())
    assert mute.load(tmp_path) == (mute.State(), "")


def test_an_unmute_opens_a_schedule(tmp_path: Path) -> None:
    assert not control.change(tmp_path, Unmute(), ALWAYS)[0].muted
    assert not mute.standing(mute.load(tmp_path)[0], ALWAYS, mute.read_clock()).muted


def test_whoever_runs_is_asked_and_keeps_the_state_itself(tmp_path: Path) -> None:
    with answering(tmp_path):
        state, answer = control.change(tmp_path, Mute(10), ())
    assert (state.muted, answer) == (True, standing(muted=True))
    assert not (tmp_path / "mute").exists()


def test_one_who_does_not_answer_is_muted_when_it_starts_again(tmp_path: Path) -> None:
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(control.NoAnswer, match="did not answer on its control socket"):
        control.change(tmp_path, Mute(), (), born_within_s=0.1)
    os.close(lock)
    assert mute.load(tmp_path)[0].said
