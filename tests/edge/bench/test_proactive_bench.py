"""Scripted days: how they are read, and lived through."""

from pathlib import Path

import pytest

from edge.bench import CannotMeasure, proactive, script

DAY = """
[[day]]
wearer = "ann"
begins = "2026-03-10 09:00"

[[day.situation]]
name = "a fact"
at = "09:05"
script = '''
09:05:00 wearer: The torch is clipped to the ladder.
'''

[[day.situation]]
name = "missed in company"
at = "10:00"
script = '''
10:00:00 sees: person | | faces 1
10:00:05 wearer: I can't find the torch.
10:00:10 other: What does it look like?
10:00:20 sees: person, chair | | faces 1
'''

[[day.situation]]
name = "missed alone"
at = "11:00"
wants = ["ladder"]
script = '''
11:00:00 sees: chair
11:00:30 wearer: I still can't find the torch.
11:01:00 sees: chair, cup
'''
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "days.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("wearer:", "dog:", "is nothing that happens"),
        ("10:00:05", "08:00:05", "runs backwards"),
        ("sees: chair\n", "sees: unicorn\n", "no detector knows unicorn"),
        ("wants =", "want =", "want"),
        ("11:00:30 ", "", "is no line of a script"),
        ("[[day]]", "[[days]]", "days"),
    ],
)
def test_what_is_no_day_is_refused_in_one_sentence(
    tmp_path: Path, was: str, becomes: str, complaint: str
) -> None:
    with pytest.raises(CannotMeasure, match=complaint) as refusal:
        script.read(written(tmp_path, DAY.replace(was, becomes)))
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match=r"cannot read the days .*days\.toml"):
        script.read(tmp_path / "days.toml")


def test_help_is_offered_alone_and_silence_kept_in_company(tmp_path: Path) -> None:
    days = script.read(written(tmp_path, DAY))
    figures = proactive.figures(proactive.live(days, (), "quiet"))
    assert (figures["offers"], figures["precision"], figures["recall"]) == (1, 1.0, 1.0)
    assert figures["while_others_speak_or_are_there"] == 0


def test_the_days_that_ship_can_be_lived_and_half_of_them_deserve_silence() -> None:
    days = [*script.read(proactive.LEARNT_FROM), *script.read(proactive.HELD_OUT)]
    situations = [each for day in days for each in day.situation]
    silent = sum(not each.wants for each in situations)
    assert len(situations) >= 60
    assert len(situations) / 2 <= silent <= 0.65 * len(situations)
