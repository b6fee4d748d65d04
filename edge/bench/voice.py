"""Does the companion hear itself, and how soon is it silent when somebody speaks?

Real processes, the real voice and real recognition in a simulated room (`edge/bench/echo_room.py`):
questions out of the scenes are asked again and again. In most rounds nobody interrupts the answer,
and whatever is heard while it is spoken was the companion itself. In the others somebody speaks a
second after it began.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from edge import config, scene
from edge.bench import SECRET, CannotMeasure, echo_room
from edge.bench.echo_room import EchoRoom
from edge.bench.reverberation import LIVING_ROOM, impulse_response
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import (
    OwnVoice,
    SealState,
    Shown,
    SourceState,
    Speaking,
    SpeechStarted,
    Transcript,
    Unclear,
)
from edge.signals import Samples

SCENES: Final = ("errand", "kitchen", "demo")
SPEECH_DBFS: Final = -30.0
"""Of what is said in the room, at the microphone; 10 dB more of echo are not clipped yet."""
VOICE_DBFS: Final = -19.0
"""Of what espeak-ng makes, measured."""
EARLY_S: Final = 0.05
"""Around a sentence that is cut out of a scene."""
INTERRUPTS_AFTER_S: Final = 1.0
ROUND_LIMIT_S: Final = 20.0
UP_WITHIN_S: Final = 60.0
RINGS_S: Final = 2.0
"""What is understood so long after an answer may still be its echo."""
REST_S: Final = 0.7
LOOK_EVERY_S: Final = 0.01


@dataclass(slots=True)
class Heard:
    """What the run has shown since the last question was asked."""

    began_s: float = 0.0
    ended_s: float = 0.0
    was_cut: bool = False
    noticed_s: float = 0.0
    """When somebody was first noticed while it spoke."""
    own: int = 0
    """Transcripts of its own voice that were taken for somebody's words."""
    caught: int = 0
    """And those that the runtime recognised as its own."""
    noises: int = 0
    """Speech-like sound without words."""

    def note(self, message: Shown, now_s: float) -> None:
        """Take one message in."""
        match message:
            case Speaking(is_heard=True):
                self.began_s = self.began_s or now_s
            case Speaking(was_cut=was_cut):
                self.ended_s, self.was_cut = now_s, self.was_cut or was_cut
            case SpeechStarted():
                self.noticed_s = self.noticed_s or now_s
            case Transcript():
                self.own += 1
            case OwnVoice():
                self.caught += 1
            case Unclear():
                self.noises += 1


@dataclass(slots=True)
class Tallied:
    """All rounds."""

    replies: int = 0
    own_transcripts: int = 0
    own_recognised: int = 0
    own_unclear: int = 0
    false_barge_ins: int = 0
    missed: int = 0
    barge_in_ms: list[float] = field(default_factory=list)
    noticed_ms: list[float] = field(default_factory=list)
    in_quiet_ms: list[float] = field(default_factory=list)
    """The same, of questions, while nothing is played."""
    after_noticed_ms: list[float] = field(default_factory=list)


def measure(replies: int, interruptions: int, echo_db: float) -> dict[str, Any]:
    """Hear so many answers to their end, and interrupt so many others. Raises CannotMeasure.

    `echo_db` is by how much the voice is louder at the microphone than who speaks in the room.
    """
    facts, questions = sentences()
    echo = 10 ** ((SPEECH_DBFS + echo_db - VOICE_DBFS) / 20) / _gain()
    with (
        tempfile.TemporaryDirectory(prefix="offrecord-bench-") as name,
        echo_room.opened(Path(name), echo) as room,
    ):
        bench = _Bench(room, facts, questions)
        asyncio.run(bench.play(Path(name) / "notes", replies, interruptions))
    tallied = bench.tallied
    return {
        "echo_db": echo_db,
        "gaps": room.gaps,
        "replies": tallied.replies,
        "own_transcripts": tallied.own_transcripts,
        "own_recognised": tallied.own_recognised,
        "own_unclear": tallied.own_unclear,
        "false_barge_ins": tallied.false_barge_ins,
        "interruptions": interruptions,
        "missed": tallied.missed,
        "onset_to_silence_ms": _percentiles(tallied.barge_in_ms),
        "onset_to_noticed_ms": _percentiles(tallied.noticed_ms),
        "onset_to_noticed_in_quiet_ms": _percentiles(tallied.in_quiet_ms),
        "noticed_to_silence_ms": _percentiles(tallied.after_noticed_ms),
        "sealed": bench.sealed,
    }


class _Bench:
    def __init__(self, room: EchoRoom, facts: list[Samples], questions: list[Samples]) -> None:
        self._room, self._facts, self._questions = room, facts, questions
        self._interjections = itertools.cycle(facts)
        self._heard = Heard()
        self._is_up = {"voice": False, "audio": False}
        self.tallied = Tallied()
        self.sealed: dict[str, str] = {}

    async def play(self, folder: Path, replies: int, interruptions: int) -> None:
        settings = config.Config(
            microphone=config.Microphone(device=echo_room.MICROPHONE),
            voice=config.Voice(enabled=True, device=echo_room.LOUDSPEAKER),
            airlock=config.Airlock(rate_bytes_s=4096, burst_bytes=1 << 20),
        )
        sources = [describe("audio", "mic", settings)]
        run = Run(settings, sources, folder, secret=SECRET)
        launcher = Launcher(run, self._show)
        running = asyncio.create_task(launcher.launch())
        try:
            await self._until(lambda: all(self._is_up.values()) or running.done(), UP_WITHIN_S)
            if not all(self._is_up.values()):
                raise CannotMeasure(
                    "the voice or the microphone did not start; see `offrecord doctor`"
                )
            for fact in self._facts:
                await self._say(fact)
            asked = itertools.cycle(self._questions)
            for number in range(replies + interruptions):
                await self._round(next(asked), interrupts=number >= replies)
        finally:
            launcher.stop()
            await running

    async def _round(self, question: Samples, *, interrupts: bool) -> None:
        self._heard = heard = Heard()
        await self._say(question)
        await self._until(lambda: heard.began_s > 0, ROUND_LIMIT_S)
        if not heard.began_s:
            return
        self.tallied.in_quiet_ms.append((heard.noticed_s - self._room.said_s) * 1000)
        heard.own = heard.caught = heard.noises = 0
        if interrupts:
            await asyncio.sleep(INTERRUPTS_AFTER_S)
            if not heard.ended_s:
                await self._interrupt(heard)
            await asyncio.sleep(RINGS_S)
            return
        await self._until(lambda: heard.ended_s > 0, ROUND_LIMIT_S)
        await asyncio.sleep(RINGS_S)
        tallied = self.tallied
        tallied.replies += 1
        tallied.own_transcripts += heard.own
        tallied.own_recognised += heard.caught
        tallied.own_unclear += heard.noises
        tallied.false_barge_ins += heard.was_cut

    async def _interrupt(self, heard: Heard) -> None:
        heard.noticed_s = 0.0
        room, tallied = self._room, self.tallied
        room.say(next(self._interjections))
        await self._until(lambda: heard.was_cut, ROUND_LIMIT_S / 4)
        if not heard.was_cut:
            tallied.missed += 1
            return
        await asyncio.sleep(0.1)
        tallied.barge_in_ms.append((room.loud_at - room.said_at) * 1000 / SAMPLE_RATE_HZ)
        tallied.after_noticed_ms.append((room.loud_s - heard.noticed_s) * 1000)
        tallied.noticed_ms.append((heard.noticed_s - room.said_s) * 1000)

    async def _say(self, sentence: Samples) -> None:
        self._room.say(sentence)
        await self._until(lambda: self._room.is_quiet, ROUND_LIMIT_S)
        await asyncio.sleep(REST_S)

    async def _until(self, done: Callable[[], bool], limit_s: float) -> None:
        until_s = time.monotonic() + limit_s
        while not done() and time.monotonic() < until_s:  # noqa: ASYNC110 (a minute of patience, not an event)
            await asyncio.sleep(LOOK_EVERY_S)

    def _show(self, message: Shown) -> None:
        match message:
            case SealState():
                self.sealed[message.process] = message.level
                self._is_up["voice"] |= message.process == "voice"
            case SourceState(kind="audio", phase="running"):
                self._is_up["audio"] = True
            case _:
                self._heard.note(message, time.monotonic())


def sentences() -> tuple[list[Samples], list[Samples]]:
    """Return what is said in the scenes, float32 (n,): facts, and the questions about them."""
    facts, questions = [], []
    for name in SCENES:
        found = scene.load(scene.folder(name))
        assert found.audio
        samples, rate_hz = soundfile.read(found.audio, dtype="float32")
        assert rate_hz == SAMPLE_RATE_HZ or not rate_hz % SAMPLE_RATE_HZ
        asked = {question.text for question in found.questions}
        for said in found.said:
            begin, end = (
                round(t * rate_hz) for t in (said.start_s - EARLY_S, said.end_s + EARLY_S)
            )
            sound = _levelled(samples[begin : end : rate_hz // SAMPLE_RATE_HZ])
            if said.text in asked:
                questions.append(sound)
            elif said.speaker == "wearer":
                facts.append(sound)
    return facts, questions


def _levelled(samples: Samples) -> Samples:
    loud = float(np.sqrt(np.mean(samples**2)))
    return (samples * (10 ** (SPEECH_DBFS / 20) / loud)).astype(np.float32)


def _gain() -> float:
    """Return by how much the room makes a sound louder."""
    answer = impulse_response(LIVING_ROOM)
    return float(np.sqrt(np.sum(answer**2)))


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50": round(float(p50)), "p95": round(float(p95)), "max": round(max(values))}
