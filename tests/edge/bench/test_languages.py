"""Nine languages by the clips of pytest-audioeval, where they are."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.bench import CannotMeasure, languages
from models import manifest


def test_clips_are_found_by_language_with_their_texts(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    soundfile.write(tmp_path / "de/hallo.wav", np.zeros(8000), 8000, subtype="FLOAT")
    (tmp_path / "de/hallo.txt").write_text("Hallo Welt")
    (clip,) = languages.load(tmp_path)
    assert (clip.language, clip.name, clip.text) == ("de", "hallo", "Hallo Welt")
    assert clip.sound.shape == (16_000,)


def test_a_folder_without_clips_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match="LANGUAGE/NAME"):
        languages.measure(tmp_path)


@pytest.mark.long
def test_most_languages_are_found_out_and_the_latin_ones_understood() -> None:
    if importlib.util.find_spec(languages.PACKAGE) is None:
        pytest.skip("UNCHECKED: needs `pip install pytest-audioeval==0.1.3`")
    if not manifest.receipt(languages.MODEL):
        pytest.skip("UNCHECKED: needs `offrecord models fetch whisper-base`")
    rows = {row["language"]: row for row in languages.measure()["languages"]}
    assert len(rows) == 9
    assert sum(row["found"] for row in rows.values()) >= 22
    assert rows["en"]["wer_auto"] == 0
    assert rows["pt"]["wer_auto"] < 0.3
