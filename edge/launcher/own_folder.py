"""What must a run find in its data folder before a process is started? Its lock, key and voice."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from edge import control, voice_profile
from edge.launcher.births import Run
from edge.messages import VoiceProfile
from edge.notes import keys, vault


class StartFailed(RuntimeError):
    """The run cannot go on; the message is one sentence for a person."""


def owner_secret(run: Run) -> bytes:
    """Return what the notes are encrypted with: asked for before anything is started."""
    try:
        return run.secret or keys.secret()
    except keys.NoKey as refusal:
        raise StartFailed(str(refusal)) from None


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the data folder, made where it is not there: notes and ledger have one writer."""
    with contextlib.ExitStack() as until_the_end:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_ours = until_the_end.enter_context(control.held(folder))
        except OSError as refusal:
            raise StartFailed(f"cannot keep notes in {folder}: {refusal.strerror}") from None
        if not is_ours:
            raise StartFailed(f"another Offrecord is already running on {folder}")
        yield


def wearers_voice(run: Run, secret: bytes) -> VoiceProfile | None:
    """Return the wearer's voice; a damaged one ends the run, for others' words would leave."""
    try:
        return voice_profile.load(run.data, secret)
    except voice_profile.UselessVoice as refusal:
        if run.enrol:
            return None
        raise StartFailed(str(refusal)) from None
    except vault.WrongKey as refusal:
        raise StartFailed(str(refusal)) from None
    except OSError as refusal:
        raise StartFailed(f"cannot read the wearer's voice: {refusal.strerror}") from None
