"""What a person gets for typing something wrong: one sentence, no traceback, exit 2."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typed import offrecord

from edge import scene
from models import manifest


def started(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the real program."""
    return subprocess.run(
        [sys.executable, "-m", "edge.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def refused(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence of a refusal."""
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    (sentence,) = ended.stderr.strip().splitlines()
    assert sentence.startswith("offrecord: ")
    return sentence


DEMO = scene.load(scene.folder("demo"))


def test_a_wrong_path_is_named() -> None:
    assert "no-such.wav" in refused(started("run", "--audio", "no-such.wav"))


def test_a_folder_is_no_sound(tmp_path: Path) -> None:
    assert "folder" in refused(offrecord("run", "--audio", tmp_path))


def test_an_empty_folder_is_no_film(tmp_path: Path) -> None:
    assert "picture" in refused(offrecord("run", "--video", tmp_path))


@pytest.mark.parametrize("option", ["--audio", "--video"])
def test_corrupt_media_is_named(option: str, tmp_path: Path) -> None:
    broken = tmp_path / ("broken.wav" if option == "--audio" else "broken.mp4")
    broken.write_bytes(b"RIFF is not enough" * 40)
    assert broken.name in refused(started("run", option, broken, "--fast"))


def test_a_device_has_its_own_pace() -> None:
    assert "--fast is for files" in refused(offrecord("run", "--audio", "mic", "--fast"))


def test_a_bad_configuration_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "offrecord.toml"
    file.write_text("[gate]\nhangover = 3\n")
    sentence = refused(offrecord("run", "--audio", DEMO.audio, "--config", file))
    assert "the nearest is `hangover_ms`" in sentence


@pytest.mark.parametrize("folder", [".", "not-there"])
def test_a_missing_model_is_named_with_its_remedy(tmp_path: Path, folder: str) -> None:
    models = str(tmp_path / folder)
    ended = started("run", "--audio", DEMO.audio, "--fast", OFFRECORD_MODELS=models)
    assert "offrecord models fetch silero-vad" in refused(ended)


def test_a_corrupt_model_is_named_with_its_remedy(tmp_path: Path) -> None:
    shutil.copytree(manifest.folder() / "silero-vad", tmp_path / "silero-vad")
    shutil.copytree(manifest.folder() / "whisper-tiny.en", tmp_path / "whisper-tiny.en")
    with (tmp_path / "whisper-tiny.en" / "encoder.int8.onnx").open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\1\2\3")
    ended = started("run", "--audio", DEMO.audio, "--fast", OFFRECORD_MODELS=str(tmp_path))
    assert "whisper-tiny.en" in refused(ended)


def test_no_microphone_is_one_sentence(tmp_path: Path) -> None:
    ended = started(
        "run", "--audio", "mic", PULSE_SERVER=f"unix:{tmp_path}/nobody", HOME=str(tmp_path),
        XDG_RUNTIME_DIR=str(tmp_path), OFFRECORD_MODELS=str(manifest.folder()),
    )  # fmt: skip
    assert "microphone" in refused(ended) or "PortAudio" in refused(ended)


def test_no_camera_is_one_sentence() -> None:
    assert "/dev/video77" in refused(offrecord("run", "--video", "/dev/video77"))


def test_an_unreachable_reasoner_is_said_and_recall_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    file = tmp_path / "offrecord.toml"
    file.write_text(f'[reasoner]\nurl = "http://127.0.0.1:{port}/v1"\nmodel = "any"\n')
    ended = started("demo", "knowledge", "--fast", "--json", "--config", file)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert f"127.0.0.1:{port}" in ended.stdout


def test_an_unknown_scene_is_named() -> None:
    assert "no-such-scene" in refused(offrecord("demo", "no-such-scene"))


def test_the_configuration_that_is_printed_can_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "offrecord.toml"
    file.write_text(offrecord("config").stdout)
    assert offrecord("config", "--check", file).returncode == 0


def test_a_mute_is_at_most_a_week() -> None:
    refused_by_the_parser = offrecord("mute", "--minutes", 99_999)
    assert refused_by_the_parser.returncode == 2
    assert "is not a number from 1 to 10080" in refused_by_the_parser.stderr


def test_a_mute_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot write in" in refused(offrecord("mute", "--data", tmp_path / "file" / "data"))
