"""Models carried from one folder to another, and bundles that somebody tampered with."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edge import cli
from models import bundle, manifest
from models.bundle import BadBundle
from models.manifest import ModelError

NAME = "silero-vad"
GRAPH = "silero-vad/silero_vad.onnx"
RECEIPT = "silero-vad/installed.toml"
Contents = dict[str, bytes]


@pytest.fixture
def carried(tmp_path: Path) -> Path:
    """Return a bundle of the small model that hears speech."""
    if not manifest.receipt(NAME):
        pytest.skip(f"UNCHECKED: needs {NAME}; run `offrecord models fetch {NAME}`")
    bundle.export([NAME], tmp_path / "models.tar")
    return tmp_path / "models.tar"


@pytest.fixture
def board(carried: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a device that has no models yet."""
    assert carried
    folder = tmp_path / "board"
    monkeypatch.setenv("OFFRECORD_MODELS", str(folder))
    return folder


def test_a_model_is_carried_over_and_is_whole(
    carried: Path, board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "import", str(carried)]) == 0
    assert f"installed: {NAME}" in capsys.readouterr().out
    assert manifest.read(NAME, "silero_vad.onnx")
    assert cli.main(["models", "verify", NAME]) == 0
    assert sorted(path.name for path in board.iterdir()) == [".partial", NAME]


def test_a_bundle_is_the_same_every_time(carried: Path, tmp_path: Path) -> None:
    bundle.export([NAME], tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == carried.read_bytes()


def tampered(carried: Path, change: Callable[[Contents], None]) -> None:
    with tarfile.open(carried) as tar:
        contents = {each.name: tar.extractfile(each).read() for each in tar}
    change(contents)
    with tarfile.open(carried, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in contents.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))


def _change_a_byte(contents: Contents) -> None:
    contents[GRAPH] = contents[GRAPH][:-1] + b"!"


def _believe_another_hash(contents: Contents) -> None:
    _change_a_byte(contents)
    contents[RECEIPT] = contents[RECEIPT].replace(b"1a153a22", b"00000000")


def _pretend_another_version(contents: Contents) -> None:
    contents[RECEIPT] = contents[RECEIPT].replace(b"6.2.3", b"9.9.9")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_change_a_byte, "silero_vad.onnx is not the recorded one"),
        (_believe_another_hash, "silero_vad.onnx is not the recorded one"),
        (_pretend_another_version, "its silero-vad is '9.9.9'"),
        (lambda c: c.update({RECEIPT: b"\xff"}), "the receipt of silero-vad cannot be read"),
        (lambda c: c.update({RECEIPT: b"version = 1"}), "the receipt of silero-vad cannot be read"),
        (lambda c: c.update({GRAPH: c[GRAPH] + b"x"}), "has 2327525 bytes, not 2327524"),
        (lambda c: c.pop(GRAPH), "silero_vad.onnx is not in it"),
        (lambda c: c.pop(RECEIPT), "installed.toml is not in it"),
        (lambda c: c.clear(), "it is empty"),
        (lambda c: c.update({"no-such/x.onnx": b""}), "knows no 'no-such/x.onnx'"),
        (lambda c: c.update({"../../escaped": b"x"}), "knows no '../../escaped'"),
        (lambda c: c.update({"/escaped": b"x"}), "knows no '/escaped'"),
        (lambda c: c.update({f"./{GRAPH}": b"x"}), f"knows no './{GRAPH}'"),
    ],
)
def test_a_bundle_that_was_tampered_with_changes_nothing(
    carried: Path, board: Path, change: Callable[[Contents], None], sentence: str
) -> None:
    tampered(carried, change)
    with pytest.raises(BadBundle, match="nothing was changed") as refused:
        bundle.bring(carried)
    assert sentence in str(refused.value)
    assert [path.name for path in board.iterdir()] == [".partial"]
    assert not (board / ".partial" / "bundle").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, b"x", b"L"])
def test_what_is_no_plain_file_is_refused(carried: Path, board: Path, kind: bytes) -> None:
    assert board
    header = tarfile.TarInfo(GRAPH)
    header.type, header.linkname = kind, "/etc/passwd"
    carried.write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    with pytest.raises(BadBundle, match="is no plain file"):
        bundle.bring(carried)


@pytest.mark.parametrize("kept_bytes", [0, 100, 512, 1500, 100_000, -1024])
def test_a_bundle_that_was_cut_off_is_refused(carried: Path, board: Path, kept_bytes: int) -> None:
    assert board
    whole = carried.read_bytes().rstrip(b"\0")
    carried.write_bytes(whole[:kept_bytes])
    with pytest.raises(BadBundle, match="ends too soon"):
        bundle.bring(carried)


@pytest.mark.parametrize("content", [b"PK" * 512, b"\xff" * 1024])
def test_another_sort_of_file_is_refused(carried: Path, board: Path, content: bytes) -> None:
    assert board
    carried.write_bytes(content)
    with pytest.raises(BadBundle, match="it is no tar, or damaged"):
        bundle.bring(carried)


def test_a_file_that_is_not_there_is_one_sentence(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "import", str(board / "nowhere.tar")]) != 0
    assert "No such file" in capsys.readouterr().err


def test_what_is_not_here_is_not_exported(board: Path, tmp_path: Path) -> None:
    assert board
    with pytest.raises(ModelError, match="is missing; run `offrecord models fetch"):
        bundle.export([NAME], tmp_path / "none.tar")
    with pytest.raises(ModelError, match="no model is on this device"):
        bundle.export([], tmp_path / "none.tar")
    assert not (tmp_path / "none.tar").exists()
