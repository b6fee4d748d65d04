"""The bench on two small dialogues of our own."""

import json
from pathlib import Path

import pytest

from edge.bench import CannotMeasure, memory

LINES = (
    ("Mira", "I left the spare key with the neighbour."),
    ("Tom", "Good idea. Which one?"),
    ("Mira", "The old lady on the second floor."),
    ("Tom", "My flight was cancelled, I take the train instead."),
)


def dialogue(path: Path) -> None:
    turns = [
        {
            "id": f"D1:{number}",
            "session": 1,
            "when": "1:56 pm on 8 May, 2023",
            "speaker": who,
            "text": text,
            "image": "",
        }
        for number, (who, text) in enumerate(LINES, 1)
    ]
    questions = [
        {"question": "How does Tom travel?", "evidence": ["D1:4"]},
        {"question": "Who has Mira's spare key?", "evidence": ["D1:1", "D1:3"]},
        {"question": "What is missing?", "evidence": []},
    ]
    path.write_text(json.dumps({"turns": turns, "questions": questions}), "utf-8")


@pytest.mark.usefixtures("minilm")
def test_evidence_is_found_and_counted_by_dialogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "SIZES", (100,))
    dialogue(tmp_path / "one.json")
    found = memory.measure(tmp_path)
    assert found["recall_at_5"] == found["recall_at_20"] == 1.0
    assert found["questions"] == 2
    assert set(found["by_dialogue"]) == {"one"}
    assert set(found["search_ms"]["100"]) == {"p50", "p95", "first"}
    assert 500 < found["bytes_per_note"]["100"] < 50_000


def test_a_folder_without_dialogues_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="holds no dialogues"):
        memory.measure(tmp_path)
