"""A whole run that listens and speaks in one room: it answers aloud, and a mute silences it."""

import asyncio
import ctypes.util
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge import config
from edge.bench import CannotMeasure, echo_room, voice
from edge.bench.echo_room import EchoRoom
from edge.capture.sources import describe
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import Mute, OwnVoice, Reply, SealState, Shown, Speaking, Transcript

pytestmark = pytest.mark.alone

PATIENCE_S = 40
FACTS, QUESTIONS = voice.sentences()


class Talk:
    """A run, and somebody in the room who asks."""

    def __init__(self, room: EchoRoom, folder: Path) -> None:
        self.room = room
        self.shown: list[Shown] = []
        settings = config.Config(
            microphone=config.Microphone(device=echo_room.MICROPHONE),
            voice=config.Voice(device=echo_room.LOUDSPEAKER),
        )
        sources = [describe("audio", "mic", settings)]
        self.launcher = Launcher(Run(settings, sources, folder), self.shown.append)

    def of(self, kind: type[Shown]) -> list[Shown]:
        return [message for message in self.shown if isinstance(message, kind)]

    async def until(self, done: Callable[[], object]) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < until_s, self.shown
            await asyncio.sleep(0.02)

    def voices(self) -> list[int]:
        """Return the process ids of the voices so far."""
        return [m.pid for m in self.of(SealState) if m.process == "voice"]  # type: ignore[union-attr]


async def answered_muted_and_silent(talk: Talk) -> None:
    running = asyncio.create_task(talk.launcher.launch())
    await talk.until(lambda: len(talk.voices()) == 1 and talk.launcher.sensing[0].released)
    await asyncio.sleep(1)
    talk.room.say(QUESTIONS[0])
    await talk.until(lambda: Speaking(is_heard=True) in talk.shown)
    talk.launcher.switch.ask(Mute())
    await talk.until(lambda: talk.of(Speaking)[-1] == Speaking(is_heard=False, was_cut=True))
    await talk.until(lambda: len(talk.voices()) == 2)
    silent_since_s = talk.room.loud_s
    await asyncio.sleep(1.5)
    assert talk.room.loud_s == silent_since_s
    talk.launcher.stop()
    await running


def test_it_answers_aloud_and_a_mute_silences_it(tmp_path: Path) -> None:
    for library, package in (("espeak-ng", "espeak-ng"), ("portaudio", "libportaudio2")):
        if not ctypes.util.find_library(library):
            pytest.skip(f"UNCHECKED: needs {library}; apt install {package}")
    try:
        with echo_room.opened(tmp_path, 1.0) as room:
            talk = Talk(room, tmp_path / "notes")
            asyncio.run(answered_muted_and_silent(talk))
    except CannotMeasure as missing:
        pytest.skip(f"UNCHECKED: {missing}")
    assert talk.of(Reply)
    assert len(talk.of(Transcript)) == 1
    assert talk.of(OwnVoice) == []
    assert talk.launcher.summary
    assert talk.launcher.summary.counter == "equal"


@pytest.mark.parametrize("replies", [1, pytest.param(4, marks=pytest.mark.long)])
def test_nobody_hears_itself_and_everybody_is_heard(replies: int, tmp_path: Path) -> None:
    if not (ctypes.util.find_library("espeak-ng") and ctypes.util.find_library("portaudio")):
        pytest.skip("UNCHECKED: needs espeak-ng and PortAudio; apt install espeak-ng libportaudio2")
    assert tmp_path
    try:
        found = voice.measure(replies, interruptions=1, echo_db=0.0)
    except CannotMeasure as missing:
        pytest.skip(f"UNCHECKED: {missing}")
    assert (found["replies"], found["missed"]) == (replies, 0)
    excused = found["gaps"]  # a machine too busy for the room loses sound, which no echo explains
    assert max(found["own_transcripts"], found["false_barge_ins"]) <= excused
    assert found["noticed_to_silence_ms"]["max"] < 1000
