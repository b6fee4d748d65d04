"""Is the wearer's voice kept whole, for its owner alone, and forgotten when asked?"""

import stat
from pathlib import Path

import msgspec
import pytest

from edge import voice_profile
from edge.messages import VoiceProfile
from edge.notes import vault

VOICE = VoiceProfile("A" * 342 + "==", "ge2e/1")
SECRET = bytes(32)


def test_a_voice_is_kept_and_forgotten(tmp_path: Path) -> None:
    assert voice_profile.load(tmp_path, SECRET) is None
    voice_profile.store(tmp_path, VOICE, SECRET)
    assert voice_profile.load(tmp_path, SECRET) == VOICE
    assert voice_profile.forget(tmp_path)
    assert not voice_profile.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_voice_is_its_owner_s_alone(tmp_path: Path) -> None:
    voice_profile.store(tmp_path, VOICE, SECRET)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{}", b'[12,"short","ge2e/1"]', b"\xff" * 9000])
def test_a_damaged_voice_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / voice_profile.PLAIN).write_bytes(content)
    with pytest.raises(voice_profile.UselessVoice, match="offrecord enroll"):
        voice_profile.load(tmp_path, SECRET)


def test_a_voice_of_another_model_says_what_to_do(tmp_path: Path) -> None:
    voice_profile.store(tmp_path, VoiceProfile(VOICE.code, "older/1"), SECRET)
    with pytest.raises(voice_profile.UselessVoice, match="another model"):
        voice_profile.load(tmp_path, SECRET)


def test_a_voice_of_before_is_taken_over_and_its_file_destroyed(tmp_path: Path) -> None:
    (tmp_path / voice_profile.PLAIN).write_bytes(msgspec.json.encode(VOICE))
    assert voice_profile.load(tmp_path, SECRET) == VOICE
    assert voice_profile.load(tmp_path, SECRET) == VOICE
    assert not (tmp_path / voice_profile.PLAIN).exists()
    assert b"AAAAAAAA" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    voice_profile.store(tmp_path, VOICE, SECRET)
    with pytest.raises(vault.WrongKey, match="the voice in"):
        voice_profile.load(tmp_path, bytes(range(32)))
