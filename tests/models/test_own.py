"""Is a Whisper of somebody's own built the same, in whichever format they have it?"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny_whisper

from edge import config
from edge.chamber.asr import Recogniser
from edge.signals import Utterance
from models import manifest, own
from models.own import CannotBuild

FEW = len(tiny_whisper.LETTERS) + len(tiny_whisper.SPECIAL)
ENGLISH = 51864


def said(_line: str) -> None:
    pass


def test_a_folder_of_transformers_becomes_a_model_that_hears(
    own_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "theirs"
    tiny_whisper.save_hugging_face(tiny_whisper.tensors(FEW), source)
    own.build(source, "whisper-mine", said)
    tokens = json.loads(manifest.read("whisper-mine", "tokens.json"))
    assert tokens["suppress"][:2] == [1, 2]
    assert own_folder.name in str(manifest.path("whisper-mine", "encoder.int8.onnx"))
    recogniser = Recogniser.load(
        lambda file: manifest.read("whisper-mine", file), config.Recogniser()
    )
    sound = np.random.default_rng(1).normal(size=16_000, scale=0.1).astype(np.float32)
    recogniser.recognise(Utterance(sound, 0, 0, len(sound)))


def test_openais_checkpoint_gives_the_same_graphs(
    own_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    lent: Callable[[str], Path] = request.getfixturevalue("fetched")
    with monkeypatch.context() as usual:
        usual.delenv("OFFRECORD_MODELS")
        english = lent("whisper-tiny.en")
    shutil.copytree(english, own_folder / "whisper-tiny.en")
    named = tiny_whisper.tensors(ENGLISH)
    tiny_whisper.save_openai(named, tmp_path / "tiny.pt", monkeypatch)
    tiny_whisper.save_hugging_face(named, tmp_path / "theirs")
    own.build(tmp_path / "tiny.pt", "from-openai", said)
    own.build(tmp_path / "theirs", "from-hugging-face", said)
    for file in manifest.row("from-openai").files:
        ours = manifest.read("from-openai", file.name)
        assert file.name == "tokens.json" or ours == manifest.read("from-hugging-face", file.name)
    assert manifest.read("from-openai", "tokens.json") == (english / "tokens.json").read_bytes()


def test_what_is_no_whisper_is_one_sentence(own_folder: Path, tmp_path: Path) -> None:
    assert not own_folder.exists()
    wrong = tmp_path / "wrong.pt"
    wrong.write_bytes(b"nothing")
    with pytest.raises(CannotBuild, match=r"wrong\.pt: not a readable file of torch"):
        own.build(wrong, "mine", said)
    with pytest.raises(CannotBuild, match="cannot read"):
        own.build(tmp_path / "absent", "mine", said)


def test_a_whisper_of_more_bands_is_refused(own_folder: Path, tmp_path: Path) -> None:
    assert not own_folder.exists()
    tiny_whisper.save_hugging_face(tiny_whisper.tensors(FEW, mels=128), tmp_path / "large")
    with pytest.raises(CannotBuild, match="128 bands"):
        own.build(tmp_path / "large", "mine", said)


@pytest.mark.parametrize("name", ["", "whisper-base", "../away"])
def test_a_name_that_is_taken_or_none_is_refused(
    own_folder: Path, tmp_path: Path, name: str
) -> None:
    assert not own_folder.exists()
    with pytest.raises(CannotBuild, match="choose another"):
        own.build(tmp_path, name, said)
