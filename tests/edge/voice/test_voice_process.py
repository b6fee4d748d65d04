"""A real voice: sealed, looked at from outside, heard in a room of PulseAudio."""

import ctypes.util
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import piper_programs
import pytest

from edge import config, seal
from edge.bench import CannotMeasure, echo_room
from edge.bench.echo_room import EchoRoom
from edge.launcher.births import PROGRAMS_READ
from edge.launcher.voice_program import PiperVoice, VoiceProgram
from edge.messages import PIPER_FAILED_EXIT, Began, Hush, Speak, Spoke, Telling, Voiced
from edge.slot import MAX_RECORD_BYTES

PATIENCE_S = 20
SENTENCE = "The keys are in the blue bowl by the door."
LONG = ", and ".join([SENTENCE] * 8)


class VoiceProcess:
    """`python -m edge.voice`; the test is launcher, runtime and chamber."""

    def __init__(self, device: str, piper: VoiceProgram | None = None) -> None:
        told, self.tells = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.reports, reporting = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.chamber, slot = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = config.Config(voice=config.Voice(device=device))
        argv = [sys.executable, "-m", "edge.voice", "--slot-fd", str(slot.fileno()), "--epoch=0"]
        argv += ["--settings", config.to_argument(settings)]
        ends = (piper.text_fd, piper.sound_fd) if piper else ()
        argv += [f"--piper={ends[0]},{ends[1]},{piper.rate_hz}"] if piper else []
        self.process = subprocess.Popen(
            seal.stage0("voice", argv, readable=PROGRAMS_READ),
            stdin=told,
            stdout=reporting,
            stderr=subprocess.PIPE,
            pass_fds=[slot.fileno(), *ends],
            env=os.environ | seal.environment(),
        )
        slot.close()
        os.close(told)
        os.close(reporting)

    def tell(self, message: Telling) -> None:
        os.write(self.tells, msgspec.msgpack.encode(message))

    def hear(self) -> Voiced:
        poll = select.poll()
        poll.register(self.reports, select.POLLIN)
        assert poll.poll(PATIENCE_S * 1000), "the voice says nothing"
        packet = os.read(self.reports, 4096)
        assert packet, self.process.stderr and self.process.stderr.read()
        return msgspec.msgpack.decode(packet, type=Voiced)

    def end(self) -> tuple[int, bytes]:
        """Return its exit status, and what it said when it could not start."""
        os.close(self.tells)
        status = self.process.wait(PATIENCE_S)
        assert self.process.stderr
        with self.process.stderr as stderr:
            complaint = stderr.read()
        os.close(self.reports)
        self.chamber.close()
        return status, complaint


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EchoRoom]:
    for library, package in (("espeak-ng", "espeak-ng"), ("portaudio", "libportaudio2")):
        if not ctypes.util.find_library(library):
            pytest.skip(f"UNCHECKED: needs {library}; apt install {package}")
    try:
        with echo_room.opened(tmp_path_factory.mktemp("room"), 0.5) as opened:
            yield opened
    except CannotMeasure as missing:
        pytest.skip(f"UNCHECKED: {missing}")


@pytest.fixture
def voice(room: EchoRoom) -> Iterator[VoiceProcess]:
    assert room.is_quiet
    process = VoiceProcess(echo_room.LOUDSPEAKER)
    assert process.hear() == Spoke(0, 0, was_cut=False)
    yield process
    assert process.end()[0] == 0


def test_it_is_sealed_and_holds_no_microphone(voice: VoiceProcess) -> None:
    found = seal.inspect(voice.process.pid, "voice")
    assert found.problems == ()
    assert found.level == "D"


def test_a_sentence_is_over_when_it_has_been_heard(voice: VoiceProcess, room: EchoRoom) -> None:
    voice.tell(Speak(1, SENTENCE))
    assert voice.hear() == Began(1)
    began_s = time.monotonic()
    spoke = voice.hear()
    lasted_ms = (time.monotonic() - began_s) * 1000
    assert isinstance(spoke, Spoke)
    assert not spoke.was_cut
    assert 1500 < spoke.played_ms < 4000
    assert lasted_ms > 0.9 * spoke.played_ms
    assert room.loud_s > began_s


def test_the_chamber_hears_of_every_moment(voice: VoiceProcess) -> None:
    voice.tell(Speak(1, SENTENCE))
    assert voice.hear() == Began(1)
    spoke = voice.hear()
    assert isinstance(spoke, Spoke)
    pieces = 0
    voice.chamber.settimeout(0)
    while pieces * 20 < spoke.played_ms:
        assert voice.chamber.recv(MAX_RECORD_BYTES)
        pieces += 1


def test_hushed_it_is_silent_and_says_nothing_of_what_was_waiting(voice: VoiceProcess) -> None:
    voice.tell(Speak(1, LONG))
    voice.tell(Speak(2, SENTENCE))
    assert voice.hear() == Began(1)
    voice.tell(Hush())
    cut, never = voice.hear(), voice.hear()
    assert isinstance(cut, Spoke)
    assert cut.was_cut
    assert cut.played_ms < 5000
    assert never == Spoke(2, 0, was_cut=True)


def test_it_speaks_again_after_it_was_hushed(voice: VoiceProcess) -> None:
    voice.tell(Hush())
    voice.tell(Speak(7, "Yes."))
    assert voice.hear() == Began(7)
    spoke = voice.hear()
    assert isinstance(spoke, Spoke)
    assert not spoke.was_cut
    assert seal.inspect(voice.process.pid, "voice").problems == ()


def test_without_a_loudspeaker_it_says_so_before_its_seal(
    monkeypatch: pytest.MonkeyPatch, room: EchoRoom
) -> None:
    assert room
    monkeypatch.setenv("PULSE_SERVER", "unix:/nothing/native")
    status, complaint = VoiceProcess("").end()
    assert status == 1
    assert b"loudspeaker" in complaint


@contextmanager
def by_piper(found: tuple[Path, Path]) -> Iterator[tuple[VoiceProcess, VoiceProgram]]:
    programs, model = found
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        program = VoiceProgram(PiperVoice.find(str(model)), 165)
    voice = VoiceProcess(echo_room.LOUDSPEAKER, program)
    try:
        yield voice, program
    finally:
        voice.end()
        program.end()


@pytest.mark.parametrize("is_real", [True, False])
def test_piper_is_heard_and_hushed_as_any_voice(
    is_real: bool, room: EchoRoom, tmp_path: Path
) -> None:
    assert room
    found = piper_programs.real() if is_real else piper_programs.stand_in(tmp_path)
    if not found:
        pytest.skip(piper_programs.MISSING)
    with by_piper(found) as (voice, _):
        assert voice.hear() == Spoke(0, 0, was_cut=False)
        assert seal.inspect(voice.process.pid, "voice").problems == ()
        voice.tell(Speak(1, SENTENCE))
        assert voice.hear() == Began(1)
        whole = voice.hear()
        assert isinstance(whole, Spoke)
        assert not whole.was_cut
        assert 1200 < whole.played_ms < 4000
        voice.chamber.settimeout(0)
        for _ in range(whole.played_ms // 20):
            assert voice.chamber.recv(MAX_RECORD_BYTES)
        voice.tell(Speak(2, SENTENCE))
        assert voice.hear() == Began(2)
        voice.tell(Hush())
        cut = voice.hear()
        assert isinstance(cut, Spoke)
        assert cut.was_cut
        assert cut.played_ms < whole.played_ms


def test_a_piper_that_dies_ends_the_voice_with_a_status_of_its_own(
    room: EchoRoom, tmp_path: Path
) -> None:
    assert room
    with by_piper(piper_programs.stand_in(tmp_path)) as (voice, program):
        assert voice.hear() == Spoke(0, 0, was_cut=False)
        os.kill(program.pid, signal.SIGKILL)
        voice.tell(Speak(1, SENTENCE))
        assert voice.process.wait(PATIENCE_S) == PIPER_FAILED_EXIT
