"""A model that cannot be used is named in one sentence, and the rest of the run goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest
import spoilt_models
from test_run import DEMO, Line, of, run

from edge import cli, footprints
from edge.footprints import Measured
from models import manifest

DETECTOR = ("centernet", "detector.onnx")
MIB = 1 << 20


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = spoilt_models.copy(tmp_path / "models")
    monkeypatch.setenv("OFFRECORD_MODELS", str(folder))
    return folder


def damage(models: Path) -> None:
    place = models.joinpath(*DETECTOR)
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 0xFF
    place.write_bytes(content)


def cut_short(models: Path) -> None:
    place = models.joinpath(*DETECTOR)
    place.write_bytes(place.read_bytes()[:100_000])


def replace_by_noise(models: Path) -> None:
    spoilt_models.exchange(models, *DETECTOR, b"\xff" * 100_000)


def replace_by_another_shape(models: Path) -> None:
    graph = spoilt_models.detector(hangs_above=1e9, colours=4)
    spoilt_models.exchange(models, *DETECTOR, graph)


def grow(_: Path) -> None:
    """Say that it was measured on this device, and is larger than the budget."""
    receipt = manifest.receipt("centernet")
    assert receipt
    _, sha256 = receipt.files["detector.onnx"]
    sizes = (400 * MIB, 500 * MIB, 500 * MIB)
    footprints.write({"centernet/detector": Measured(sha256, *sizes, 100.0, 100.0)})


def hang(models: Path) -> None:
    """Hang from the first real picture on."""
    spoilt_models.exchange(models, *DETECTOR, spoilt_models.detector(hangs_above=0.5))


BAD = {
    "damaged": (damage, "its file is damaged; run `offrecord models fetch centernet`"),
    "cut short": (cut_short, "its file is damaged; run `offrecord models fetch centernet`"),
    "no graph": (replace_by_noise, "its file is damaged; run `offrecord models fetch centernet`"),
    "another shape": (replace_by_another_shape, "its file is not what its row says"),
    "over budget": (grow, "needs more than the budget leaves; raise [memory] budget_mb"),
    "hung": (hang, "it did not answer in time"),
}


def configured(folder: Path, budget_mb: int = 200) -> Path:
    path = folder / "offrecord.toml"
    path.write_text(f"[memory]\nbudget_mb = {budget_mb}\n")
    return path


def said(lines: list[Line]) -> list[str]:
    return [line["text"] for line in of("Transcript", lines)]


SELDOM = ("cut short", "no graph")
"""What is found out by the same sentence as what is damaged."""


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[pytest.mark.long] * (how in SELDOM)) for how in BAD]
)
def test_hearing_and_reading_go_on_without_what_names_things(
    how: str, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, sentence = BAD[how]
    _spoil_and_check(spoil, models)
    media = ("--audio", DEMO.audio, "--video", DEMO.pictures)
    lines, _ = run("run", *media, "--config", configured(tmp_path), data=tmp_path / "data")
    assert any("dentist" in text for text in said(lines))
    assert any("HARBOUR BAKERY" in seen["text"] for seen in of("Seen", lines))
    assert not any(seen["objects"] for seen in of("Seen", lines))
    assert of("ChildDied", lines) == []
    lent = {each[0]: each for told in of("Lending", lines) for each in told["lent"]}
    assert lent["centernet/detector"][1] is False
    data = tmp_path / "data/offrecord"
    assert cli.main(["specialists", "--data", str(data)]) == 0
    assert f"centernet/detector is not used: {sentence}" in capsys.readouterr().out


def _spoil_and_check(spoil: Callable[[Path], None], models: Path) -> None:
    assert manifest.folder() == models
    spoil(models)


@pytest.mark.long
def test_a_chamber_that_cannot_hear_for_a_specialist_says_whose_and_then_lives_without(
    models: Path, tmp_path: Path
) -> None:
    spoilt_models.exchange(models, "silero-vad", "silero_vad.onnx", spoilt_models.gate())
    media = ("--audio", DEMO.audio, "--video", DEMO.pictures)
    lines, _ = run("run", *media, data=tmp_path / "data")
    died = [line["reason"] for line in of("ChildDied", lines)]
    assert len(died) == 2
    assert all(reason.endswith("silero-vad/silero_vad") for reason in died)
    assert any(seen["objects"] for seen in of("Seen", lines))
    assert lines[-1]["type"] == "Summary"


@pytest.mark.long
def test_where_nothing_else_is_left_the_run_ends_with_the_sentence(
    models: Path, tmp_path: Path
) -> None:
    spoilt_models.exchange(models, "silero-vad", "silero_vad.onnx", spoilt_models.gate())
    with pytest.raises(AssertionError, match="silero-vad/silero_vad is not used"):
        run("run", "--audio", DEMO.audio, data=tmp_path / "data")
