"""A rare name that is expected is heard, through the whole sealed tree."""

import time
from pathlib import Path

import pytest

from edge import config
from edge.bench import SECRET, play
from edge.capture.sources import describe
from edge.evidence import Note
from edge.launcher.births import Run
from edge.messages import Shown, Transcript
from edge.notes import Notes

CLIP = Path(__file__).parents[2] / "../shared/data/speech/1688-142285-0005.flac"
"""It says Helstone; alone, tiny.en writes Halston."""


def heard(folder: Path, *words: str) -> str:
    if not CLIP.exists():
        pytest.skip("UNCHECKED: the shared clips are absent")
    settings = config.Config(recogniser=config.Recogniser(vocabulary=words))
    shown: list[Shown] = []
    sources = [describe("audio", str(CLIP), settings)]
    play(Run(settings, sources, folder, fast=True), shown.append)
    return " ".join(each.text for each in shown if isinstance(each, Transcript))


def test_a_configured_name_is_heard(tmp_path: Path) -> None:
    assert "Helstone" not in heard(tmp_path / "without")
    assert "Helstone" in heard(tmp_path / "with", "Helstone")


def test_a_name_that_was_spelt_before_is_heard(tmp_path: Path) -> None:
    notes = Notes(tmp_path, SECRET)
    spelt = "The village is spelt H E L S T O N E."
    notes.remember(Note("said", spelt, 0, time.time(), "before", "whisper-tiny.en", 90))
    notes.close()
    assert "Helstone" in heard(tmp_path)
