"""A wearable as loudspeaker: its pace, what is left out, and the sealed voice behind it."""

import ctypes.util
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from edge import seal
from edge.launcher.births import PROGRAMS_READ
from edge.messages import Began, Hush, Speak, Spoke, Telling, Voiced
from edge.voice.worn import AHEAD_S, RATE_HZ, WHOLE_SAMPLES, Worn

WITHIN_S = 20
SENTENCE = "The keys are in the blue bowl by the door."
PIECE = np.full(RATE_HZ // 50, 7, np.int16)  # 20 ms


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.setblocking(False)  # noqa: FBT003 (its only parameter)
    with ours, theirs:
        yield ours, theirs


def waiting(end: socket.socket) -> bytes:
    found = b""
    while select.select([end], [], [], 0)[0]:
        found += end.recv(4096)
    return found


def test_it_is_never_further_ahead_than_a_radio_needs(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    worn = Worn(pair[0])
    worn.start()
    for _ in range(20):
        worn.write(PIECE)
        assert worn.waiting_s <= AHEAD_S + len(PIECE) / RATE_HZ
    worn.wait(lambda: True)
    assert worn.waiting_s == 0
    assert worn.played_ms == 1000 * 7 * WHOLE_SAMPLES // RATE_HZ  # 400 ms fill seven packets
    sound = np.frombuffer(waiting(pair[1]), "<i2")
    assert (len(sound), int(np.count_nonzero(sound == 7))) == (7 * WHOLE_SAMPLES, 20 * len(PIECE))


def test_where_nobody_reads_it_goes_on_and_waits_for_nobody(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    worn = Worn(pair[0])
    worn.start()
    for _ in range(15):
        worn.write(PIECE)
    assert 0 < len(waiting(pair[1])) < 15 * 2 * len(PIECE)


class WornVoice:
    """`python -m edge.voice` without a loudspeaker; the test is runtime and link."""

    def __init__(self) -> None:
        told, self.tells = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.reports, reporting = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        ours, self.link = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.shutdown(socket.SHUT_RD)
        argv = [sys.executable, "-m", "edge.voice", "--worn-fd", str(ours.fileno())]
        self.process = subprocess.Popen(
            seal.stage0("voice", argv, readable=PROGRAMS_READ),
            stdin=told,
            stdout=reporting,
            pass_fds=[ours.fileno()],
            env=os.environ | seal.environment(),
        )
        for given in (told, reporting):
            os.close(given)
        ours.close()
        self.played = b""

    def tell(self, message: Telling) -> None:
        os.write(self.tells, msgspec.msgpack.encode(message))

    def hear(self) -> Voiced:
        ready: list[object] = []
        while self.reports not in ready:
            ready, _, _ = select.select([self.reports, self.link], [], [], WITHIN_S)
            assert ready, "the voice says nothing"
            if self.link in ready:
                self.played += self.link.recv(4096)
        return msgspec.msgpack.decode(os.read(self.reports, 4096), type=Voiced)

    def end(self) -> int:
        os.close(self.tells)
        os.close(self.reports)
        self.link.close()
        return self.process.wait(WITHIN_S)


def test_the_voice_behind_it_is_sealed_speaks_whole_packets_and_stops_when_hushed() -> None:
    if not ctypes.util.find_library("espeak-ng"):
        pytest.skip("UNCHECKED: needs espeak-ng; apt install espeak-ng")
    voice = WornVoice()
    assert voice.hear() == Spoke(0, 0, was_cut=False)
    found = seal.inspect(voice.process.pid, "voice")
    assert (found.problems, found.level in "AC") == ((), True)  # no sound server is trusted
    voice.tell(Speak(1, SENTENCE))
    assert voice.hear() == Began(1)
    spoke = voice.hear()
    assert isinstance(spoke, Spoke)
    assert (spoke.number, spoke.was_cut) == (1, False)
    sound = np.frombuffer(voice.played + waiting(voice.link), "<i2")
    assert len(sound) == spoke.played_ms * RATE_HZ // 1000
    assert len(sound) % WHOLE_SAMPLES == 0
    assert np.abs(sound).max() > 3000
    voice.tell(Speak(2, " and ".join([SENTENCE] * 8)))
    assert voice.hear() == Began(2)
    assert select.select([voice.link], [], [], WITHIN_S)[0]
    voice.tell(Hush())
    cut = voice.hear()
    assert isinstance(cut, Spoke)
    assert cut.was_cut
    assert cut.played_ms < 8 * spoke.played_ms
    assert voice.end() == 0
