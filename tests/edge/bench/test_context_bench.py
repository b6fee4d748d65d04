import json
from pathlib import Path

import pytest

from edge.bench import CannotMeasure, context

TALK = [
    "I put the keys in the blue bowl by the door.",
    "The weather is lovely today, is it not?",
    *(
        f"We talked about matter number {n} for a long while, and of little else."
        for n in range(40)
    ),
    "My sister moved to Leeds in May.",
]


@pytest.fixture
def dialogues(tmp_path: Path) -> Path:
    turns = [
        {"id": f"D{n}", "when": "1:56 pm on 8 May, 2023", "speaker": "Ann", "text": text,
         "image": ""}
        for n, text in enumerate(TALK)
    ]  # fmt: skip
    questions = [
        {"question": "Where did Ann put the keys?", "evidence": ["D0"]},
        {"question": "What is there at all?", "evidence": [f"D{n}" for n in range(2, 42)]},
    ]
    document = {"turns": turns, "questions": questions}
    (tmp_path / "a.json").write_text(json.dumps(document), "utf-8")
    return tmp_path


@pytest.mark.usefixtures("minilm")
def test_evidence_is_counted_in_what_is_rendered(dialogues: Path) -> None:
    found = context.measure(dialogues, ())["dialogues"]
    small, large = (found["budgets"][budget] for budget in ("200", "800"))
    assert small["questions"] == 2
    assert 0.5 < small["evidence"] < large["evidence"] < 1
    assert small["whole_evidence"] == 0.5
    assert small["tokens"] <= 200
    assert found["text_bytes"] == sum(map(len, TALK))


def test_a_folder_without_dialogues_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="no dialogues"):
        context.measure(tmp_path, ())


def test_what_is_not_measured_is_said() -> None:
    assert "skipped" in context.measure(None, ())["dialogues"]
