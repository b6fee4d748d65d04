"""Conversations that are written down, and what is made of them."""

from pathlib import Path

import pytest

from edge.bench import CannotMeasure
from edge.bench.scenes import FILE, Scene, measure, play, read


def scene(tmp_path: Path, *lines: str) -> Scene:
    file = tmp_path / "scenes.toml"
    body = "\n".join(lines)
    file.write_text(f'[[kind]]\nname = "x"\nscenes = """\n{body}\n"""\n')
    return read(file)[0]


def taken(made: Scene, *, knows_voices: bool = True) -> list[str]:
    return [told.text for told in play(made, knows_voices=knows_voices) if told.acted_on]


def test_a_request_in_a_conversation_is_taken_and_the_rest_is_not(tmp_path: Path) -> None:
    made = scene(
        tmp_path,
        "< The film starts at nine.",
        "- Who is in it?",
        "< That Irish guy.",
        "> Remind me to buy tickets.",
    )
    assert taken(made) == ["Remind me to buy tickets."]


def test_the_same_question_is_for_the_companion_where_nobody_else_talks(tmp_path: Path) -> None:
    assert taken(scene(tmp_path, "> When does the shop close?"))
    assert not taken(scene(tmp_path, "< We need bread.", "- When does the shop close?"))


def test_both_halves_have_every_kind_of_figure() -> None:
    parts = [
        {each.kind for each in read() if each.part == part} for part in ("development", "held-out")
    ]
    assert len(parts[0] & parts[1]) > 25


def test_the_half_that_rules_were_written_from() -> None:
    found = measure(part="development")
    assert found["request_recall"] >= 0.93
    assert found["others_acted_on"] / found["others"] <= 0.06
    assert found["bystanders_acted_on"] == 0
    assert found["without_voices"]["request_recall"] >= 0.92


def test_the_half_that_was_held_out_does_not_get_worse() -> None:
    found = measure(part="held-out")
    assert found["request_recall"] >= 0.87
    assert found["others_acted_on"] / found["others"] <= 0.065
    assert found["bystanders_acted_on"] == 0


def test_ten_people_are_understood_though_one_voice_says_it_all() -> None:
    found = measure(part="last")
    for said in (found, found["without_voices"], found["without_punctuation"]):
        assert said["request_recall"] >= 0.93
        assert said["others_acted_on"] / said["others"] <= 0.03
    assert found["one_voice_alternating"]["request_recall"] >= 0.9


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a = 1")
    with pytest.raises(CannotMeasure):
        read(tmp_path / "x.toml")
    assert FILE.exists()
