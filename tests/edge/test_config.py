"""The one configuration file."""

import itertools
import re
from itertools import pairwise
from pathlib import Path

import msgspec.inspect
import pytest

from edge import config, config_file


def test_the_commented_defaults_are_the_defaults() -> None:
    assert config_file.parse(config_file.commented(), "printed") == config.Config()


def test_every_setting_is_explained() -> None:
    lines = config_file.commented().splitlines()
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
        ('[[reasoner]]\nmodel = "m"', "missing required field `url` - at `reasoner[0]`"),
        ('[[reasoner]]\nurl = ""', "of length >= 1 - at `reasoner[0].url`"),
        ('[[reasoner]]\nurll = "u"', "no setting `reasoner.urll`; the nearest is `url`"),
        ('[[reasoner]]\nurl = "u"\nwithhold = ["all"]', "'all' - at `reasoner[0].withhold[0]`"),
        ('[reasoner]\nurl = "u"\n[reasoner]\nurl = "v"', "twice is spelled [[so]]"),
        ('[[reasoner]]\nurl = "a.gguf"\n[[reasoner]]\nurl = "b.gguf"', "and two are"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(config_file.BadConfig) as refusal:
        config_file.parse(text, "offrecord.toml")
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("offrecord.toml")
    assert "\n" not in str(refusal.value)


def test_a_table_that_may_be_repeated_may_stand_alone() -> None:
    alone = config_file.parse('[reasoner]\nurl = "http://a/v1"', "here")
    assert alone == config_file.parse('[[reasoner]]\nurl = "http://a/v1"', "here")
    both = config_file.parse(
        '[[reasoner]]\nurl = "a.gguf"\n[[reasoner]]\nurl = "http://b/v1"', "here"
    )
    assert [each.name for each in both.reasoner] == ["a", "http://b/v1"]
    assert both.language_model == both.reasoner[0]


def test_a_repeated_table_s_example_is_good() -> None:
    lines = config_file.commented().splitlines()
    start = lines.index("# [[reasoner]]")
    example = itertools.takewhile(bool, lines[start:])
    spelled = [line.removeprefix("# ") for line in example if " = " in line or "[[" in line]
    keys = [line for line in spelled if re.match(r"\[\[|\w+ = ", line)]
    (found,) = config_file.parse("\n".join(keys), "printed").reasoner
    assert found == config.Reasoner(url="http://127.0.0.1:11434/v1")


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(config_file.BadConfig, match="there is no configuration at"):
        config_file.load(tmp_path / "absent.toml")


def test_the_usual_file_need_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_file.load() == config.Config()


def test_children_get_the_configuration_on_their_command_line() -> None:
    changed = config_file.parse("[airlock]\nrate_bytes_s = 32", "test")
    assert config.from_argument(config.to_argument(changed)) == changed
