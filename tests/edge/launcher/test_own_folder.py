"""What keeps a run from starting is found in its folder, and said in a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from edge import config, voice_profile
from edge.launcher import own_folder
from edge.launcher.births import Run
from edge.launcher.own_folder import StartFailed
from edge.messages import Enrol, VoiceProfile

VOICE = VoiceProfile(code="A" * 342 + "==", model=voice_profile.MODEL)
SECRET = bytes(32)


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with own_folder.held(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(StartFailed, match="already running"), own_folder.held(folder):
            pass
    with own_folder.held(folder):
        pass


def test_what_goes_wrong_while_it_is_held_is_not_taken_for_the_folders_fault(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConnectionRefusedError), own_folder.held(tmp_path):
        raise ConnectionRefusedError


def test_a_voice_that_cannot_be_used_ends_the_run_unless_another_is_learnt(tmp_path: Path) -> None:
    run = Run(config.Config(), [], tmp_path)
    assert own_folder.wearers_voice(run, SECRET) is None
    voice_profile.store(tmp_path, VOICE, SECRET)
    assert own_folder.wearers_voice(run, SECRET) == VOICE
    with pytest.raises(StartFailed, match="another key"):
        own_folder.wearers_voice(run, bytes(31) + b"1")
    voice_profile.store(tmp_path, replace_model(VOICE), SECRET)
    with pytest.raises(StartFailed, match="learnt with another model"):
        own_folder.wearers_voice(run, SECRET)
    assert own_folder.wearers_voice(replace(run, enrol=Enrol(10)), SECRET) is None


def replace_model(voice: VoiceProfile) -> VoiceProfile:
    return VoiceProfile(code=voice.code, model="another/1")
