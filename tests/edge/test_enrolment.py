"""`offrecord enroll`: a voice is learnt from a file, by what runs already, and forgotten again."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge import config, control, enrolment, voice_profile
from edge.capture.sources import describe
from edge.clock import SAMPLE_RATE_HZ
from edge.messages import Enrol, Inquire
from edge.notes import keys

SPEECH = Path(__file__).parents[2] / "../shared/data/speech"
CLIPS = [f"1688-142285-{number:04}.flac" for number in (0, 1, 3, 4)]
COMMAND = [sys.executable, "-m", "edge.cli"]
LIMIT_S = 120


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About half a minute of one voice."""
    if not SPEECH.is_dir():
        pytest.skip("UNCHECKED: the shared speech is absent")
    gap = np.zeros(SAMPLE_RATE_HZ, np.float32)
    parts = [part for clip in CLIPS for part in (soundfile.read(SPEECH / clip)[0], gap)]
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    soundfile.write(path, np.concatenate(parts), SAMPLE_RATE_HZ)
    return path


def learn(sound: Path, folder: Path, speech_s: int) -> list[int]:
    """Learn from a file; return the progress."""
    progress: list[int] = []
    settings = config.Config()
    sources = [describe("audio", str(sound), settings)]
    enrolment.learn(folder, settings, sources, Enrol(speech_s), progress.append)
    return progress


def test_a_voice_is_learnt_from_a_file_and_forgotten(sound: Path, tmp_path: Path) -> None:
    progress = learn(sound, tmp_path, 15)
    assert progress == sorted(progress)
    assert voice_profile.load(tmp_path, keys.secret())
    assert enrolment.forget(tmp_path)
    assert not voice_profile.is_kept(tmp_path)
    assert not enrolment.forget(tmp_path)


def test_too_little_speech_is_one_sentence(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(enrolment.NotEnrolled, match="of 300 s of one voice were heard"):
        learn(sound, tmp_path, 300)
    assert not voice_profile.is_kept(tmp_path)


def test_a_damaged_voice_ends_the_start_with_its_remedy(sound: Path, tmp_path: Path) -> None:
    (tmp_path / voice_profile.PLAIN).write_text("no voice")
    argv = [*COMMAND, "run", "--audio", str(sound), "--fast", "--data", str(tmp_path)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "run `offrecord enroll` again" in ended.stderr


@contextmanager
def running(sound: Path, folder: Path) -> Iterator[None]:
    """Hear a file at its own pace on a data folder."""
    argv = [*COMMAND, "run", "--audio", str(sound), "--json", "--data", str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as run:
        try:
            until_s = time.monotonic() + LIMIT_S
            while time.monotonic() < until_s:
                standing = control.ask(folder, Inquire())
                if standing and standing.written_bytes:
                    break
                time.sleep(0.05)
            yield
        finally:
            run.kill()


def test_what_runs_already_learns_the_voice(sound: Path, tmp_path: Path) -> None:
    with running(sound, tmp_path):
        assert learn(sound, tmp_path, 5)
        standing = control.ask(tmp_path, Inquire())
        assert standing
        assert standing.is_enrolled
        assert enrolment.forget(tmp_path)
        standing = control.ask(tmp_path, Inquire())
        assert standing
        assert not standing.is_enrolled
