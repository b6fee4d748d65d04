"""What does a chamber hear of the wearer's voice?"""

from pathlib import Path

from edge import config, voice_profile
from edge.capture.sources import Form, Source
from edge.launcher.births import Run
from edge.launcher.wearer import Wearer
from edge.messages import Enrol, VoiceProfile

VOICE = VoiceProfile(code="A" * 342 + "==", model=voice_profile.MODEL)


def run(folder: Path, *, is_live: bool = False, **settings: str) -> Run:
    spec = "default" if is_live else "said.wav"
    form = Form.MICROPHONE if is_live else Form.SOUND_FILE
    source = Source("audio", form, spec, spec)
    return Run(config.Config(privacy=config.Privacy(**settings)), [source], folder)


def test_a_known_voice_is_told_where_a_device_listens(tmp_path: Path) -> None:
    assert Wearer(run(tmp_path, is_live=True), VOICE).to_tell() == VOICE
    assert Wearer(run(tmp_path), VOICE).to_tell() is None
    assert Wearer(run(tmp_path, mode="wearer"), VOICE).to_tell() == VOICE


def test_a_voice_is_learnt_before_one_is_told_apart(tmp_path: Path) -> None:
    wearer = Wearer(run(tmp_path), None)
    assert not wearer.is_told_apart
    wearer.learn(Enrol(30))
    assert (wearer.to_tell(), wearer.enrolling_ms) == (Enrol(30), 0)
    wearer.learnt(VOICE)
    assert (wearer.enrol, wearer.enrolling_ms) == (None, -1)


def test_a_forgotten_voice_is_nowhere(tmp_path: Path) -> None:
    voice_profile.store(tmp_path, VOICE, bytes(32))
    wearer = Wearer(run(tmp_path, is_live=True), VOICE)
    wearer.forget()
    assert wearer.to_tell() is None
    assert not voice_profile.is_kept(tmp_path)
