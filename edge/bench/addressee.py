"""Which utterances does the companion act on, of those meant for it and of those that are not?

Everything is as it ships: the sealed chamber hears the sounds, and the runtime decides and answers,
with the dialogue state that its own answers make. An utterance was acted on when an answer began.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
import soundfile

from edge import config, voice_profile
from edge.bench import SECRET, CannotMeasure, stream
from edge.bench.clips import load_clip, read_manifest
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ, to_samples
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import (
    ContextPacket,
    Enrol,
    OffTheRecord,
    SealState,
    Shown,
    Transcript,
    VoiceProfile,
)
from edge.signals import Samples

_T = TypeVar("_T")
KEYS: Final = ("file", "text", "addressed")
GAP_S: Final = 2.0
"""Silence between two clips: longer than any endpoint."""
HOUR_S: Final = 3600
ENROLMENT_S: Final = 30
"""Of speech, from which the wearer's voice is learnt."""


class Clip(msgspec.Struct, frozen=True):
    """One line of a manifest; further keys are ignored. Without `addressed` it is a bystander's."""

    file: str
    text: str
    addressed: bool | None = None


@dataclass
class Heard:
    """What became of a clip."""

    clip: Clip
    sound: Samples
    text: str = ""
    acted_on: bool = False
    was_early: bool = False
    """Whether it was acted on before its speaker went on."""


@dataclass
class Leg:
    """One run over clips, which ends early when the companion is told to hear nothing."""

    clips: Sequence[Heard]
    sealed: dict[str, str] = field(default_factory=dict)
    hushed_at: int = -1
    """The clip that ended it."""


def measure(
    manifest_path: Path, bystanders: Path | None = None, *, enrolled: bool = False
) -> dict[str, Any]:
    """Play the clips of both manifests as one stream, evenly mixed, and count what is acted on.

    `enrolled`: the voice of the first manifest has been learnt, and only it is listened to.
    """
    own = read_manifest(manifest_path, Clip, KEYS)
    if any(clip.addressed is None for clip in own):
        raise CannotMeasure(f"{manifest_path} does not say of each clip whether it was `addressed`")
    others = [bystanders] if bystanders else []
    groups = [
        [(manifest_path, clip) for clip in own if clip.addressed],
        [(manifest_path, clip) for clip in own if not clip.addressed],
        [(path, clip) for path in others for clip in read_manifest(path, Clip, ("file", "text"))],
    ]
    clips = [Heard(clip, load_clip(path.parent / clip.file)) for path, clip in mixed(groups)]
    of_wearer = [each for each in clips if each.clip.addressed is not None]
    learnt_from = sorted(of_wearer, key=lambda each: bool(each.clip.addressed))
    voice = asyncio.run(_learnt(learnt_from)) if enrolled else None
    sealed = _play(clips, voice)
    return figures(clips) | {"enrolled": enrolled, "sealed": sealed}


def mixed(groups: Sequence[Sequence[_T]]) -> list[_T]:
    """Return the members of all groups, each group spread evenly: requests and others alternate."""
    placed = [
        ((place + 0.5) / len(group), number, member)
        for number, group in enumerate(groups)
        for place, member in enumerate(group)
    ]
    return [member for _, _, member in sorted(placed, key=lambda each: each[:2])]


def figures(clips: Sequence[Heard]) -> dict[str, Any]:
    """Return the shares and counts of clips that have been heard."""
    requests = [each for each in clips if each.clip.addressed]
    others = [each for each in clips if each.clip.addressed is False]
    bystanders = [each for each in clips if each.clip.addressed is None]
    wrong = [each for each in (*others, *bystanders) if each.acted_on]
    other_s = sum(len(each.sound) for each in (*others, *bystanders)) / SAMPLE_RATE_HZ
    answered = sum(each.acted_on for each in requests)
    return {
        "request_recall": round(answered / len(requests), 4) if requests else None,
        "others_acted_on": sum(each.acted_on for each in others),
        "bystanders_acted_on": sum(each.acted_on for each in bystanders),
        "false_replies_per_hour": round(len(wrong) * HOUR_S / other_s, 2) if other_s else 0.0,
        "requests": len(requests),
        "others": len(others),
        "bystanders": len(bystanders),
        "other_speech_s": round(other_s, 1),
        "halves_acted_on": sum(each.was_early for each in clips),
        "missed": [_told(each) for each in requests if not each.acted_on],
        "wrong": [_told(each) for each in wrong],
    }


def _told(each: Heard) -> dict[str, str]:
    return {"file": each.clip.file, "recognised": each.text}


def _play(clips: Sequence[Heard], voice: VoiceProfile | None) -> dict[str, str]:
    """Hear all clips. After "stop listening" another run goes on behind it, as after an unmute."""
    sealed: dict[str, str] = {}
    while clips:
        leg = Leg(clips)
        # The stream is written where only this bench's own temporary folder is, and removed with it
        with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
            asyncio.run(_run(leg, Path(folder), voice))
        sealed |= leg.sealed
        clips = clips[leg.hushed_at + 1 :] if leg.hushed_at >= 0 else []
    return sealed


async def _learnt(clips: Sequence[Heard]) -> VoiceProfile:
    """Return the voice of some clips, as `offrecord enroll` learns it."""
    learnt: list[VoiceProfile] = []

    def show(message: Shown) -> None:
        if isinstance(message, VoiceProfile):
            learnt.append(message)
            launcher.stop()
        elif isinstance(message, OffTheRecord) and not learnt:
            launcher.stop()

    with tempfile.TemporaryDirectory(prefix="offrecord-bench-") as folder:
        enrol = Enrol(speech_s=ENROLMENT_S)
        launcher = Launcher(_a_run(clips, Path(folder), enrol=enrol), show)
        await launcher.launch()
    if not learnt:
        raise CannotMeasure(f"the manifest has less than {ENROLMENT_S} s of its wearer's speech")
    return learnt[0]


def _a_run(
    clips: Sequence[Heard], folder: Path, *, enrol: Enrol | None = None, knows_voice: bool = False
) -> Run:
    """Return a run over clips, faster than life."""
    gap = np.zeros(to_samples(GAP_S), np.float32)
    sound = np.concatenate([part for each in clips for part in (each.sound, gap)])
    file = folder / "stream.wav"
    soundfile.write(file, sound, SAMPLE_RATE_HZ, subtype="PCM_16")
    settings = config.Config(
        # So fast, a stream says as much as many days: the budget is not measured here.
        airlock=config.Airlock(rate_bytes_s=4096, burst_bytes=1 << 20),
        privacy=config.Privacy(mode="wearer" if knows_voice else "auto"),
    )
    source = describe("audio", str(file), settings)
    return Run(settings, [source], folder / "notes", fast=True, enrol=enrol, secret=SECRET)


async def _run(leg: Leg, folder: Path, voice: VoiceProfile | None) -> None:
    gap_samples = to_samples(GAP_S)
    starts = np.cumsum([0, *(len(each.sound) + gap_samples for each in leg.clips)])
    run = _a_run(leg.clips, folder, knows_voice=voice is not None)
    if voice:
        voice_profile.store(run.data, voice, run.secret)
    latest, words = 0, stream.Words(starts[:-1].tolist())

    def show(message: Shown) -> None:
        nonlocal latest
        if leg.hushed_at >= 0:
            return
        if isinstance(message, SealState):
            leg.sealed[message.process] = message.level
        elif isinstance(message, Transcript):
            latest = words.take(message)
            heard = leg.clips[latest]
            heard.text = words.texts[latest]
            heard.was_early = heard.was_early or (message.goes_on and heard.acted_on)
        elif isinstance(message, ContextPacket):
            leg.clips[latest].acted_on = True
        elif isinstance(message, OffTheRecord):
            leg.hushed_at = latest
            launcher.stop()

    launcher = Launcher(run, show)
    await launcher.launch()
