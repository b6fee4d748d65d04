"""Does the bench of nobody's voice count what the sealed tree takes for a voice?"""

from pathlib import Path

import pytest
import soundfile

from edge import cli
from edge.bench import CannotMeasure, noise, rooms

SPEECH = Path(__file__).parents[2] / "edge/looking/questions.opus"


def test_of_a_minute_of_silence_and_somebody_who_speaks_only_the_latter_counts(
    tmp_path: Path,
) -> None:
    said, rate_hz = soundfile.read(SPEECH)
    soundfile.write(tmp_path / "somebody.flac", said[: 4 * rate_hz], rate_hz)
    found = noise.measure(1, rooms.SEED, tmp_path)
    assert (found["false_starts"], found["transcripts"]) == (1, 1)
    (start,) = found["starts"]
    assert start["sound"] == "recording"
    assert start["at_s"] == pytest.approx(60 + start["within_s"], abs=0.02)
    assert found["minutes"] == pytest.approx(1.07, abs=0.05)


def test_what_cannot_be_measured_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CannotMeasure, match="--minutes 1"):
        noise.measure(0)
    assert cli.main(["bench", "noise", "--minutes", "1", "--noise", "/nonexistent"]) != 0
    assert "no *.flac in /nonexistent" in capsys.readouterr().err
