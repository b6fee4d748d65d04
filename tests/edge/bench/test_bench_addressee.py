"""What is acted on, measured on a real run."""

import json
from pathlib import Path

import numpy as np
import pytest

from edge.bench import CannotMeasure, addressee
from edge.bench.addressee import Clip, Heard

SHARED = Path(__file__).parents[3] / "../shared/data/addressee/manifest.jsonl"


def heard(*, addressed: bool | None, acted_on: bool, seconds: int = 2) -> Heard:
    sound = np.zeros(16_000 * seconds, np.float32)
    return Heard(Clip("x.flac", "x", addressed), sound, "x", acted_on)


def test_a_few_clips_are_heard_through_a_wish_to_hear_nothing(tmp_path: Path) -> None:
    if not SHARED.exists():
        pytest.skip("UNCHECKED: the shared clips are absent")
    rows = {row["file"]: row for row in map(json.loads, SHARED.read_text().splitlines())}
    few = [rows[f"{name}.flac"] for name in ("request-19", "other-00", "request-07", "other-13")]
    manifest = tmp_path / "few.jsonl"
    manifest.write_text(
        "\n".join(
            json.dumps({**row, "file": str(SHARED.parent.resolve() / row["file"])}) for row in few
        )
    )
    result = addressee.measure(manifest)
    assert result["request_recall"] == 1.0
    assert result["others_acted_on"] == 0
    assert result["false_replies_per_hour"] == 0
    assert result["sealed"]["chamber"] in {"A", "C"}


def test_the_figures_are_of_speech_that_was_not_for_the_companion() -> None:
    found = addressee.figures(
        [
            heard(addressed=True, acted_on=True),
            heard(addressed=True, acted_on=False),
            heard(addressed=False, acted_on=True, seconds=60),
            heard(addressed=None, acted_on=False, seconds=60),
        ]
    )
    assert found["request_recall"] == 0.5
    assert found["others_acted_on"] == 1
    assert found["false_replies_per_hour"] == 30.0


def test_groups_are_mixed_evenly() -> None:
    assert "".join(addressee.mixed(["aa", "bbbb", ""])) == "babbab"


def test_a_manifest_that_does_not_say_who_was_meant_is_refused(tmp_path: Path) -> None:
    speech = tmp_path / "speech.jsonl"
    speech.write_text('{"file": "a.flac", "text": "a"}\n')
    with pytest.raises(CannotMeasure, match="addressed"):
        addressee.measure(speech)
