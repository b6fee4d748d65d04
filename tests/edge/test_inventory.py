"""What this copy is made of: each part's licence, and a bill that the standard takes."""

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from typed import offrecord

from edge import inventory
from models import manifest


def test_every_part_has_a_licence_and_a_hash() -> None:
    parts = inventory.parts()
    assert {part.kind for part in parts} == {"program", "package", "model"}
    assert [part.name for part in parts if part.licence == inventory.UNSTATED] == []
    assert {len(part.sha256) for part in parts} == {64}
    names = {part.name for part in parts}
    assert {"offrecord", "numpy", "onnxruntime", "pycparser", "silero-vad"} <= names


def test_a_licence_that_is_only_a_file_is_read() -> None:
    (sqlcipher,) = [part for part in inventory.parts() if part.name == "sqlcipher3"]
    assert sqlcipher.licence == "Zlib"


def test_the_program_is_known_by_every_byte_of_its_files() -> None:
    paths = set(inventory.program_files())
    assert "edge/cli.py" in paths
    assert "firmware_bridge/PROTOCOL.md" in paths
    assert not any("__pycache__" in path for path in paths)
    assert inventory.program() == inventory.program()


def test_a_model_has_the_hash_by_which_notes_name_it() -> None:
    (silero,) = [part for part in inventory.models() if part.name == "silero-vad"]
    assert silero.sha256 == manifest.row("silero-vad").files[0].sha256


def test_the_bill_of_materials_is_what_the_standard_says() -> None:
    bill = offrecord("licences", "--sbom").stdout
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    components = {each["name"]: each for each in json.loads(bill)["components"]}
    assert components["numpy"]["purl"].startswith("pkg:pypi/numpy@")
    assert components["silero-vad"]["type"] == "machine-learning-model"


def test_the_version_names_the_program_and_each_model() -> None:
    first, program, *models = offrecord("--version").stdout.splitlines()
    assert first.startswith("offrecord 0.")
    assert program.strip() == f"program sha256:{inventory.program().sha256}"
    assert len(models) == len(inventory.models()) > 0
