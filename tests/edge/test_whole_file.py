"""Is a small file whole or as it was?"""

from pathlib import Path

import pytest

from edge import whole_file


def test_a_file_is_replaced(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        whole_file.write(tmp_path / "state", content)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("state", b"two")]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with pytest.raises(OSError, match="directory"):
        whole_file.write(tmp_path / "state", b"one")
    assert [p.name for p in tmp_path.iterdir()] == ["state"]
