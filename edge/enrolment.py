"""How does a person have their voice learnt? By what runs already, or by a run for that alone."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from edge import config, control, voice_profile
from edge.capture.sources import Source
from edge.launcher.births import Run
from edge.launcher.run import Launcher
from edge.messages import Enrol, Enrolling, ForgetVoice, Inquire, Shown, VoiceProfile

ASKED_EVERY_S: Final = 0.5
Progress = Callable[[int], None]
"""Is told how many milliseconds of the wearer's speech have been heard."""


class NotEnrolled(RuntimeError):
    """The voice could not be learnt; one sentence."""


def learn(
    folder: Path,
    settings: config.Config,
    sources: Sequence[Source],
    wanted: Enrol,
    progress: Progress,
) -> None:
    """Learn the wearer's voice; return once it is known. Raises NotEnrolled, StartFailed."""
    if control.ask(folder, wanted):
        _wait(folder, progress)
    else:
        _run(Run(settings, sources, folder, fast=not sources[0].live, enrol=wanted), progress)


def forget(folder: Path) -> bool:
    """Delete what is known of the wearer's voice; say whether there was anything."""
    known = voice_profile.is_kept(folder)
    if not control.ask(folder, ForgetVoice()):
        voice_profile.forget(folder)
    return known


def _wait(folder: Path, progress: Progress) -> None:
    """Watch what runs until it has learnt."""
    while standing := control.ask(folder, Inquire()):
        if standing.enrolling_ms < 0:
            if standing.is_enrolled:
                return
            break
        progress(standing.enrolling_ms)
        time.sleep(ASKED_EVERY_S)
    raise NotEnrolled("it ended before your voice was learnt; try again")


def _run(run: Run, progress: Progress) -> None:
    heard_ms, is_known = 0, False

    def show(message: Shown) -> None:
        nonlocal heard_ms, is_known
        match message:
            case Enrolling():
                heard_ms = message.heard_ms
                progress(heard_ms)
            case VoiceProfile():
                is_known = True
                launcher.stop()

    launcher = Launcher(run, show)
    asyncio.run(launcher.launch())
    if not is_known:
        assert run.enrol
        raise NotEnrolled(
            f"only {heard_ms / 1000:.0f} of {run.enrol.speech_s} s of one voice were heard; "
            "nothing was learnt"
        )
