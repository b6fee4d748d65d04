"""The one configuration file."""

from itertools import pairwise
from pathlib import Path

import msgspec.inspect
import pytest

from edge import config


def test_the_commented_defaults_are_the_defaults() -> None:
    assert config.parse(config.commented(), "printed") == config.Config()


def test_every_setting_is_explained() -> None:
    lines = config.commented().splitlines()
    bare = [b for a, b in pairwise(lines) if " = " in b and a[:2] != "# "]
    assert bare == []


def settings(kind: msgspec.inspect.Type) -> int:
    """Count the settings below; those of a table that may be repeated count once."""
    if isinstance(kind, msgspec.inspect.StructType):
        return sum(settings(field.type) for field in kind.fields)
    if isinstance(kind, msgspec.inspect.VarTupleType):
        return settings(kind.item_type)
    return 1


def test_there_are_at_most_sixty_settings() -> None:
    assert settings(msgspec.inspect.type_info(config.Config)) <= 60


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[gate]\nhangover = 3", "no setting `gate.hangover`; the nearest is `hangover_ms`"),
        ("[gat]\nhangover_ms = 3", "there is no setting `gat`; the nearest is `gate`"),
        ('[gate]\nhangover_ms = "3"', "expected `int`, got `str` - at `gate.hangover_ms`"),
        ("[context]\ntokens = 0", "`int` >= 1 - at `context.tokens`"),
        ("[gate", "is not TOML"),
        ("[vision]\nmask = [[0.5, 0.0, 0.4, 1.0]]", "is no part of a picture; write left, top"),
        ("[vision]\nmask = [[0.0, 0.0, 1.5, 1.0]]", "expected `float` <= 1.0"),
        ('[mute]\nschedule = ["22:00"]', '"22:00" is no stretch of the week; write for example'),
        ('[mute]\nschedule = ["25:00-26:00"]', "is no stretch of the week"),
        ('[mute]\nschedule = ["7:00-07:00"]', "is no stretch of the week"),
        ('[mute]\nschedule = ["Someday 7:00-8:00"]', "is no stretch of the week"),
        ('[mute]\nschedule = ["22:00-07:00 "]', "is no stretch of the week"),
        ('[mute]\nschedule = "22:00-07:00"', "expected `array`, got `str`"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(config.BadConfig) as refusal:
        config.parse(text, "offrecord.toml")
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("offrecord.toml")
    assert "\n" not in str(refusal.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(config.BadConfig, match="there is no configuration at"):
        config.load(tmp_path / "absent.toml")


def test_the_usual_file_need_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config.load() == config.Config()


def test_children_get_the_configuration_on_their_command_line() -> None:
    changed = config.parse("[airlock]\nrate_bytes_s = 32", "test")
    assert config.from_argument(config.to_argument(changed)) == changed
