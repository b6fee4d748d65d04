"""Where the secret comes from: each source, moved from one to the next, and what goes wrong."""

import os
import stat
from pathlib import Path

import pytest

from edge.notes import keys

FAKE_KEYRING = """#!/bin/sh
case "$1" in
store) cat > "$KEPT" ;;
lookup) cat "$KEPT" ;;
clear) rm "$KEPT" ;;
esac
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.delenv(keys.CREDENTIALS, raising=False)
    return tmp_path


def says(*words: str) -> keys.Ask:
    answers = iter(words)
    return lambda _question: next(answers)


def test_it_is_made_once_and_for_its_owner_alone() -> None:
    made = keys.secret()
    assert keys.secret() == made
    assert stat.S_IMODE(keys.path().stat().st_mode) == 0o600
    assert "readable by you alone" in keys.where()


def test_where_nothing_is_to_be_made_its_absence_is_one_sentence() -> None:
    with pytest.raises(keys.NoKey, match="there is no key at"):
        keys.secret(may_make=False)
    assert keys.where() == ""


def test_a_passphrase_locks_it_and_another_does_not_open_it() -> None:
    made = keys.secret()
    keys.move("passphrase", says("open sesame", "open sesame"))
    assert made.hex() not in keys.path().read_text()
    assert keys.secret(says("open sesame")) == made
    with pytest.raises(keys.NoKey, match="not the passphrase"):
        keys.secret(says("open barley"))
    with pytest.raises(keys.NoKey, match="locked with a passphrase"):
        keys.secret(keys.nobody)
    keys.move("file", says("open sesame"))
    assert keys.secret(keys.nobody) == made
    assert [path.name for path in keys.path().parent.iterdir()] == [keys.FILE_NAME]


def test_two_different_passphrases_change_nothing() -> None:
    made = keys.secret()
    with pytest.raises(keys.NoKey, match="nothing was changed"):
        keys.move("passphrase", says("one", "two"))
    assert keys.secret(keys.nobody) == made


def test_the_keyring_keeps_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, kept = home / "secret-tool", home / "kept"
    program.write_text(FAKE_KEYRING)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KEPT", str(kept))
    made = keys.secret()
    keys.move("keyring")
    assert made.hex() not in keys.path().read_text()
    assert kept.read_text() == made.hex()
    assert keys.secret() == made
    keys.move("file")
    assert keys.secret() == made
    assert not kept.exists()


def test_without_a_keyring_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    made = keys.secret()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(keys.NoKey, match="apt install libsecret-tools"):
        keys.move("keyring")
    assert keys.secret() == made


def test_a_credential_of_systemd_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = keys.secret()
    monkeypatch.setenv(keys.CREDENTIALS, str(home))
    assert keys.secret() == made
    (home / keys.CREDENTIAL).write_bytes(b"from a TPM")
    assert keys.secret() not in {made, b"from a TPM"}
    assert len(keys.secret()) == 32
    assert keys.where() == "in a credential of systemd"


def test_a_damaged_key_file_is_one_sentence(home: Path) -> None:
    (home / "configuration" / "offrecord").mkdir(parents=True)
    keys.path().write_text("no key")
    with pytest.raises(keys.NoKey, match="is no key file; bring back"):
        keys.secret()


def test_a_key_that_cannot_be_moved_stays_where_it_is() -> None:
    made = keys.secret()
    unborn = keys.path().with_name(f"{keys.FILE_NAME}.{os.getpid()}.new")
    unborn.mkdir()  # so that no new key file can be written
    for _ in range(2):
        with pytest.raises(keys.NoKey, match="cannot keep the key"):
            keys.move("file")
        assert keys.secret(may_make=False) == made
    unborn.rmdir()
    keys.move("file")
    assert [path.name for path in keys.path().parent.iterdir()] == [keys.FILE_NAME]


@pytest.mark.parametrize("had_moved", [False, True])
def test_what_a_death_left_beside_the_key_is_overwritten(*, had_moved: bool) -> None:
    made = keys.secret()
    old = keys.path().with_name(keys.OLD_NAME)
    os.link(keys.path(), old)
    if had_moved:
        fresh = keys.path().with_name("fresh")
        fresh.write_bytes(keys.path().read_bytes())
        fresh.replace(keys.path())
    with old.open("rb") as still:
        assert keys.secret(may_make=False) == made
        assert not old.exists()
        assert bool(still.read().strip(b"\0")) is not had_moved


def test_a_key_moves_where_files_have_one_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fat(_path: Path, _other: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    made = keys.secret()
    monkeypatch.setattr(os, "link", fat)
    keys.move("passphrase", says("open", "open"))
    assert keys.home() == "passphrase"
    assert keys.secret(says("open")) == made
