"""What is shown of who shares the memory."""

import json
from pathlib import Path

import msgspec
import pytest

from edge import cli, config, ledger
from edge.commands.specialists import newest, page
from edge.footprints import Measured
from edge.ledger import readable
from edge.messages import Lending, Lent, Lot
from edge.view.specialists_page import why
from models import manifest

MIB = 1 << 20
TOLD = Lending(
    128,
    (
        Lent("a/one", is_resident=True, lot=Lot.ANNOUNCED, for_whom=-1, hits=3, stalls=1,
             stalled_ms=40, loads=2),
        Lent("b/two", is_resident=False, lot=Lot.MADE_ROOM, for_whom=0, hits=0, stalls=2,
             stalled_ms=90, loads=2),
    ),
)  # fmt: skip


def test_without_a_budget_everybody_stays() -> None:
    budget_bytes, lines = page(config.Config(), 8000 * MIB, {})
    assert budget_bytes == 0
    assert {line.state for line in lines} <= {"stays"}


def test_a_tight_budget_has_some_stay_some_take_turns_and_some_declined() -> None:
    if not all(manifest.receipt(name) for name in ("whisper-base", "pp-ocr", "silero-vad")):
        pytest.skip("UNCHECKED: not all models are here; run `offrecord models fetch whisper-base`")
    _, lines = page(config.Config(memory=config.Memory(budget_mb=90)), 8000 * MIB, {})
    states = {line.name: line.state for line in lines}
    assert states["silero-vad/silero_vad"] == "stays"
    assert states["whisper-base/decoder.int8"] == "declined"
    assert "in turn" in states.values()


def test_a_measurement_counts_for_more_than_a_row() -> None:
    receipt = manifest.receipt("ge2e")
    if not receipt:
        pytest.skip("UNCHECKED: no ge2e here; run `offrecord models fetch ge2e`")
    sha256 = receipt.files["voice.onnx"][1]
    measured = {"ge2e/voice": Measured(sha256, 7 * MIB, 8 * MIB, 9 * MIB, 1.0, 2.0)}
    _, lines = page(config.Config(), 8000 * MIB, measured)
    (line,) = (line for line in lines if line.name == "ge2e/voice")
    assert (line.resident_bytes, line.is_measured) == (7 * MIB, True)


def test_decisions_are_told_in_words() -> None:
    assert [why(each, TOLD) for each in TOLD.lent] == [
        "loaded ahead, when it was announced",
        "made room for a/one",
    ]


def test_the_newest_word_of_a_chamber_is_found_in_the_ledger(tmp_path: Path) -> None:
    lines = [
        {"row": {"what": "Hello"}, "open": None},
        {"row": {"what": "Lending"}, "open": {"salt": "", "text": readable(TOLD)}},
        {"row": {"what": "Ended"}, "open": None},
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (tmp_path / ledger.FILE_NAME).write_text(text)
    assert newest(tmp_path) == TOLD


def test_the_page_is_json_for_a_program(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["specialists", "--json", "--data", str(tmp_path), "--budget-mb", "90"]) == 0
    shown = msgspec.json.decode(capsys.readouterr().out)
    assert shown["budget_bytes"] == 90 * MIB
    assert shown["last_told"] == []
