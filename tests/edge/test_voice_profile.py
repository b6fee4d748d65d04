"""Is the wearer's voice kept whole, for its owner alone, and forgotten when asked?"""

import stat
from pathlib import Path

import pytest

from edge import voice_profile
from edge.messages import VoiceProfile

VOICE = VoiceProfile("A" * 342 + "==", "ge2e/1")


def test_a_voice_is_kept_and_forgotten(tmp_path: Path) -> None:
    assert voice_profile.load(tmp_path) is None
    voice_profile.store(tmp_path, VOICE)
    assert voice_profile.load(tmp_path) == VOICE
    assert voice_profile.forget(tmp_path)
    assert not voice_profile.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_voice_is_its_owner_s_alone(tmp_path: Path) -> None:
    voice_profile.store(tmp_path, VOICE)
    assert stat.S_IMODE((tmp_path / voice_profile.FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b'[12,"short","ge2e/1"]', b"\xff" * 9000])
def test_a_damaged_voice_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / voice_profile.FILE_NAME).write_bytes(content)
    with pytest.raises(voice_profile.UselessVoice, match="offrecord enroll"):
        voice_profile.load(tmp_path)


def test_a_voice_of_another_model_says_what_to_do(tmp_path: Path) -> None:
    voice_profile.store(tmp_path, VoiceProfile(VOICE.code, "older/1"))
    with pytest.raises(voice_profile.UselessVoice, match="another model"):
        voice_profile.load(tmp_path)
