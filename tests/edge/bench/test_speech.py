"""The word error rate, measured inside the sealed chamber."""

import json
from pathlib import Path

import pytest

from edge import scene
from edge.bench import CannotMeasure, day, speech

SHARED = Path(__file__).parents[3] / "../shared/data/speech/manifest.jsonl"


def test_a_few_clips_are_understood_and_both_engines_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "QUIET_MIN", 1)
    if not SHARED.exists():
        pytest.skip("UNCHECKED: the shared clips are absent")
    clips = [json.loads(line) for line in SHARED.read_text().splitlines()[:4]]
    few = tmp_path / "few.jsonl"
    few.write_text(
        "\n".join(
            json.dumps({**clip, "file": str(SHARED.parent.resolve() / clip["file"])})
            for clip in clips
        )
    )
    result = speech.measure(speech.Asked(few))
    assert [engine["name"] for engine in result["engines"]] == ["offrecord", "full-window"]
    assert result["wer"] < 0.35
    assert result["runaway"] == 0
    assert result["utterances"] >= len(clips)
    assert result["false_starts_per_hour"] == 0
    assert result["sealed"]["chamber"] in {"A", "C"}


def test_a_missing_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="cannot read the manifest"):
        speech.measure(speech.Asked(tmp_path / "absent.jsonl"))


def test_a_file_that_is_no_manifest_is_one_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"file": 3}\n')
    with pytest.raises(CannotMeasure, match="is no manifest"):
        speech.measure(speech.Asked(wrong))


def test_a_clip_that_is_not_there_is_named(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.jsonl"
    lonely.write_text('{"file": "gone.flac", "text": "gone"}\n')
    with pytest.raises(CannotMeasure, match=r"gone\.flac"):
        speech.measure(speech.Asked(lonely))


@pytest.mark.long
@pytest.mark.parametrize("name", scene.names())
def test_a_scene_is_answered_without_a_wrong_or_unwanted_word(name: str) -> None:
    result = day.measure("desktop", [name])
    assert result["answered_right"] == result["questions"]
    assert result["answered_wrong"] == result["unwanted_replies"] == 0
    assert result["audit"] == "pass"
